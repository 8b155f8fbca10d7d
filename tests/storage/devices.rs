//! Devices, and the sign-ins that came from them.

use poolhouse_domain::devices::{Device, DeviceIdentity};
use poolhouse_domain::sessions::RefreshFamily;
use poolhouse_domain::users::User;
use poolhouse_storage::{Error, Store};

use crate::fixtures::{NOW, OTHER_POOL, POOL, family, user};
use crate::{World, on_each_database};

on_each_database!(
    a_device_is_found_by_its_user_alone,
    of_two_that_confirm_a_device_one_is_first,
    of_two_that_change_a_device_one_is_first,
    what_was_last_seen_of_a_device_competes_with_no_change,
    a_list_goes_on_after_a_key,
    a_deleted_device_is_gone,
    devices_go_with_their_user,
    a_sign_in_knows_its_device_until_it_is_forgotten,
);

async fn with_users(world: &World) -> (Store, User, User) {
    let (store, pool) = world.furnished().await;
    let (alice, bob) = (user(1, "alice", []), user(2, "bob", []));
    store.users().insert(&pool, &alice).await.unwrap();
    store.users().insert(&pool, &bob).await.unwrap();
    (store, alice, bob)
}

fn device(user: &User, key: &str) -> Device {
    Device {
        pool_id: user.pool_id.clone(),
        sub: user.sub.clone(),
        identity: DeviceIdentity {
            key: key.to_owned(),
            group_key: "-group".to_owned(),
        },
        is_remembered: true,
        name: Some("Laptop".to_owned()),
        sealed_verifier: Some("sealed".to_owned()),
        created_at: NOW,
        modified_at: NOW.plus_millis(1),
        authenticated_at: NOW.plus_millis(2),
        last_ip_used: Some("192.0.2.1".to_owned()),
        version: 1,
    }
}

async fn found(store: &Store, user: &User, key: &str) -> Option<Device> {
    store.devices().get(POOL, &user.sub, key).await.unwrap()
}

async fn a_device_is_found_by_its_user_alone(world: World) {
    let (store, alice, bob) = with_users(&world).await;
    let laptop = device(&alice, "laptop");
    assert!(store.devices().insert(&laptop).await.unwrap());
    assert_eq!(found(&store, &alice, "laptop").await.unwrap(), laptop);
    for (pool, sub, key) in [
        (POOL, &bob.sub, "laptop"),
        (OTHER_POOL, &alice.sub, "laptop"),
        (POOL, &alice.sub, "LAPTOP"),
    ] {
        assert_eq!(store.devices().get(pool, sub, key).await.unwrap(), None);
        assert!(!store.devices().delete(pool, sub, key).await.unwrap());
        assert!(!store.devices().touch(pool, sub, key, (NOW, None)).await.unwrap());
    }
    let bobs = device(&bob, "laptop");
    assert!(store.devices().insert(&bobs).await.unwrap());
    let nobody = device(&user(3, "nobody", []), "laptop");
    assert!(matches!(store.devices().insert(&nobody).await, Err(Error::ForeignKey)));
}

