//! What can be used once, what is counted, and what expires.

use std::collections::HashSet;

use poolhouse_domain::codes::{Code, CodeDelivery, CodePurpose};
use poolhouse_domain::sessions::{AuthSession, AuthSessionState, Rotated, Step};
use poolhouse_domain::sign_in::Progress;
use poolhouse_domain::users::User;
use poolhouse_domain::{DAY, HOUR, MINUTE, SECOND, Timestamp};
use poolhouse_model::VerifiedAttributeType;
use poolhouse_storage::{Error, SessionFound, Store};

use crate::fixtures::{NOW, OTHER_POOL, POOL, family, user};
use crate::{World, on_each_database};

on_each_database!(
    a_code_is_replaced_by_a_newer_one,
    a_code_is_consumed_once,
    a_family_survives_storage,
    a_family_is_rotated_once,
    all_families_of_a_user_end_together,
    a_session_is_told_by_what_became_of_it,
    a_session_is_consumed_once,
    wrong_passwords_earn_pauses,
    a_pause_is_not_prolonged,
    wrong_passwords_that_race_are_all_counted,
    attempts_are_counted_by_window,
    no_two_attempts_get_the_same_number,
    what_expired_is_purged,
    a_purge_in_small_steps_comes_to_its_end,
);

async fn with_alice(world: &World) -> (Store, User) {
    let (store, pool) = world.furnished().await;
    let alice = user(1, "alice", []);
    store.users().insert(&pool, &alice).await.unwrap();
    (store, alice)
}

fn code(user: &User, purpose: CodePurpose, hash: &str) -> Code {
    Code {
        pool_id: POOL.to_owned(),
        sub: user.sub.clone(),
        purpose,
        hash: hash.to_owned(),
        expires_at: NOW.plus_millis(HOUR),
        delivery: CodeDelivery {
            attribute: VerifiedAttributeType::Email,
            destination: "a@example.com".to_owned(),
        },
    }
}

fn session(id: &str) -> AuthSession {
    AuthSession {
        id: id.to_owned(),
        pool_id: POOL.to_owned(),
        expires_at: NOW.plus_millis(3 * MINUTE),
        state: AuthSessionState {
            sub: Some("sub".to_owned()),
            client_id: "client".to_owned(),
            progress: Progress {
                names: vec!["alice".to_owned(), "sub".to_owned()],
                ..Progress::default()
            },
            password_set_at: Some(NOW),
            step: Step::NewPasswordRequired,
            code: None,
            pending_secret: None,
            passkey_request: None,
            leads_to: None,
            custom: None,
        },
    }
}

async fn a_code_is_replaced_by_a_newer_one(world: World) {
    let (store, alice) = with_alice(&world).await;
    let get = async |purpose| store.codes().get(POOL, &alice.sub, purpose).await.unwrap();
    assert_eq!(get(CodePurpose::Reset).await, None);
    let old = code(&alice, CodePurpose::Reset, "old");
    let mut new = code(&alice, CodePurpose::Reset, "new");
    new.expires_at = NOW.plus_millis(1);
    new.delivery.attribute = VerifiedAttributeType::PhoneNumber;
    store.codes().put(&old).await.unwrap();
    assert_eq!(get(CodePurpose::Reset).await.unwrap(), old);
    store.codes().put(&new).await.unwrap();
    assert_eq!(get(CodePurpose::Reset).await.unwrap(), new);
    assert_eq!(get(CodePurpose::SignUp).await, None);
    assert!(!store.codes().consume(&old).await.unwrap());
    assert!(store.codes().consume(&new).await.unwrap());
    assert_eq!(get(CodePurpose::Reset).await, None);
    let orphan = store
        .codes()
        .put(&code(&user(2, "nobody", []), CodePurpose::Reset, "x"))
        .await;
    assert!(matches!(orphan, Err(Error::ForeignKey)));
}

