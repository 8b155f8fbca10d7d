//! The one place where Postgres and SQLite are spoken to differently.

use std::time::Duration;

use sqlx::migrate::Migrator;

/// How long a program waits for another one that is migrating the same database.
pub(crate) const MIGRATION_PATIENCE: Duration = Duration::from_mins(1);

/// The statements and migrations of one database.
pub(crate) struct Dialect {
    /// The name for logs.
    pub name: &'static str,
    /// Begins a transaction that writes.
    pub begin: &'static str,
    /// Answers the size of the database in bytes.
    pub size: &'static str,
    /// Answers one row when migrations were ever applied.
    pub is_migrated: &'static str,
    /// Run at the start of the transaction that migrates.
    pub before_migrations: &'static str,
    /// Run at its end.
    pub after_migrations: &'static str,
    /// Embedded at compile time.
    pub migrations: fn() -> Migrator,
}

pub(crate) static POSTGRES: Dialect = Dialect {
    name: "postgres",
    begin: "BEGIN",
    size: "SELECT pg_database_size(current_database())",
    is_migrated: "SELECT CAST(1 AS BIGINT) WHERE to_regclass('_sqlx_migrations') IS NOT NULL",
    // A lock of the transaction, not of the session: behind PgBouncer in transaction mode the session is shared.
    before_migrations: "SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock(7665)",
    // For the same reason sqlx's statements must not outlive it.
    after_migrations: "DEALLOCATE ALL",
    migrations: || sqlx::migrate!("../../migrations/postgres"),
};

pub(crate) static SQLITE: Dialect = Dialect {
    name: "sqlite",
    begin: "BEGIN IMMEDIATE",
    size: "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    is_migrated: "SELECT CAST(1 AS BIGINT) FROM sqlite_master WHERE name = '_sqlx_migrations'",
    // The transaction is the lock: SQLite has one writer.
    before_migrations: "",
    after_migrations: "",
    migrations: || sqlx::migrate!("../../migrations/sqlite"),
};
