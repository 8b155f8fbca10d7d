//! What is written together, and who sees it when.

use poolhouse_storage::{Conn, ConnectOptions, Db, Error};
use poolhouse_tests::database::{Backend, TestDatabase};

use crate::{World, document, on_each_database};

on_each_database!(
    a_committed_transaction_is_seen_by_all,
    a_dropped_transaction_leaves_nothing,
    a_rolled_back_transaction_leaves_nothing,
    after_a_failed_statement_nothing_is_kept,
    many_dropped_transactions_leave_the_database_usable,
);

const INSERT: &str = "INSERT INTO settings (name, doc) VALUES ($1, $2)";

async fn put(conn: &mut Conn<'_>, name: &str) -> Result<u64, Error> {
    conn.write(INSERT, &[name.into(), document(&serde_json::json!(name))])
        .await
}

async fn names(conn: &mut Conn<'_>) -> Vec<String> {
    let rows = conn
        .read_all("SELECT name FROM settings ORDER BY name", &[])
        .await
        .unwrap();
    rows.iter().map(|row| row.text(0).unwrap()).collect()
}

async fn a_committed_transaction_is_seen_by_all(world: World) {
    let mut tx = world.db.begin().await.unwrap();
    put(&mut tx.conn(), "a").await.unwrap();
    put(&mut tx.conn(), "b").await.unwrap();
    assert_eq!(names(&mut tx.conn()).await, ["a", "b"]);
    // In memory there is no second connection to look from.
    if world.backend != Backend::SqliteMemory {
        assert!(names(&mut world.db.conn()).await.is_empty());
    }
    tx.commit().await.unwrap();
    assert_eq!(names(&mut world.db.conn()).await, ["a", "b"]);
}

async fn a_dropped_transaction_leaves_nothing(world: World) {
    let mut tx = world.db.begin().await.unwrap();
    put(&mut tx.conn(), "a").await.unwrap();
    drop(tx);
    assert!(names(&mut world.db.conn()).await.is_empty());
    put(&mut world.db.conn(), "a").await.unwrap();
}

async fn a_rolled_back_transaction_leaves_nothing(world: World) {
    let mut tx = world.db.begin().await.unwrap();
    put(&mut tx.conn(), "a").await.unwrap();
    tx.rollback().await.unwrap();
    assert!(names(&mut world.db.conn()).await.is_empty());
}

async fn after_a_failed_statement_nothing_is_kept(world: World) {
    let mut tx = world.db.begin().await.unwrap();
    put(&mut tx.conn(), "a").await.unwrap();
    assert!(matches!(put(&mut tx.conn(), "a").await, Err(Error::Unique { .. })));
    drop(tx);
    assert!(names(&mut world.db.conn()).await.is_empty());
}

async fn many_dropped_transactions_leave_the_database_usable(world: World) {
    for number in 0..100 {
        let mut tx = world.db.begin().await.unwrap();
        put(&mut tx.conn(), &format!("dropped {number}")).await.unwrap();
        drop(tx);
        put(&mut world.db.conn(), &format!("kept {number}")).await.unwrap();
    }
    let names = names(&mut world.db.conn()).await;
    assert_eq!(names.len(), 100);
    assert!(names.iter().all(|name| name.starts_with("kept ")));
}

#[tokio::test]
async fn a_reader_of_a_sqlite_file_cannot_write() {
    let database = TestDatabase::new(Backend::SqliteFile).await.unwrap();
    let db = database.migrated().await.unwrap();
    let written = db.conn().read_all("DELETE FROM settings RETURNING name", &[]).await;
    assert!(matches!(written, Err(Error::Unavailable(_))));
}

/// Who holds the only writer and asks for it again gets an error in the end, not a hang.
#[tokio::test]
async fn waiting_for_a_connection_ends() {
    for backend in [Backend::SqliteFile, Backend::SqliteMemory, Backend::Postgres] {
        let database = TestDatabase::new(backend).await.unwrap();
        let acquire_timeout = std::time::Duration::from_millis(50);
        let options = ConnectOptions {
            max_connections: 1,
            acquire_timeout,
            ..ConnectOptions::default()
        };
        let db = Db::connect(database.url(), options).await.unwrap();
        db.migrate().await.unwrap();
        let tx = db.begin().await.unwrap();
        assert!(
            matches!(db.begin().await.err(), Some(Error::Unavailable(_))),
            "{backend:?}"
        );
        assert!(
            matches!(put(&mut db.conn(), "a").await, Err(Error::Unavailable(_))),
            "{backend:?}"
        );
        drop(tx);
        put(&mut db.conn(), "a").await.unwrap();
    }
}

/// A function that a repository would be: it does not know whether it runs in a transaction.
#[tokio::test]
async fn a_spawned_task_can_hold_a_transaction() {
    let world = World::new(Backend::SqliteFile).await;
    let db = world.db.clone();
    tokio::spawn(async move {
        let mut tx = db.begin().await.unwrap();
        put(&mut tx.conn(), "a").await.unwrap();
        tx.commit().await.unwrap();
    })
    .await
    .unwrap();
    assert_eq!(names(&mut world.db.conn()).await, ["a"]);
}
