//! Bringing a database to the schema that this program knows.

use std::collections::HashSet;

use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::db::{Backend, Db, file_options};
use crate::dialect::{Dialect, MIGRATION_PATIENCE};
use crate::error::{Error, Result};
use crate::lock::FileLock;

/// A migration of this program that the database has not seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingMigration {
    /// The number its file name begins with.
    pub version: i64,
    /// The rest of its file name, with spaces.
    pub description: String,
}

/// Applies all pending migrations in one transaction over one connection, so that a failure leaves nothing behind.
macro_rules! migrate {
    ($connection:expr, $dialect:expr) => {{
        let dialect: &Dialect = $dialect;
        let mut tx = $connection.begin_with(dialect.begin).await?;
        sqlx::raw_sql(dialect.before_migrations).execute(&mut *tx).await?;
        let mut migrator = (dialect.migrations)();
        migrator.set_locking(false);
        // Not `run`: behind its `Acquire` the compiler does not see that the future is `Send`.
        migrator.run_direct(None, &mut *tx, false).await?;
        sqlx::raw_sql(dialect.after_migrations).execute(&mut *tx).await?;
        tx.commit().await?;
    }};
}

impl Db {
    /// Applies the migrations that are pending. Programs that start together do it one after the other.
    ///
    /// Fails with [`Error::NewerSchema`] or [`Error::ChangedMigration`], and changes nothing, when the database
    /// belongs to another version of the program.
    pub async fn migrate(&self) -> Result<()> {
        let dialect = self.dialect();
        match &self.backend {
            Backend::Postgres { direct, .. } => {
                let mut connection = PgConnection::connect_with(direct).await?;
                migrate!(connection, dialect);
                connection.close().await?;
            }
            Backend::Sqlite { file: Some(file), .. } => {
                let _lock = FileLock::beside(file).await?;
                // Rebuilding a table drops the old one, which must not cascade into others.
                let options = file_options(file).foreign_keys(false).busy_timeout(MIGRATION_PATIENCE);
                let mut connection = SqliteConnection::connect_with(&options).await?;
                migrate!(connection, dialect);
                connection.close().await?;
            }
            Backend::Sqlite { writer, file: None, .. } => {
                let mut connection = writer.acquire().await?;
                migrate!(connection, dialect);
            }
        }
        Ok(())
    }

    /// The migrations that [`Db::migrate`] would apply, oldest first; changes nothing.
    pub async fn pending_migrations(&self) -> Result<Vec<PendingMigration>> {
        let dialect = self.dialect();
        let migrator = (dialect.migrations)();
        let mut conn = self.conn();
        let mut applied = HashSet::new();
        if conn.read_optional(dialect.is_migrated, &[]).await?.is_some() {
            for row in conn.read_all("SELECT version FROM _sqlx_migrations", &[]).await? {
                applied.insert(row.int(0)?);
            }
        }
        if let Some(unknown) = applied.iter().find(|version| !migrator.version_exists(**version)) {
            return Err(Error::NewerSchema(*unknown));
        }
        Ok(migrator
            .iter()
            .filter(|migration| !applied.contains(&migration.version))
            .map(|migration| PendingMigration {
                version: migration.version,
                description: migration.description.to_string(),
            })
            .collect())
    }
}
