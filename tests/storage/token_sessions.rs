//! The sessions that sign-ins begin in a pool that keeps track of them.

use poolhouse_domain::Timestamp;
use poolhouse_domain::sessions::{RefreshFamily, Rotated};
use poolhouse_domain::user_sessions::{Activity, SessionKind, TokenSession, UserSession};
use poolhouse_domain::users::User;
use poolhouse_storage::Store;
use serde_json::json;

use crate::fixtures::{NOW, OTHER_POOL, POOL, family, user};
use crate::{World, document, on_each_database};

on_each_database!(
    a_session_is_what_was_last_seen_of_it,
    a_sign_in_without_a_session_is_none,
    a_family_of_before_there_were_sessions_still_loads,
    the_least_recently_used_beyond_the_limit_end,
    sign_ins_that_come_together_leave_no_more_than_the_limit,
);

async fn with_alice(world: &World) -> (Store, User) {
    let (store, pool) = world.furnished().await;
    let alice = user(1, "alice", []);
    store.users().insert(&pool, &alice).await.unwrap();
    (store, alice)
}

fn activity(at: Timestamp, ip_address: &str) -> Activity {
    Activity {
        at,
        ip_address: Some(ip_address.to_owned()),
        device_type: None,
    }
}

/// A sign-in after so many milliseconds, with the session `tkn<event>`.
fn tracked(user: &User, event_id: &str, after: i64, max_per_user: i32) -> RefreshFamily {
    let now = NOW.plus_millis(after);
    RefreshFamily {
        authenticated_at: now,
        expires_at: now.plus_millis(1_000),
        session: Some(TokenSession {
            id: format!("tkn{event_id}"),
            max_per_user,
            began: activity(now, "192.0.2.1"),
            origin: None,
        }),
        ..family(user, event_id)
    }
}

/// The ids of a user's sessions after so many milliseconds.
async fn sessions(store: &Store, user: &User, after: i64) -> Vec<String> {
    let found = store
        .families()
        .sessions_of_user(POOL, &user.sub, NOW.plus_millis(after))
        .await;
    found.unwrap().into_iter().map(|session| session.id).collect()
}

async fn a_session_is_what_was_last_seen_of_it(world: World) {
    let (store, alice) = with_alice(&world).await;
    let mut family = tracked(&alice, "event", 0, 20);
    store.families().insert(&family).await.unwrap();
    family.version = 1;
    assert_eq!(
        store.families().get(POOL, "event").await.unwrap().as_ref(),
        Some(&family)
    );
    let mut session = UserSession {
        id: "tknevent".to_owned(),
        kind: SessionKind::Token {
            event_id: "event".to_owned(),
            origin: None,
        },
        client_id: "client".to_owned(),
        created_at: NOW,
        last_activity: activity(NOW, "192.0.2.1"),
    };
    let found = async || store.families().sessions_of_user(POOL, &alice.sub, NOW).await.unwrap();
    assert_eq!(found().await, [session.clone()]);
    session.last_activity = Activity {
        at: NOW.plus_millis(5),
        ip_address: None,
        device_type: Some("Linux, Firefox".to_owned()),
    };
    assert!(
        store
            .families()
            .touch(POOL, "event", &session.last_activity)
            .await
            .unwrap()
    );
    assert_eq!(found().await, [session.clone()]);

    // Who rotates the tokens meanwhile does not lose against this, and it is not undone.
    family.rotated = Some(Rotated {
        secret_hash: "former".to_owned(),
        at: NOW,
    });
    store.families().replace(&mut family).await.unwrap();
    assert_eq!(found().await, [session.clone()]);

    let nobody = store
        .families()
        .sessions_of_user(OTHER_POOL, &alice.sub, NOW)
        .await
        .unwrap();
    assert_eq!(nobody, []);
    assert_eq!(sessions(&store, &alice, 999).await, ["tknevent"]);
    assert_eq!(sessions(&store, &alice, 1_000).await, [] as [String; 0]);
    store.families().delete(POOL, "event").await.unwrap();
    assert!(
        !store
            .families()
            .touch(POOL, "event", &session.last_activity)
            .await
            .unwrap()
    );
}

