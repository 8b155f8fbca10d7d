//! Running one SQL text on either driver, alone or inside a transaction.
//!
//! A statement says whether it reads or writes: outside a transaction reads go to SQLite's read-only connections and
//! writes to its one writer. All statements are `&'static str` with `$1`-style placeholders, each bound exactly once
//! in order (SQLite silently takes NULL for one that is not).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::db::{Backend, Db};
use crate::error::{Error, Result};
use crate::value::{Bind, Row};

/// Prepares a statement for one driver, with its values.
macro_rules! statement {
    ($driver:ident, $sql:expr, $binds:expr, $keep:expr) => {{
        let mut query = sqlx::query::<sqlx::$driver>($sql).persistent($keep);
        for bind in $binds {
            query = match bind {
                Bind::Text(text) => query.bind(*text),
                Bind::Integer(number) => query.bind(*number),
                Bind::Document(document) => query.bind(sqlx::types::Json(&**document)),
            };
        }
        query
    }};
}

/// Runs a statement to its end and gathers its rows.
macro_rules! rows {
    ($driver:ident, $executor:expr, $sql:expr, $binds:expr, $keep:expr) => {
        Ok(statement!($driver, $sql, $binds, $keep)
            .fetch_all($executor)
            .await?
            .into_iter()
            .map(Row::$driver)
            .collect())
    };
}

/// Runs a statement and counts the rows that it changed.
macro_rules! changed {
    ($driver:ident, $executor:expr, $sql:expr, $binds:expr, $keep:expr) => {
        Ok(statement!($driver, $sql, $binds, $keep)
            .execute($executor)
            .await?
            .rows_affected())
    };
}

/// Where a repository runs its statements: each on its own, or together in a transaction.
pub enum Conn<'a> {
    /// Any connection of the pool; every statement is its own transaction.
    Pool(&'a Db),
    /// The connection of an open transaction.
    Tx(&'a mut Tx),
}

impl Conn<'_> {
    /// Reads all rows of a `SELECT`.
    pub async fn read_all(&mut self, sql: &'static str, binds: &[Bind<'_>]) -> Result<Vec<Row>> {
        Bind::check_all(binds)?;
        self.count_statement();
        match self {
            Conn::Pool(Db {
                backend: Backend::Sqlite { readers, .. },
                ..
            }) => rows!(Sqlite, readers, sql, binds, true),
            _ => self.rows(sql, binds).await,
        }
    }

    /// Reads the row of a `SELECT` that has at most one.
    pub async fn read_optional(&mut self, sql: &'static str, binds: &[Bind<'_>]) -> Result<Option<Row>> {
        Ok(self.read_all(sql, binds).await?.into_iter().next())
    }

    /// Reads the row of a `SELECT` that always has one; fails with [`Error::Corrupt`] when there is none.
    pub async fn read_one(&mut self, sql: &'static str, binds: &[Bind<'_>]) -> Result<Row> {
        self.read_optional(sql, binds)
            .await?
            .ok_or_else(|| Error::Corrupt("no row where one must be".into()))
    }

    /// Runs an `INSERT`, `UPDATE` or `DELETE`; answers the number of rows that it changed.
    pub async fn write(&mut self, sql: &'static str, binds: &[Bind<'_>]) -> Result<u64> {
        Bind::check_all(binds)?;
        self.count_statement();
        match self {
            Conn::Pool(db) => match &db.backend {
                Backend::Postgres {
                    pool, pinned: false, ..
                } => changed!(Postgres, pool, sql, binds, true),
                Backend::Postgres { .. } => {
                    let mut tx = db.begin().await?;
                    let changed = tx.changed(sql, binds).await?;
                    tx.commit().await?;
                    Ok(changed)
                }
                Backend::Sqlite { writer, .. } => changed!(Sqlite, writer, sql, binds, true),
            },
            Conn::Tx(tx) => tx.changed(sql, binds).await,
        }
    }

    /// Runs a compare-and-swap, an `UPDATE … WHERE version = $n` or the like of one row: fails with
    /// [`Error::Conflict`] when it finds none.
    pub async fn swap(&mut self, sql: &'static str, binds: &[Bind<'_>]) -> Result<()> {
        if self.write(sql, binds).await? == 0 {
            Err(Error::Conflict)
        } else {
            Ok(())
        }
    }

    /// Runs an `INSERT`, `UPDATE` or `DELETE` with `RETURNING`; answers its rows, in no particular order.
    pub async fn write_returning(&mut self, sql: &'static str, binds: &[Bind<'_>]) -> Result<Vec<Row>> {
        Bind::check_all(binds)?;
        self.count_statement();
        self.rows(sql, binds).await
    }

    /// Runs an `INSERT`, `UPDATE` or `DELETE` of at most one row with `RETURNING`.
    pub async fn write_optional(&mut self, sql: &'static str, binds: &[Bind<'_>]) -> Result<Option<Row>> {
        Ok(self.write_returning(sql, binds).await?.into_iter().next())
    }

    fn count_statement(&self) {
        let statements = match self {
            Conn::Pool(db) => &db.statements,
            Conn::Tx(tx) => &tx.statements,
        };
        statements.fetch_add(1, Ordering::Relaxed);
    }

    /// Runs a statement where writing is allowed.
    async fn rows(&mut self, sql: &'static str, binds: &[Bind<'_>]) -> Result<Vec<Row>> {
        match self {
            Conn::Pool(db) => match &db.backend {
                Backend::Postgres {
                    pool, pinned: false, ..
                } => rows!(Postgres, pool, sql, binds, true),
                Backend::Postgres { .. } => {
                    let mut tx = db.begin().await?;
                    let rows = tx.rows(sql, binds).await?;
                    tx.commit().await?;
                    Ok(rows)
                }
                Backend::Sqlite { writer, .. } => rows!(Sqlite, writer, sql, binds, true),
            },
            Conn::Tx(tx) => tx.rows(sql, binds).await,
        }
    }
}