async fn a_code_is_consumed_once(world: World) {
    let (store, alice) = with_alice(&world).await;
    let code = code(&alice, CodePurpose::SignUp, "hash");
    store.codes().put(&code).await.unwrap();
    let race = |_| {
        let (store, code) = (store.clone(), code.clone());
        tokio::spawn(async move {
            let mut tx = store.begin().await.unwrap();
            let won = tx.codes().consume(&code).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
    };
    assert_eq!(winners((0..8).map(race)).await, 1);
}

async fn winners(racers: impl Iterator<Item = tokio::task::JoinHandle<bool>>) -> usize {
    let mut winners = 0;
    for racer in racers.collect::<Vec<_>>() {
        winners += usize::from(racer.await.unwrap());
    }
    winners
}

async fn a_family_survives_storage(world: World) {
    let (store, alice) = with_alice(&world).await;
    let mut family = family(&alice, "event");
    store.families().insert(&family).await.unwrap();
    family.version = 1;
    assert_eq!(store.families().get(POOL, "event").await.unwrap().unwrap(), family);
    assert_eq!(store.families().get(OTHER_POOL, "event").await.unwrap(), None);
    family.rotated = Some(Rotated {
        secret_hash: "former".to_owned(),
        at: NOW,
    });
    store.families().replace(&mut family).await.unwrap();
    assert_eq!(family.version, 2);
    assert_eq!(store.families().get(POOL, "event").await.unwrap().unwrap(), family);
    store.families().delete(POOL, "event").await.unwrap();
    assert_eq!(store.families().get(POOL, "event").await.unwrap(), None);
    assert!(matches!(
        store.families().replace(&mut family).await,
        Err(Error::Conflict)
    ));
    store.families().delete(POOL, "event").await.unwrap();
}

async fn a_family_is_rotated_once(world: World) {
    let (store, alice) = with_alice(&world).await;
    store.families().insert(&family(&alice, "event")).await.unwrap();
    let read = store.families().get(POOL, "event").await.unwrap().unwrap();
    let race = |number: usize| {
        let (store, mut family) = (store.clone(), read.clone());
        family.secret_hash = format!("hash {number}");
        tokio::spawn(async move {
            match store.families().replace(&mut family).await {
                Ok(()) => true,
                Err(Error::Conflict) => false,
                Err(error) => panic!("{error:?}"),
            }
        })
    };
    assert_eq!(winners((0..8).map(race)).await, 1);
    assert_eq!(store.families().get(POOL, "event").await.unwrap().unwrap().version, 2);
}

async fn all_families_of_a_user_end_together(world: World) {
    let (store, alice) = with_alice(&world).await;
    let bob = user(2, "bob", []);
    store.users().insert(&crate::fixtures::pool(POOL), &bob).await.unwrap();
    for (user, event) in [(&alice, "1"), (&alice, "2"), (&bob, "3")] {
        store.families().insert(&family(user, event)).await.unwrap();
    }
    store.families().delete_of_user(POOL, &alice.sub).await.unwrap();
    assert_eq!(world.text("SELECT event_id FROM refresh_families").await, "3");
    assert_eq!(world.number("SELECT COUNT(*) FROM refresh_families").await, 1);
}

async fn a_session_is_told_by_what_became_of_it(world: World) {
    let (store, _) = world.furnished().await;
    let session = session("session");
    let get = async |now| store.sessions().get("session", now).await.unwrap();
    assert_eq!(get(NOW).await, SessionFound::Expired);
    store.sessions().insert(&session).await.unwrap();
    assert_eq!(get(NOW).await, SessionFound::Open(Box::new(session.clone())));
    assert_eq!(
        get(session.expires_at.plus_millis(-1)).await,
        SessionFound::Open(Box::new(session.clone()))
    );
    assert_eq!(get(session.expires_at).await, SessionFound::Expired);
    assert!(!store.sessions().consume("session", session.expires_at).await.unwrap());
    assert!(store.sessions().consume("session", NOW).await.unwrap());
    assert_eq!(get(NOW).await, SessionFound::Used);
    assert_eq!(get(session.expires_at).await, SessionFound::Used);
    assert!(!store.sessions().consume("session", NOW).await.unwrap());
    assert!(!store.sessions().consume("another", NOW).await.unwrap());
}

async fn a_session_is_consumed_once(world: World) {
    let (store, _) = world.furnished().await;
    store.sessions().insert(&session("session")).await.unwrap();
    let race = |_| {
        let store = store.clone();
        tokio::spawn(async move { store.sessions().consume("session", NOW).await.unwrap() })
    };
    assert_eq!(winners((0..8).map(race)).await, 1);
}

/// Pauses from the third failure on.
fn pause(failures: i64) -> i64 {
    if failures < 3 { 0 } else { failures * SECOND }
}

async fn fail(store: &Store, subject: &str, now: Timestamp) -> Option<Timestamp> {
    store
        .lockouts()
        .record_failure(POOL, subject, now, 15 * MINUTE, pause)
        .await
        .unwrap();
    store.lockouts().locked_until(POOL, subject).await.unwrap()
}

async fn wrong_passwords_earn_pauses(world: World) {
    let store = world.store();
    assert_eq!(store.lockouts().locked_until(POOL, "alice").await.unwrap(), None);
    assert_eq!(fail(&store, "alice", NOW).await, None);
    assert_eq!(fail(&store, "alice", NOW).await, None);
    assert_eq!(fail(&store, "alice", NOW).await, Some(NOW.plus_millis(3 * SECOND)));
    let later = NOW.plus_millis(3 * SECOND);
    assert_eq!(fail(&store, "alice", later).await, Some(later.plus_millis(4 * SECOND)));
    // Others have counts of their own.
    assert_eq!(fail(&store, "bob", later).await, None);
    assert_eq!(store.lockouts().locked_until(OTHER_POOL, "alice").await.unwrap(), None);
    // The count lives for 15 minutes after the last failure.
    let almost = later.plus_millis(15 * MINUTE - 1);
    assert_eq!(
        fail(&store, "alice", almost).await,
        Some(almost.plus_millis(5 * SECOND))
    );
    let anew = almost.plus_millis(15 * MINUTE);
    assert_eq!(fail(&store, "alice", anew).await, None);
    assert_eq!(fail(&store, "alice", anew).await, None);
    assert_eq!(fail(&store, "alice", anew).await, Some(anew.plus_millis(3 * SECOND)));
    store.lockouts().clear(POOL, "alice").await.unwrap();
    assert_eq!(store.lockouts().locked_until(POOL, "alice").await.unwrap(), None);
    assert_eq!(fail(&store, "alice", anew).await, None);
}

async fn a_pause_is_not_prolonged(world: World) {
    let store = world.store();
    for _ in 0..10 {
        fail(&store, "alice", NOW).await;
    }
    let until = NOW.plus_millis(3 * SECOND);
    assert_eq!(fail(&store, "alice", until.plus_millis(-1)).await, Some(until));
    assert_eq!(world.number("SELECT failures FROM lockouts").await, 3);
    assert_eq!(fail(&store, "alice", until).await, Some(until.plus_millis(4 * SECOND)));
}

async fn wrong_passwords_that_race_are_all_counted(world: World) {
    let store = world.store();
    let racers: Vec<_> = (0..16)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.lockouts().record_failure(POOL, "alice", NOW, HOUR, |_| 0).await })
        })
        .collect();
    for racer in racers {
        racer.await.unwrap().unwrap();
    }
    assert_eq!(world.number("SELECT failures FROM lockouts").await, 16);
}

