//! Passkeys, and the registrations that wait for theirs.

use poolhouse_domain::passkeys::{Passkey, PasskeyRegistration};
use poolhouse_domain::users::User;
use poolhouse_storage::{Error, Store};
use serde_json::{Value, json};

use crate::fixtures::{NOW, OTHER_POOL, POOL, user};
use crate::{World, on_each_database};

on_each_database!(
    a_passkey_is_found_by_its_user_alone,
    a_pool_has_a_credential_once,
    of_two_that_use_a_passkey_one_is_first,
    a_deleted_passkey_is_gone,
    passkeys_go_with_their_user,
    the_newest_registration_is_consumed_once,
    registrations_that_expired_are_purged,
);

async fn with_users(world: &World) -> (Store, User, User) {
    let (store, pool) = world.furnished().await;
    let (alice, bob) = (user(1, "alice", []), user(2, "bob", []));
    store.users().insert(&pool, &alice).await.unwrap();
    store.users().insert(&pool, &bob).await.unwrap();
    (store, alice, bob)
}

/// A passkey with a key of no algorithm that matters here.
fn passkey(user: &User, credential_id: &str, after: i64) -> Passkey {
    let credential = json!({
        "cred_id": credential_id, "counter": 0, "transports": null, "user_verified": true, "backup_eligible": false,
        "cred": { "type_": "ES256", "key": { "EC_EC2": { "curve": "SECP256R1", "x": "AA", "y": "AA" } } },
        "backup_state": false, "registration_policy": "preferred",
        "extensions": {
            "cred_protect": "NotRequested", "hmac_create_secret": "NotRequested", "appid": "NotRequested",
            "cred_props": "NotRequested",
        },
        "attestation": { "data": "None", "metadata": "None" }, "attestation_format": "none",
    });
    Passkey {
        pool_id: user.pool_id.clone(),
        sub: user.sub.clone(),
        credential_id: credential_id.to_owned(),
        friendly_name: "Passkey".to_owned(),
        relying_party_id: "example.com".to_owned(),
        attachment: None,
        transports: vec!["usb".to_owned()],
        credential: serde_json::from_value(credential).unwrap(),
        created_at: NOW.plus_millis(after),
        last_used_at: None,
        version: 0,
    }
}

fn registration(user: &User, id: &str, after: i64) -> PasskeyRegistration {
    let state = json!({
        "policy": "required", "exclude_credentials": [], "challenge": "AA", "credential_algorithms": ["ES256"],
        "require_resident_key": true, "authenticator_attachment": null, "extensions": {},
        "allow_synchronised_authenticators": true,
    });
    PasskeyRegistration {
        pool_id: user.pool_id.clone(),
        sub: user.sub.clone(),
        id: id.to_owned(),
        client_id: "client".to_owned(),
        expires_at: NOW.plus_millis(after),
        state: serde_json::from_value(state).unwrap(),
    }
}

async fn ids(store: &Store, user: &User) -> Vec<String> {
    let passkeys = store.passkeys().of_user(POOL, &user.sub).await.unwrap();
    passkeys.into_iter().map(|passkey| passkey.credential_id).collect()
}

fn json_of(passkey: &Passkey) -> Value {
    serde_json::to_value(passkey).unwrap()
}

async fn a_passkey_is_found_by_its_user_alone(world: World) {
    let (store, alice, bob) = with_users(&world).await;
    for (id, after) in [("AAAC", 0), ("AAAA", 1), ("AAAB", 0)] {
        store.passkeys().insert(&passkey(&alice, id, after)).await.unwrap();
    }
    assert_eq!(ids(&store, &alice).await, ["AAAB", "AAAC", "AAAA"]);
    assert_eq!(store.passkeys().count(POOL, &alice.sub).await.unwrap(), 3);
    let found = store.passkeys().get(POOL, &alice.sub, "AAAA").await.unwrap().unwrap();
    assert_eq!(json_of(&found), json_of(&passkey(&alice, "AAAA", 1)));
    assert_eq!(found.version, 1);
    for (pool, sub, id) in [
        (POOL, &bob.sub, "AAAA"),
        (OTHER_POOL, &alice.sub, "AAAA"),
        (POOL, &alice.sub, "aaaa"),
    ] {
        assert!(store.passkeys().get(pool, sub, id).await.unwrap().is_none());
        assert!(!store.passkeys().delete(pool, sub, id).await.unwrap());
    }
    assert_eq!(store.passkeys().count(POOL, &bob.sub).await.unwrap(), 0);
}

