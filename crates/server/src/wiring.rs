//! Builds the application from its configuration.

use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use poolhouse_outbound::{Inbox, Outbound, Smtp};
use poolhouse_storage::Db;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Mode};
use crate::{database, health};

/// Everything that serves requests.
pub struct App {
    pub router: Router,
    /// Kept to be closed after the last request.
    pub db: Db,
}

/// Opens and migrates the database and builds the router; `/readyz` answers 503 once `ending` is cancelled.
pub async fn wire(config: &Config, ending: CancellationToken) -> anyhow::Result<App> {
    let db = database::open(config).await?;
    database::migrate(config, &db).await?;
    let router = health::router(db.clone(), ending);
    Ok(App { router, db })
}

/// The messenger, and in development mode the inbox that it fills.
pub fn messenger(config: &Config) -> anyhow::Result<(Outbound, Option<Arc<Inbox>>)> {
    let inbox = (config.mode == Mode::Development).then(|| Arc::new(Inbox::new()));
    let smtp = config
        .smtp_url
        .as_ref()
        .map(|url| Smtp::new(url.expose(), &config.mail_from))
        .transpose()
        .context("mail cannot be sent with the settings smtp_url and mail_from")?;
    Ok((Outbound::new(smtp, inbox.clone()), inbox))
}