async fn attempts_are_counted_by_window(world: World) {
    let store = world.store();
    let count = async |key, now| store.counters().count(POOL, key, now, HOUR).await.unwrap();
    let get = async |key, now| store.counters().get(POOL, key, now, HOUR).await.unwrap();
    assert_eq!(get("reset:alice", NOW).await, 0);
    assert_eq!(count("reset:alice", NOW).await, 1);
    assert_eq!(count("reset:alice", NOW.plus_millis(HOUR - 1)).await, 2);
    assert_eq!(get("reset:alice", NOW.plus_millis(HOUR - 1)).await, 2);
    assert_eq!(count("reset:bob", NOW).await, 1);
    // The window began with the first attempt, not with the last.
    assert_eq!(get("reset:alice", NOW.plus_millis(HOUR)).await, 0);
    assert_eq!(count("reset:alice", NOW.plus_millis(HOUR)).await, 1);
    assert_eq!(count("reset:alice", NOW.plus_millis(2 * HOUR - 1)).await, 2);
    assert_eq!(get("reset:alice", NOW.plus_millis(2 * HOUR - 1)).await, 2);
}

async fn no_two_attempts_get_the_same_number(world: World) {
    let store = world.store();
    let racers: Vec<_> = (0..20)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.counters().count(POOL, "key", NOW, HOUR).await.unwrap() })
        })
        .collect();
    let mut numbers = HashSet::new();
    for racer in racers {
        numbers.insert(racer.await.unwrap());
    }
    assert_eq!(numbers, (1..=20).collect());
}

