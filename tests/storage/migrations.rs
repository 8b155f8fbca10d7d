//! Bringing a database to the newest schema, and refusing one that is newer.

use poolhouse_storage::{Error, PendingMigration};
use poolhouse_tests::database::{Backend, TestDatabase};
use tokio::task::JoinSet;

use crate::{World, on_each_database};

on_each_database!(
    a_migrated_database_has_nothing_pending_and_can_be_migrated_again,
    a_database_of_a_newer_program_is_refused,
    a_changed_migration_is_refused,
);

const BACKENDS: [Backend; 3] = [Backend::SqliteFile, Backend::SqliteMemory, Backend::Postgres];

#[tokio::test]
async fn an_empty_database_has_everything_pending() {
    for backend in BACKENDS {
        let database = TestDatabase::new(backend).await.unwrap();
        let db = database.connect().await.unwrap();
        let first = PendingMigration {
            version: 1,
            description: "init".to_owned(),
        };
        assert_eq!(
            db.pending_migrations().await.unwrap().first(),
            Some(&first),
            "{backend:?}"
        );
        // Asking created nothing.
        assert!(matches!(
            db.conn().read_all("SELECT version FROM _sqlx_migrations", &[]).await,
            Err(Error::Database(_))
        ));
        db.migrate().await.unwrap();
        assert_eq!(db.pending_migrations().await.unwrap(), []);
    }
}

async fn a_migrated_database_has_nothing_pending_and_can_be_migrated_again(world: World) {
    assert_eq!(world.db.pending_migrations().await.unwrap(), []);
    world.db.migrate().await.unwrap();
    assert_eq!(world.db.pending_migrations().await.unwrap(), []);
}

async fn a_database_of_a_newer_program_is_refused(world: World) {
    let sql = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
               SELECT 9999, 'future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
    world.db.conn().write(sql, &[]).await.unwrap();
    let error = world.db.migrate().await.unwrap_err();
    assert!(matches!(error, Error::NewerSchema(9999)));
    let message = "the database has migration 9999, which this version of the program does not know: use a newer one";
    assert_eq!(error.to_string(), message);
    assert!(matches!(
        world.db.pending_migrations().await,
        Err(Error::NewerSchema(9999))
    ));
}

async fn a_changed_migration_is_refused(world: World) {
    let sql = "UPDATE _sqlx_migrations SET checksum = substr(checksum, 2) WHERE version = 1";
    assert_eq!(world.db.conn().write(sql, &[]).await.unwrap(), 1);
    assert!(matches!(world.db.migrate().await, Err(Error::ChangedMigration(1))));
}

/// Nodes of a cluster, or two terminals, on a new database.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn programs_that_start_together_migrate_once() {
    for backend in [Backend::SqliteFile, Backend::Postgres] {
        let database = std::sync::Arc::new(TestDatabase::new(backend).await.unwrap());
        let mut programs = JoinSet::new();
        for _ in 0..8 {
            let database = database.clone();
            programs.spawn(async move { database.migrated().await.map(|_| ()) });
        }
        while let Some(program) = programs.join_next().await {
            program.unwrap().unwrap();
        }
        assert_eq!(
            database.connect().await.unwrap().pending_migrations().await.unwrap(),
            []
        );
    }
}
