//! Opens the configured database.

use anyhow::Context;
use poolhouse_storage::{ConnectOptions, Db, Error};

use crate::config::Config;

/// Opens the database, whatever its schema.
pub async fn open(config: &Config) -> anyhow::Result<Db> {
    let database = &config.database;
    Db::connect(database.expose(), ConnectOptions::default()).await.with_context(|| {
        format!(
            "cannot open the database {database}: see that it exists, answers and lets this user in, or name another \
             with --database"
        )
    })
}

/// Brings the database to the schema of this version.
pub async fn migrate(config: &Config, db: &Db) -> anyhow::Result<()> {
    let database = &config.database;
    db.migrate().await.with_context(|| match db.dialect_name() {
        "postgres" => format!("cannot migrate the database {database}: its user must own the schema"),
        _ => format!("cannot migrate the database {database}: see that nothing else uses the file"),
    })
}

/// The migrations that [`migrate`] would apply, each as its number and what it does.
pub async fn pending(db: &Db) -> Result<Vec<String>, Error> {
    let pending = db.pending_migrations().await?;
    Ok(pending
        .iter()
        .map(|migration| format!("{} {}", migration.version, migration.description))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[tokio::test]
    async fn a_database_that_cannot_be_opened_is_named_without_its_password() {
        let settings = Settings {
            database: Some("mysql://house:s3cret@db/house".to_owned().into()),
            ..Settings::default()
        };
        let error = open(&Config::resolve(settings).unwrap()).await.err().unwrap();
        assert_eq!(
            format!("{error:#}"),
            "cannot open the database mysql://house:redacted@db/house: see that it exists, answers and lets this user \
             in, or name another with --database: not a database address: it must begin with postgres:// or sqlite:"
        );
    }
}