async fn what_expired_is_purged(world: World) {
    let (store, alice) = with_alice(&world).await;
    store
        .codes()
        .put(&code(&alice, CodePurpose::Reset, "hash"))
        .await
        .unwrap();
    store.sessions().insert(&session("session")).await.unwrap();
    store.families().insert(&family(&alice, "event")).await.unwrap();
    fail(&store, "alice", NOW).await;
    store.counters().count(POOL, "key", NOW, HOUR).await.unwrap();
    let rest = async || {
        [
            world.number("SELECT COUNT(*) FROM codes").await,
            world.number("SELECT COUNT(*) FROM auth_sessions").await,
            world.number("SELECT COUNT(*) FROM refresh_families").await,
            world.number("SELECT COUNT(*) FROM lockouts").await,
            world.number("SELECT COUNT(*) FROM counters").await,
        ]
    };
    let purge = async |after: i64| store.purge_expired(NOW.plus_millis(after), 100).await.unwrap();
    assert_eq!(purge(0).await, 0);
    assert_eq!(purge(15 * MINUTE - 1).await, 0);
    assert_eq!(purge(15 * MINUTE).await, 1);
    assert_eq!(rest().await, [1, 1, 1, 0, 1]);
    assert_eq!(purge(HOUR - 1).await, 0);
    assert_eq!(purge(HOUR).await, 2);
    assert_eq!(rest().await, [0, 1, 1, 0, 0]);
    assert_eq!(purge(HOUR + 3 * MINUTE - 1).await, 0);
    assert_eq!(purge(HOUR + 3 * MINUTE).await, 1);
    assert_eq!(purge(DAY + SECOND - 1).await, 0);
    assert_eq!(purge(DAY + SECOND).await, 1);
    assert_eq!(rest().await, [0; 5]);
}

async fn a_purge_in_small_steps_comes_to_its_end(world: World) {
    let store = world.store();
    for number in 0..5 {
        store
            .counters()
            .count(POOL, &number.to_string(), NOW.plus_millis(number), HOUR)
            .await
            .unwrap();
    }
    let late = NOW.plus_millis(HOUR + 3);
    assert_eq!(store.purge_expired(late, 3).await.unwrap(), 4);
    assert_eq!(store.purge_expired(late, 3).await.unwrap(), 0);
    assert_eq!(store.purge_expired(late, 0).await.unwrap(), 0);
    assert_eq!(world.text("SELECT subject FROM counters").await, "4");
}
