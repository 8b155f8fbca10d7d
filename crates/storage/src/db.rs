//! Opening a database: Postgres, a SQLite file, or SQLite in memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::conn::{Conn, Inner, Tx};
use crate::dialect::{self, Dialect};
use crate::error::{Error, Result};
use crate::lock::FileLock;

/// Prepared statements kept by each connection: more than the repositories have.
const STATEMENT_CACHE: usize = 256;

/// How long SQLite waits for a writer in another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A Postgres connection that rested this long is tried before it is used again.
const REST_BEFORE_TEST: Duration = Duration::from_secs(10);

/// How to use the connections of a database.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// Connections to Postgres, or readers of a SQLite file (which has one writer beside them).
    pub max_connections: u32,
    /// How long a statement waits for a connection before it fails with [`Error::Unavailable`].
    pub acquire_timeout: Duration,
    /// How long Postgres lets one statement run. `None` sends no such startup parameter, which PgBouncer would refuse;
    /// so does an address with `statement-cache-capacity=0`. Set it on the database role then.
    pub statement_timeout: Option<Duration>,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            max_connections: 10,
            acquire_timeout: Duration::from_secs(10),
            statement_timeout: Some(Duration::from_secs(30)),
        }
    }
}

/// An open database; clones share its connections.
#[derive(Clone)]
pub struct Db {
    pub(crate) backend: Backend,
    pub(crate) statements: Arc<AtomicU64>,
}

#[derive(Clone)]
pub(crate) enum Backend {
    Postgres {
        pool: PgPool,
        /// Behind a pooler that gives a server to each transaction and knows no prepared statements: every statement
        /// needs a transaction, and is prepared for it alone.
        pinned: bool,
        /// Without a statement timeout, for migrations.
        direct: Box<PgConnectOptions>,
    },
    Sqlite {
        /// One connection, so that writers queue here instead of failing with `SQLITE_BUSY`.
        writer: SqlitePool,
        /// Read-only connections; in memory mode the writer itself.
        readers: SqlitePool,
        /// The database file, unless in memory.
        file: Option<PathBuf>,
    },
}

impl Db {
    /// Opens `postgres://…`, `sqlite:PATH` (created when missing, with its folder) or `sqlite::memory:`.
    ///
    /// Behind a pooler in transaction mode, such as PgBouncer, add `?statement-cache-capacity=0` to a Postgres
    /// address: every statement is then sent in a transaction. TLS is rustls; `sslmode` and `sslrootcert` are the usual
    /// parameters.
    pub async fn connect(url: &str, options: ConnectOptions) -> Result<Self> {
        let backend = match url.split_once(':') {
            Some(("postgres" | "postgresql", _)) => connect_postgres(url, &options).await?,
            Some(("sqlite", ":memory:" | "memory:")) => connect_memory(&options).await?,
            Some(("sqlite", path)) => connect_file(path.strip_prefix("//").unwrap_or(path), &options).await?,
            _ => return Err(Error::Address("it must begin with postgres:// or sqlite:".to_owned())),
        };
        Ok(Self {
            backend,
            statements: Arc::default(),
        })
    }

    /// The handle that repositories take, each statement in its own transaction.
    pub fn conn(&self) -> Conn<'_> {
        Conn::Pool(self)
    }

    /// Begins a transaction for writing; on SQLite after waiting for every other one.
    pub async fn begin(&self) -> Result<Tx> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        let statements = Arc::clone(&self.statements);
        let begin = self.dialect().begin;
        Ok(match &self.backend {
            Backend::Postgres { pool, pinned, .. } => Tx {
                inner: Inner::Postgres(pool.begin_with(begin).await?),
                keep: !pinned,
                statements,
            },
            Backend::Sqlite { writer, .. } => Tx {
                inner: Inner::Sqlite(writer.begin_with(begin).await?),
                keep: true,
                statements,
            },
        })
    }

    /// Asks the database for one number, to see that it answers.
    pub async fn ping(&self) -> Result<()> {
        self.conn().read_one("SELECT CAST(1 AS BIGINT)", &[]).await?.int(0)?;
        Ok(())
    }

    /// How many statements have been sent since the start, beginnings of transactions among them.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// The size of the database in bytes.
    pub async fn size(&self) -> Result<i64> {
        self.conn().read_one(self.dialect().size, &[]).await?.int(0)
    }

    /// `postgres` or `sqlite`.
    pub fn dialect_name(&self) -> &'static str {
        self.dialect().name
    }

    /// Closes all connections, after the statements that are running. SQLite folds its log into the database file.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Postgres { pool, .. } => pool.close().await,
            Backend::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }

    pub(crate) fn dialect(&self) -> &'static Dialect {
        match &self.backend {
            Backend::Postgres { .. } => &dialect::POSTGRES,
            Backend::Sqlite { .. } => &dialect::SQLITE,
        }
    }
}

async fn connect_postgres(url: &str, options: &ConnectOptions) -> Result<Backend> {
    let pinned = url.contains("statement-cache-capacity=0");
    // The columns hold no floats, and PgBouncer refuses this startup parameter.
    let mut direct = PgConnectOptions::from_str(url)?
        .application_name("poolhouse")
        .extra_float_digits(None);
    if !url.contains("statement-cache-capacity=") {
        direct = direct.statement_cache_capacity(STATEMENT_CACHE);
    }
    let pooled = match options.statement_timeout {
        Some(timeout) if !pinned => direct
            .clone()
            .options([("statement_timeout", timeout.as_millis().to_string())]),
        _ => direct.clone(),
    };
    let pool = PgPoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout)
        // A test before every use would double the round trips of a hot request: only rested connections are tested.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > REST_BEFORE_TEST {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(pooled)
        .await?;
    Ok(Backend::Postgres {
        pool,
        pinned,
        direct: Box::new(direct),
    })
}

/// One connection that lives as long as the pool: the database is gone with it.
async fn connect_memory(options: &ConnectOptions) -> Result<Backend> {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .acquire_timeout(options.acquire_timeout)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(
            SqliteConnectOptions::new()
                .in_memory(true)
                .statement_cache_capacity(STATEMENT_CACHE),
        )
        .await?;
    Ok(Backend::Sqlite {
        writer: pool.clone(),
        readers: pool,
        file: None,
    })
}

async fn connect_file(path: &str, options: &ConnectOptions) -> Result<Backend> {
    if path.is_empty() || path.contains('?') || path.starts_with("file:") {
        return Err(Error::Address(
            "after sqlite: must stand a plain path, or :memory:".to_owned(),
        ));
    }
    let file = PathBuf::from(path);
    create_file(&file).map_err(|error| Error::Unavailable(error.into()))?;
    // Switching a new file to WAL needs it exclusively, and does not wait.
    let _lock = FileLock::beside(&file).await?;
    let pool = |connections: u32| {
        SqlitePoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(options.acquire_timeout)
            .max_lifetime(None)
            .test_before_acquire(false)
    };
    let writer = pool(1).idle_timeout(None).connect_with(file_options(&file)).await?;
    // Readers are opened when they are needed.
    let readers = pool(options.max_connections).connect_lazy_with(file_options(&file).pragma("query_only", "ON"));
    Ok(Backend::Sqlite {
        writer,
        readers,
        file: Some(file),
    })
}

/// How every connection to a SQLite file is set up.
pub(crate) fn file_options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .statement_cache_capacity(STATEMENT_CACHE)
}

/// Creates the database file and its folder when they are missing; the file is for its owner only.
fn create_file(file: &Path) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut new = fs::OpenOptions::new();
    new.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    match new.open(file) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