/// An open transaction. Dropped without [`Tx::commit`], it is rolled back.
///
/// It may be the only connection there is (SQLite in memory) and always is the only writer of SQLite: while it is
/// open, run everything through it, and wait for nothing but the database.
pub struct Tx {
    pub(crate) inner: Inner,
    /// Whether prepared statements outlive the transaction.
    pub(crate) keep: bool,
    /// How many statements the database has been sent.
    pub(crate) statements: Arc<AtomicU64>,
}

pub(crate) enum Inner {
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
}

impl Tx {
    /// The handle that repositories take.
    pub fn conn(&mut self) -> Conn<'_> {
        Conn::Tx(self)
    }

    /// Makes everything written durable and visible to others.
    pub async fn commit(self) -> Result<()> {
        match self.inner {
            Inner::Postgres(tx) => tx.commit().await?,
            Inner::Sqlite(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Undoes everything written, and waits until that is done.
    pub async fn rollback(self) -> Result<()> {
        match self.inner {
            Inner::Postgres(tx) => tx.rollback().await?,
            Inner::Sqlite(tx) => tx.rollback().await?,
        }
        Ok(())
    }

    async fn rows(&mut self, sql: &'static str, binds: &[Bind<'_>]) -> Result<Vec<Row>> {
        match &mut self.inner {
            Inner::Postgres(tx) => rows!(Postgres, &mut **tx, sql, binds, self.keep),
            Inner::Sqlite(tx) => rows!(Sqlite, &mut **tx, sql, binds, self.keep),
        }
    }

    async fn changed(&mut self, sql: &'static str, binds: &[Bind<'_>]) -> Result<u64> {
        match &mut self.inner {
            Inner::Postgres(tx) => changed!(Postgres, &mut **tx, sql, binds, self.keep),
            Inner::Sqlite(tx) => changed!(Sqlite, &mut **tx, sql, binds, self.keep),
        }
    }
}
