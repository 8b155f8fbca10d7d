//! Making and removing whole Postgres databases, for set-up and for tests. SQLite needs neither.

use sqlx::Postgres;
use sqlx::migrate::MigrateDatabase;

use crate::error::Result;

/// Creates the Postgres database that the address names; the server must answer at its database `postgres`.
pub async fn create_postgres_database(url: &str) -> Result<()> {
    Ok(Postgres::create_database(url).await?)
}

/// Drops the Postgres database that the address names, and whoever is connected to it.
pub async fn drop_postgres_database(url: &str) -> Result<()> {
    Ok(Postgres::force_drop_database(url).await?)
}
