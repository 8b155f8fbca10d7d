//! `poolhouse migrate`

use std::fmt::Write;

use anyhow::Context;

use crate::cli::Failure;
use crate::config::Config;
use crate::database;

/// Brings the database to the schema of this version, and says what was done.
pub fn run(config: &Config) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    super::print(&runtime.block_on(migrate(config))?)?;
    Ok(())
}

async fn migrate(config: &Config) -> anyhow::Result<String> {
    let db = database::open(config).await?;
    let pending = database::pending(&db)
        .await
        .context("cannot read the schema of the database")?;
    database::migrate(config, &db).await?;
    db.close().await;
    let mut report = String::new();
    for migration in &pending {
        // Writing to a string cannot fail.
        let _ = writeln!(report, "applied {migration}");
    }
    let _ = writeln!(report, "{} is up to date", config.database);
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[tokio::test]
    async fn migrations_are_applied_once() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            data_dir: Some(folder.path().join("new")),
            ..Settings::default()
        };
        let config = Config::resolve(settings).unwrap();
        let last_line = format!("sqlite:{}/new/poolhouse.db is up to date\n", folder.path().display());
        let first = migrate(&config).await.unwrap();
        assert!(
            first.starts_with("applied 1 ") && first.ends_with(&last_line),
            "{first}"
        );
        assert_eq!(migrate(&config).await.unwrap(), last_line);
    }
}