async fn a_sign_in_without_a_session_is_none(world: World) {
    let (store, alice) = with_alice(&world).await;
    store.families().insert(&family(&alice, "old")).await.unwrap();
    store.families().insert(&tracked(&alice, "1", 0, 1)).await.unwrap();
    store.families().insert(&tracked(&alice, "2", 1, 1)).await.unwrap();
    assert_eq!(sessions(&store, &alice, 1).await, ["tkn2"]);
    assert!(store.families().get(POOL, "old").await.unwrap().is_some());
}

async fn a_family_of_before_there_were_sessions_still_loads(world: World) {
    let (store, alice) = with_alice(&world).await;
    let written = json!({
        "pool_id": POOL, "event_id": "event", "origin_jti": "origin", "sub": alice.sub, "client_id": "client",
        "authenticated_at": NOW, "expires_at": NOW.plus_millis(1_000), "secret_hash": "hash"
    });
    let sql = "INSERT INTO refresh_families (pool_id, event_id, origin_jti, sub, client_id, created_at, expires_at, \
                                             version, doc) \
               VALUES ($1, 'event', 'origin', $2, 'client', $3, $3 + 1000, 1, $4)";
    let binds = [
        POOL.into(),
        (&alice.sub).into(),
        NOW.millis().into(),
        document(&written),
    ];
    world.db.conn().write(sql, &binds).await.unwrap();
    let expected = RefreshFamily {
        version: 1,
        ..family(&alice, "event")
    };
    assert_eq!(store.families().get(POOL, "event").await.unwrap(), Some(expected));
    assert_eq!(sessions(&store, &alice, 0).await, [] as [String; 0]);
}

async fn the_least_recently_used_beyond_the_limit_end(world: World) {
    let (store, alice) = with_alice(&world).await;
    let bob = user(2, "bob", []);
    store.users().insert(&crate::fixtures::pool(POOL), &bob).await.unwrap();
    store.families().insert(&tracked(&bob, "bob", 0, 1)).await.unwrap();
    // This one has expired when the others come: its access tokens outlive it, and it counts no more.
    store
        .families()
        .insert(&tracked(&alice, "expired", -1_000, 3))
        .await
        .unwrap();
    for (number, event) in ["1", "2", "3"].into_iter().enumerate() {
        store
            .families()
            .insert(&tracked(&alice, event, number as i64, 3))
            .await
            .unwrap();
    }
    assert_eq!(sessions(&store, &alice, 3).await, ["tkn3", "tkn2", "tkn1"]);
    let used = activity(NOW.plus_millis(10), "192.0.2.2");
    store.families().touch(POOL, "1", &used).await.unwrap();
    store.families().insert(&tracked(&alice, "4", 11, 3)).await.unwrap();
    assert_eq!(sessions(&store, &alice, 11).await, ["tkn4", "tkn3", "tkn1"]);
    // Nothing is older than what is new, also when the clock was set back.
    store.families().insert(&tracked(&alice, "5", 5, 1)).await.unwrap();
    assert_eq!(sessions(&store, &alice, 11).await, ["tkn5"]);
    assert_eq!(sessions(&store, &bob, 11).await, ["tknbob"]);
    assert!(store.families().get(POOL, "expired").await.unwrap().is_some());
}

async fn sign_ins_that_come_together_leave_no_more_than_the_limit(world: World) {
    let (store, alice) = with_alice(&world).await;
    let sign_ins: Vec<_> = (0..8)
        .map(|number| {
            let (store, family) = (store.clone(), tracked(&alice, &number.to_string(), 0, 2));
            tokio::spawn(async move { store.families().insert(&family).await })
        })
        .collect();
    for sign_in in sign_ins {
        sign_in.await.unwrap().unwrap();
    }
    assert_eq!(sessions(&store, &alice, 0).await.len(), 2);
}
