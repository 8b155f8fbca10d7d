//! Many tasks, and many programs, on one database.

use std::time::Duration;

use poolhouse_storage::{Db, Error};
use poolhouse_tests::database::Backend;
use serde_json::json;
use tokio::task::JoinSet;

use crate::{World, document, on_each_database};

on_each_database!(
    sixteen_writers_lose_no_count,
    of_sixteen_equal_inserts_one_succeeds,
    what_can_be_used_once_is_used_once,
    swaps_that_retry_all_arrive,
    cancelled_tasks_leave_the_database_usable,
);

const WRITERS: usize = 16;
const ROUNDS: i64 = 40;

const COUNT: &str = "INSERT INTO counters (pool_id, subject, window_start, used, expires_at) VALUES ('p', $1, 0, 1, 0) \
                     ON CONFLICT (pool_id, subject) DO UPDATE SET used = counters.used + 1 RETURNING used";
const USED: &str = "SELECT used FROM counters WHERE subject = $1";

/// Writers in transactions, writers without, and a reader beside each.
async fn sixteen_writers_lose_no_count(world: World) {
    let total = count_from(vec![world.db.clone(); WRITERS]).await;
    assert_eq!(total, 2 * ROUNDS * i64::try_from(WRITERS).unwrap());
}

async fn count_from(handles: Vec<Db>) -> i64 {
    let db = handles[0].clone();
    let mut tasks = JoinSet::new();
    for db in handles {
        tasks.spawn(async move {
            for _ in 0..ROUNDS {
                db.conn().write(COUNT, &["shared".into()]).await.unwrap();
                let mut tx = db.begin().await.unwrap();
                let before = tx
                    .conn()
                    .read_optional(USED, &["shared".into()])
                    .await
                    .unwrap()
                    .unwrap()
                    .int(0)
                    .unwrap();
                let row = tx
                    .conn()
                    .write_optional(COUNT, &["shared".into()])
                    .await
                    .unwrap()
                    .unwrap();
                assert!(row.int(0).unwrap() > before);
                tx.commit().await.unwrap();
                let seen = db
                    .conn()
                    .read_one(USED, &["shared".into()])
                    .await
                    .unwrap()
                    .int(0)
                    .unwrap();
                assert!(seen > before);
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    db.conn()
        .read_one(USED, &["shared".into()])
        .await
        .unwrap()
        .int(0)
        .unwrap()
}

/// Each handle is what another process would have: its own writer.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn programs_that_share_a_sqlite_file_wait_for_each_other() {
    let world = World::new(Backend::SqliteFile).await;
    let mut handles = Vec::new();
    for _ in 0..4 {
        handles.push(world.database.connect().await.unwrap());
    }
    assert_eq!(count_from(handles).await, 2 * ROUNDS * 4);
}

async fn of_sixteen_equal_inserts_one_succeeds(world: World) {
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        let db = world.db.clone();
        tasks.spawn(async move {
            let sql = "INSERT INTO settings (name, doc) VALUES ('same', $1)";
            db.conn().write(sql, &[document(&json!(writer))]).await
        });
    }
    let (mut inserted, mut duplicates) = (0, 0);
    while let Some(task) = tasks.join_next().await {
        match task.unwrap() {
            Ok(1) => inserted += 1,
            Err(Error::Unique { table }) if table == "settings" => duplicates += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((inserted, duplicates), (1, WRITERS - 1));
}

async fn what_can_be_used_once_is_used_once(world: World) {
    let world = world.with_pool("p").await;
    let sql = "INSERT INTO auth_sessions (id, pool_id, expires_at, doc) VALUES ('s', 'p', 100, $1)";
    world.db.conn().write(sql, &[document(&json!({}))]).await.unwrap();
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        let db = world.db.clone();
        tasks.spawn(async move {
            let sql = "UPDATE auth_sessions SET consumed_at = $2 \
                       WHERE id = $1 AND consumed_at IS NULL AND expires_at > $2 RETURNING consumed_at";
            let now = i64::try_from(writer).unwrap();
            db.conn()
                .write_optional(sql, &["s".into(), now.into()])
                .await
                .unwrap()
                .is_some()
        });
    }
    let mut winners = 0;
    while let Some(task) = tasks.join_next().await {
        winners += usize::from(task.unwrap());
    }
    assert_eq!(winners, 1);
}

async fn swaps_that_retry_all_arrive(world: World) {
    let world = world.with_pool("p").await;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let db = world.db.clone();
        tasks.spawn(async move {
            let mut conn = db.conn();
            loop {
                let row = conn
                    .read_one("SELECT version, doc FROM pools WHERE id = 'p'", &[])
                    .await
                    .unwrap();
                let version = row.int(0).unwrap();
                let count = row.json::<serde_json::Value>(1).unwrap()["count"].as_i64().unwrap_or(0);
                let sql = "UPDATE pools SET version = $1 + 1, doc = $2 WHERE id = 'p' AND version = $1";
                match conn
                    .swap(sql, &[version.into(), document(&json!({"count": count + 1}))])
                    .await
                {
                    Ok(()) => break,
                    Err(Error::Conflict) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    let row = world
        .db
        .conn()
        .read_one("SELECT version, doc FROM pools WHERE id = 'p'", &[])
        .await
        .unwrap();
    assert_eq!(
        (row.int(0).unwrap(), row.json::<serde_json::Value>(1).unwrap()),
        (9, json!({"count": 8}))
    );
}

/// A client that goes away cancels its request at any point, also between `BEGIN` and `COMMIT`.
async fn cancelled_tasks_leave_the_database_usable(world: World) {
    let mut tasks = JoinSet::new();
    for number in 0..200_u64 {
        let db = world.db.clone();
        tasks.spawn(async move {
            let work = async {
                let mut tx = db.begin().await.unwrap();
                tx.conn().write(COUNT, &["left".into()]).await.unwrap();
                tx.conn().write(COUNT, &["right".into()]).await.unwrap();
                tx.commit().await.unwrap();
                db.conn().read_optional(USED, &["left".into()]).await.unwrap();
            };
            let _cancelled = tokio::time::timeout(Duration::from_micros(number * 50), work).await;
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    let mut tx = world.db.begin().await.unwrap();
    for subject in ["left", "right"] {
        tx.conn().write(COUNT, &[subject.into()]).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut used = Vec::new();
    for subject in ["left", "right"] {
        used.push(
            world
                .db
                .conn()
                .read_one(USED, &[subject.into()])
                .await
                .unwrap()
                .int(0)
                .unwrap(),
        );
    }
    assert_eq!(used[0], used[1], "a transaction was half written");
}

/// Two transactions that take two rows in opposite order.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deadlock_on_postgres_is_a_conflict() {
    let world = World::new(Backend::Postgres).await;
    for subject in ["a", "b"] {
        world.db.conn().write(COUNT, &[subject.into()]).await.unwrap();
    }
    let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(2));
    let mut tasks = JoinSet::new();
    for (first, second) in [("a", "b"), ("b", "a")] {
        let (db, barrier) = (world.db.clone(), barrier.clone());
        tasks.spawn(async move {
            let mut tx = db.begin().await?;
            tx.conn().write(COUNT, &[first.into()]).await?;
            barrier.wait().await;
            tx.conn().write(COUNT, &[second.into()]).await?;
            tx.commit().await
        });
    }
    let (mut committed, mut conflicts) = (0, 0);
    while let Some(task) = tasks.join_next().await {
        match task.unwrap() {
            Ok(()) => committed += 1,
            Err(Error::Conflict) => conflicts += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((committed, conflicts), (1, 1));
}
