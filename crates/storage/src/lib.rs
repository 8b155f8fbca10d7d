//! Poolhouse's store: JSON documents with indexed columns, in Postgres or SQLite, by one SQL text.
//!
//! The only crate that names sqlx. The seam is small: a [`Db`] is opened from an address and brought to the newest
//! schema; a [`Conn`] runs statements on it, alone or inside a [`Tx`]; a [`Bind`] goes in and a [`Row`] comes out.
//! Everything in which the two databases differ stands in `dialect.rs`.
//!
//! The [`Store`] is what the rest of the house sees: a repository per kind of thing, alone or in a [`Transaction`].
//!
//! To store a new kind of thing: one `CREATE TABLE` in each folder of `migrations/`, a repository over [`Conn`], and
//! its line in `store.rs`.
//!
//! - Keys are `COLLATE "C"` on Postgres: both databases sort bytes. Fold case in Rust, into a key column.
//! - Integers are BIGINT, also flags (0 and 1) and times (milliseconds since 1970). Cast literals: `CAST(1 AS BIGINT)`.
//! - A row that changes has a `version`; replace it by [`Conn::swap`]. Uniqueness is the database's word
//!   ([`Error::Unique`]), never looked up before. What can be used once is consumed by one conditional statement.

mod atomic;
mod conn;
mod db;
mod dialect;
mod domain_error;
mod error;
mod lock;
mod migrate;
mod provision;
mod repositories;
mod store;
mod value;
mod vault;

pub use conn::{Conn, Tx};
pub use db::{ConnectOptions, Db};
pub use error::{Cause, Error, Result};
pub use migrate::PendingMigration;
pub use provision::{create_postgres_database, drop_postgres_database};
pub use repositories::*;
pub use store::{Store, Transaction};
pub use value::{Bind, Row};