async fn a_pool_has_a_credential_once(world: World) {
    let (store, alice, bob) = with_users(&world).await;
    store.passkeys().insert(&passkey(&alice, "AAAA", 0)).await.unwrap();
    for user in [&alice, &bob] {
        let refused = store.passkeys().insert(&passkey(user, "AAAA", 1)).await;
        assert!(matches!(refused, Err(Error::Unique { table }) if table == "passkeys"));
    }
    let nobody = user(3, "nobody", []);
    let refused = store.passkeys().insert(&passkey(&nobody, "AAAB", 0)).await;
    assert!(matches!(refused, Err(Error::ForeignKey)));
}

async fn of_two_that_use_a_passkey_one_is_first(world: World) {
    let (store, alice, _) = with_users(&world).await;
    store.passkeys().insert(&passkey(&alice, "AAAA", 0)).await.unwrap();
    let read = async || store.passkeys().get(POOL, &alice.sub, "AAAA").await.unwrap().unwrap();
    let (mut first, mut second) = (read().await, read().await);
    first.last_used_at = Some(NOW);
    store.passkeys().replace(&mut first).await.unwrap();
    assert!(matches!(
        store.passkeys().replace(&mut second).await,
        Err(Error::Conflict)
    ));
    assert_eq!(json_of(&read().await), json_of(&first));
    first.last_used_at = Some(NOW.plus_millis(1));
    store.passkeys().replace(&mut first).await.unwrap();
    assert_eq!(json_of(&read().await), json_of(&first));
}

async fn a_deleted_passkey_is_gone(world: World) {
    let (store, alice, _) = with_users(&world).await;
    store.passkeys().insert(&passkey(&alice, "AAAA", 0)).await.unwrap();
    let mut found = store.passkeys().get(POOL, &alice.sub, "AAAA").await.unwrap().unwrap();
    assert!(store.passkeys().delete(POOL, &alice.sub, "AAAA").await.unwrap());
    assert!(!store.passkeys().delete(POOL, &alice.sub, "AAAA").await.unwrap());
    assert!(matches!(
        store.passkeys().replace(&mut found).await,
        Err(Error::Conflict)
    ));
    assert_eq!(ids(&store, &alice).await, [] as [String; 0]);
}

async fn passkeys_go_with_their_user(world: World) {
    let (store, alice, bob) = with_users(&world).await;
    store.passkeys().insert(&passkey(&alice, "AAAA", 0)).await.unwrap();
    store.passkeys().insert(&passkey(&bob, "AAAB", 0)).await.unwrap();
    store
        .passkeys()
        .put_registration(&registration(&alice, "one", 1))
        .await
        .unwrap();
    assert!(store.users().delete(POOL, &alice.sub).await.unwrap());
    assert_eq!(world.number("SELECT COUNT(*) FROM passkeys").await, 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM passkey_registrations").await, 0);
    assert_eq!(ids(&store, &bob).await, ["AAAB"]);
}

async fn the_newest_registration_is_consumed_once(world: World) {
    let (store, alice, bob) = with_users(&world).await;
    let (one, two) = (registration(&alice, "one", 1), registration(&alice, "two", 2));
    store.passkeys().put_registration(&one).await.unwrap();
    store.passkeys().put_registration(&two).await.unwrap();
    let found = async |user: &User| store.passkeys().registration(POOL, &user.sub).await.unwrap();
    let newest = found(&alice).await.unwrap();
    assert_eq!((newest.id.as_str(), newest.expires_at), ("two", two.expires_at));
    assert!(found(&bob).await.is_none());
    assert!(!store.passkeys().consume_registration(&one).await.unwrap());
    let racers: Vec<_> = (0..8)
        .map(|_| {
            let (store, two) = (store.clone(), two.clone());
            tokio::spawn(async move { store.passkeys().consume_registration(&two).await.unwrap() })
        })
        .collect();
    let mut winners = 0;
    for racer in racers {
        winners += usize::from(racer.await.unwrap());
    }
    assert_eq!(winners, 1);
    assert!(found(&alice).await.is_none());
}

async fn registrations_that_expired_are_purged(world: World) {
    let (store, alice, bob) = with_users(&world).await;
    store
        .passkeys()
        .put_registration(&registration(&alice, "one", 1))
        .await
        .unwrap();
    store
        .passkeys()
        .put_registration(&registration(&bob, "two", 2))
        .await
        .unwrap();
    let purge = async |after: i64| store.purge_expired(NOW.plus_millis(after), 100).await.unwrap();
    assert_eq!(purge(0).await, 0);
    assert_eq!(purge(1).await, 1);
    assert!(store.passkeys().registration(POOL, &alice.sub).await.unwrap().is_none());
    assert!(store.passkeys().registration(POOL, &bob.sub).await.unwrap().is_some());
}
