//! The databases of labs, with the newest schema.

#![expect(clippy::unwrap_used, reason = "a database that can't be opened fails the test")]

use std::fs;
use std::time::Duration;

use poolhouse_storage::{ConnectOptions, Db};
use tokio::sync::OnceCell;

use crate::database::{Backend, TestDatabase};

/// Opens a database with the newest schema: a new one on SQLite, and on Postgres one that all labs of the process share.
pub(crate) async fn open(backend: Backend) -> (Db, Option<TestDatabase>) {
    match backend {
        Backend::Postgres => (connect(shared_postgres().await.url()).await, None),
        _ => open_alone(backend).await,
    }
}

async fn connect(url: &str) -> Db {
    let options = ConnectOptions {
        max_connections: 4,
        acquire_timeout: Duration::from_secs(30),
        ..ConnectOptions::default()
    };
    Db::connect(url, options).await.unwrap()
}

/// Opens a new database with the newest schema.
pub(crate) async fn open_alone(backend: Backend) -> (Db, Option<TestDatabase>) {
    match backend {
        Backend::Postgres => {
            let database = migrated(backend).await;
            (connect(database.url()).await, Some(database))
        }
        Backend::SqliteFile => {
            let database = TestDatabase::new(backend).await.unwrap();
            let file = database.file().unwrap();
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::copy(sqlite_template().await.file().unwrap(), file).unwrap();
            (connect(database.url()).await, Some(database))
        }
        Backend::SqliteMemory => {
            let database = TestDatabase::new(backend).await.unwrap();
            (database.migrated().await.unwrap(), Some(database))
        }
    }
}

/// On a server of `TEST_DATABASE_URL` it stays behind: nothing runs at the end of a test process.
async fn shared_postgres() -> &'static TestDatabase {
    static SHARED: OnceCell<TestDatabase> = OnceCell::const_new();
    SHARED.get_or_init(|| migrated(Backend::Postgres)).await
}

/// A migrated file, to be copied: that is quicker than to migrate again.
async fn sqlite_template() -> &'static TestDatabase {
    static TEMPLATE: OnceCell<TestDatabase> = OnceCell::const_new();
    TEMPLATE.get_or_init(|| migrated(Backend::SqliteFile)).await
}

async fn migrated(backend: Backend) -> TestDatabase {
    let database = TestDatabase::new(backend).await.unwrap();
    database.migrated().await.unwrap().close().await;
    database
}
