//! Conformance of the store: the same tests judge SQLite in a file, SQLite in memory, and Postgres.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail the test"
)]

use poolhouse_storage::Db;
use poolhouse_tests::database::{Backend, TestDatabase};

mod addresses;
mod branding;
mod concurrency;
mod configuration;
mod devices;
mod domains;
mod fixtures;
mod groups;
mod master_key;
mod migrations;
mod once;
mod outbox;
mod passkeys;
mod resource_servers;
mod sealed_settings;
mod seam;
mod search;
mod token_sessions;
mod transactions;
mod twins;
mod users;

/// Makes one test per backend of each function that takes a [`World`].
macro_rules! on_each_database {
    ($($test:ident),* $(,)?) => {$(
        mod $test {
            use poolhouse_tests::database::Backend;

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite_file() {
                super::$test(crate::World::new(Backend::SqliteFile).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite_memory() {
                super::$test(crate::World::new(Backend::SqliteMemory).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                super::$test(crate::World::new(Backend::Postgres).await).await;
            }
        }
    )*};
}
pub(crate) use on_each_database;

/// A database with the newest schema, and what kind it is.
struct World {
    db: Db,
    backend: Backend,
    database: TestDatabase,
}

impl World {
    async fn new(backend: Backend) -> Self {
        let database = TestDatabase::new(backend).await.unwrap();
        let db = database.migrated().await.unwrap();
        Self { db, backend, database }
    }

    /// A pool that other rows can refer to.
    async fn with_pool(self, id: &str) -> Self {
        let sql = "INSERT INTO pools (id, account_id, region, name, created_at, version, doc) \
                   VALUES ($1, '000000000000', 'us-east-1', 'test', 0, 1, $2)";
        self.db
            .conn()
            .write(sql, &[id.into(), document(&serde_json::json!({}))])
            .await
            .unwrap();
        self
    }
}

fn document(value: &serde_json::Value) -> poolhouse_storage::Bind<'static> {
    poolhouse_storage::Bind::document(value).unwrap()
}
