//! Messages that wait for their delivery, and who delivers them.

use std::collections::BTreeSet;

use poolhouse_domain::{DAY, HOUR, MINUTE, Timestamp};
use poolhouse_storage::{LeasedEntry, OutboxEntry, Store};

use crate::fixtures::{NOW, OTHER_POOL, POOL, pool};
use crate::{World, on_each_database};

on_each_database!(
    a_message_rests_sealed_and_comes_back_whole,
    what_is_due_is_taken_on_by_one,
    nodes_that_race_share_the_messages,
    a_lease_that_has_run_out_is_worth_nothing,
    a_message_of_a_transaction_that_was_dropped_never_was,
    messages_go_with_their_pool_and_with_time,
);

const CONTENT: &[u8] = br#"{"code":"123456"}"#;

fn entry<'a>(id: &'a str, pool_id: &'a str, due_at: Timestamp) -> OutboxEntry<'a> {
    OutboxEntry {
        id,
        pool_id,
        due_at,
        expires_at: NOW.plus_millis(DAY),
        content: CONTENT,
    }
}

async fn put(store: &Store, id: &str, due_at: Timestamp) {
    store.outbox().put(&entry(id, POOL, due_at)).await.unwrap();
}

async fn lease(store: &Store, now: Timestamp, limit: i64) -> Vec<LeasedEntry> {
    store.outbox().lease(now, now.plus_millis(MINUTE), limit).await.unwrap()
}

fn ids(entries: &[LeasedEntry]) -> BTreeSet<&str> {
    entries.iter().map(|entry| entry.id.as_str()).collect()
}

async fn a_message_rests_sealed_and_comes_back_whole(world: World) {
    let (store, _) = world.furnished().await;
    assert_eq!(store.outbox().next_due().await.unwrap(), None);
    put(&store, "one", NOW).await;
    assert_eq!(store.outbox().next_due().await.unwrap(), Some(NOW));
    let stored = world.text("SELECT CAST(doc AS TEXT) FROM outbox").await;
    assert!(!stored.contains("123456"), "{stored}");

    let [leased] = lease(&store, NOW, 10).await.try_into().ok().unwrap();
    assert_eq!(
        (leased.id.as_str(), leased.pool_id.as_str(), leased.attempt),
        ("one", POOL, 1)
    );
    assert_eq!(
        (leased.expires_at, leased.leased_until),
        (NOW.plus_millis(DAY), NOW.plus_millis(MINUTE))
    );
    assert_eq!(leased.content.as_deref(), Some(CONTENT));
    assert_eq!(store.outbox().next_due().await.unwrap(), Some(NOW.plus_millis(MINUTE)));

    // Under another key, and in another row, it says nothing.
    let later = NOW.plus_millis(MINUTE);
    let [leased] = lease(&world.store_of("another"), later, 10)
        .await
        .try_into()
        .ok()
        .unwrap();
    assert_eq!((leased.attempt, leased.content), (2, None));
    world
        .db
        .conn()
        .write("UPDATE outbox SET id = 'two'", &[])
        .await
        .unwrap();
    let [leased] = lease(&store, later.plus_millis(MINUTE), 10)
        .await
        .try_into()
        .ok()
        .unwrap();
    assert_eq!((leased.id.as_str(), leased.content), ("two", None));
}

async fn what_is_due_is_taken_on_by_one(world: World) {
    let (store, _) = world.furnished().await;
    for (id, due) in [("late", 1), ("first", -2), ("second", -1), ("third", 0)] {
        put(&store, id, NOW.plus_millis(due)).await;
    }
    let taken = lease(&store, NOW, 2).await;
    assert_eq!(ids(&taken), ["first", "second"].into());
    assert_eq!(ids(&lease(&store, NOW, 10).await), ["third"].into());
    assert_eq!(lease(&store, NOW, 10).await.len(), 0);
    assert_eq!(ids(&lease(&store, NOW.plus_millis(1), 10).await), ["late"].into());

    let first = taken.iter().find(|entry| entry.id == "first").unwrap();
    let second = taken.iter().find(|entry| entry.id == "second").unwrap();
    assert!(store.outbox().finish(first).await.unwrap());
    assert!(!store.outbox().finish(first).await.unwrap());
    let again = NOW.plus_millis(5_000);
    assert!(store.outbox().retry(second, again).await.unwrap());
    assert_eq!(lease(&store, again.plus_millis(-1), 10).await.len(), 0);
    let [retried] = lease(&store, again, 10).await.try_into().ok().unwrap();
    assert_eq!((retried.id.as_str(), retried.attempt), ("second", 2));
    assert_eq!(world.number("SELECT COUNT(*) FROM outbox").await, 3);
}

async fn nodes_that_race_share_the_messages(world: World) {
    let (store, _) = world.furnished().await;
    let all: BTreeSet<_> = (0..40).map(|number| format!("message {number}")).collect();
    for id in &all {
        put(&store, id, NOW).await;
    }
    let racers: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut taken = Vec::new();
                loop {
                    let leased = lease(&store, NOW, 3).await;
                    if leased.is_empty() && store.outbox().next_due().await.unwrap() > Some(NOW) {
                        return taken;
                    }
                    taken.extend(leased.into_iter().map(|entry| entry.id));
                }
            })
        })
        .collect();
    let mut taken = Vec::new();
    for racer in racers {
        taken.extend(racer.await.unwrap());
    }
    assert_eq!(taken.len(), all.len());
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>(), all);
}

async fn a_lease_that_has_run_out_is_worth_nothing(world: World) {
    let (store, _) = world.furnished().await;
    put(&store, "one", NOW).await;
    let [slow] = lease(&store, NOW, 1).await.try_into().ok().unwrap();
    let [quick] = lease(&store, NOW.plus_millis(MINUTE), 1).await.try_into().ok().unwrap();
    assert!(!store.outbox().retry(&slow, NOW).await.unwrap());
    assert!(!store.outbox().finish(&slow).await.unwrap());
    assert_eq!(store.outbox().next_due().await.unwrap(), Some(quick.leased_until));
    assert!(store.outbox().finish(&quick).await.unwrap());
    assert_eq!(store.outbox().next_due().await.unwrap(), None);
}

async fn a_message_of_a_transaction_that_was_dropped_never_was(world: World) {
    let (store, _) = world.furnished().await;
    let mut tx = store.begin().await.unwrap();
    tx.outbox().put(&entry("dropped", POOL, NOW)).await.unwrap();
    drop(tx);
    let mut tx = store.begin().await.unwrap();
    tx.outbox().put(&entry("committed", POOL, NOW)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(ids(&lease(&store, NOW, 10).await), ["committed"].into());
}

async fn messages_go_with_their_pool_and_with_time(world: World) {
    let (store, _) = world.furnished().await;
    store.pools().insert(&pool(OTHER_POOL)).await.unwrap();
    put(&store, "kept", NOW).await;
    store.outbox().put(&entry("gone", OTHER_POOL, NOW)).await.unwrap();
    store.pools().delete(OTHER_POOL).await.unwrap();
    assert_eq!(ids(&lease(&store, NOW, 10).await), ["kept"].into());
    // Whoever delivers messages has an hour to say that this one was in vain.
    let expired = NOW.plus_millis(DAY + HOUR);
    assert_eq!(store.purge_expired(expired.plus_millis(-1), 10).await.unwrap(), 0);
    assert_eq!(store.purge_expired(expired, 10).await.unwrap(), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM outbox").await, 0);
}