async fn of_two_that_confirm_a_device_one_is_first(world: World) {
    let (store, alice, _) = with_users(&world).await;
    let racers: Vec<_> = (0..8)
        .map(|number| {
            let (store, mut laptop) = (store.clone(), device(&alice, "laptop"));
            laptop.name = Some(number.to_string());
            tokio::spawn(async move { store.devices().insert(&laptop).await.unwrap().then_some(laptop) })
        })
        .collect();
    let mut winners = Vec::new();
    for racer in racers {
        winners.extend(racer.await.unwrap());
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(found(&store, &alice, "laptop").await.unwrap(), winners[0]);
}

async fn of_two_that_change_a_device_one_is_first(world: World) {
    let (store, alice, _) = with_users(&world).await;
    store.devices().insert(&device(&alice, "laptop")).await.unwrap();
    let mut first = found(&store, &alice, "laptop").await.unwrap();
    let mut second = first.clone();
    first.is_remembered = false;
    store.devices().replace(&mut first).await.unwrap();
    let lost = store.devices().replace(&mut second).await;
    assert!(matches!(lost, Err(Error::Conflict)));
    assert_eq!(found(&store, &alice, "laptop").await.unwrap(), first);
}

async fn what_was_last_seen_of_a_device_competes_with_no_change(world: World) {
    let (store, alice, _) = with_users(&world).await;
    store.devices().insert(&device(&alice, "laptop")).await.unwrap();
    let mut changed = found(&store, &alice, "laptop").await.unwrap();
    let later = NOW.plus_millis(1_000);
    let seen = (later, Some("2001:db8::1"));
    assert!(store.devices().touch(POOL, &alice.sub, "laptop", seen).await.unwrap());
    changed.is_remembered = false;
    store.devices().replace(&mut changed).await.unwrap();
    changed.authenticated_at = later;
    changed.last_ip_used = Some("2001:db8::1".to_owned());
    assert_eq!(found(&store, &alice, "laptop").await.unwrap(), changed);
    let unseen = (later, None);
    assert!(store.devices().touch(POOL, &alice.sub, "laptop", unseen).await.unwrap());
    assert_eq!(found(&store, &alice, "laptop").await.unwrap().last_ip_used, None);
}

async fn a_list_goes_on_after_a_key(world: World) {
    let (store, alice, bob) = with_users(&world).await;
    for key in ["b", "D", "a", "c"] {
        store.devices().insert(&device(&alice, key)).await.unwrap();
    }
    store.devices().insert(&device(&bob, "bb")).await.unwrap();
    let list = async |after: Option<&str>, limit: i64| {
        let devices = store.devices().list(POOL, &alice.sub, after, limit).await.unwrap();
        let keys: Vec<String> = devices.into_iter().map(|device| device.identity.key).collect();
        keys.concat()
    };
    assert_eq!(list(None, 10).await, "Dabc");
    assert_eq!(list(None, 2).await, "Da");
    assert_eq!(list(Some("a"), 2).await, "bc");
    assert_eq!(list(Some("aa"), 1).await, "b");
    assert_eq!(list(Some("c"), 2).await, "");
}

async fn a_deleted_device_is_gone(world: World) {
    let (store, alice, _) = with_users(&world).await;
    let mut laptop = device(&alice, "laptop");
    store.devices().insert(&laptop).await.unwrap();
    assert!(store.devices().delete(POOL, &alice.sub, "laptop").await.unwrap());
    assert!(!store.devices().delete(POOL, &alice.sub, "laptop").await.unwrap());
    assert_eq!(found(&store, &alice, "laptop").await, None);
    let lost = store.devices().replace(&mut laptop).await;
    assert!(matches!(lost, Err(Error::Conflict)));
}

async fn devices_go_with_their_user(world: World) {
    let (store, alice, bob) = with_users(&world).await;
    store.devices().insert(&device(&alice, "laptop")).await.unwrap();
    store.devices().insert(&device(&bob, "phone")).await.unwrap();
    assert!(store.users().delete(POOL, &alice.sub).await.unwrap());
    assert_eq!(world.number("SELECT COUNT(*) FROM devices").await, 1);
    assert!(found(&store, &bob, "phone").await.is_some());
}

async fn a_sign_in_knows_its_device_until_it_is_forgotten(world: World) {
    let (store, alice, bob) = with_users(&world).await;
    let from = |user: &User, event_id: &str, key: &str| RefreshFamily {
        device: Some(device(user, key).identity),
        ..family(user, event_id)
    };
    for family in [
        from(&alice, "1", "laptop"),
        from(&alice, "2", "laptop"),
        from(&alice, "3", "phone"),
        from(&bob, "4", "laptop"),
        family(&bob, "5"),
    ] {
        store.families().insert(&family).await.unwrap();
    }
    let has = async |user: &User, key: &str| store.families().has_device(POOL, &user.sub, key).await.unwrap();
    assert!(has(&alice, "laptop").await && has(&alice, "phone").await && has(&bob, "laptop").await);
    assert!(!has(&bob, "phone").await);
    assert!(
        !store
            .families()
            .has_device(OTHER_POOL, &alice.sub, "laptop")
            .await
            .unwrap()
    );

    store
        .families()
        .forget_device(POOL, &alice.sub, "laptop")
        .await
        .unwrap();
    assert!(!has(&alice, "laptop").await);
    assert!(has(&alice, "phone").await && has(&bob, "laptop").await);
    // The sign-ins themselves stand, and what is written to them later brings the device not back.
    let mut kept = store.families().get(POOL, "1").await.unwrap().unwrap();
    assert_eq!(kept.device, from(&alice, "1", "laptop").device);
    store.families().replace(&mut kept).await.unwrap();
    assert!(!has(&alice, "laptop").await);
    store.families().delete(POOL, "3").await.unwrap();
    assert!(!has(&alice, "phone").await);
}
