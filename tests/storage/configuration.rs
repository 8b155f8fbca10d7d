//! Pools, their keys, app clients.

use poolhouse_crypto::keys::SigningKey;
use poolhouse_crypto::seal::SealError;
use poolhouse_storage::Error;

use crate::fixtures::{NOW, OTHER_POOL, POOL, client, family, group, pool, user};
use crate::{World, on_each_database};

on_each_database!(
    a_pool_survives_storage,
    a_stale_pool_is_not_written,
    pools_are_listed_by_account_and_region,
    a_pool_takes_everything_along,
    few_users_are_counted,
    many_users_are_estimated,
    signing_keys_survive_storage_sealed,
    a_signing_key_opens_only_in_its_place,
    a_client_survives_storage,
    the_secrets_of_a_client_are_sealed,
    a_stale_client_is_not_written,
    a_client_is_deleted_only_from_its_pool,
    clients_are_listed_by_pool,
);

async fn a_pool_survives_storage(world: World) {
    let store = world.store();
    let mut pool = pool(POOL);
    store.pools().insert(&pool).await.unwrap();
    pool.version = 1;
    assert_eq!(store.pools().get(POOL).await.unwrap().unwrap(), pool);
    assert_eq!(store.pools().get(OTHER_POOL).await.unwrap(), None);
    let again = store.pools().insert(&pool).await;
    assert!(matches!(again, Err(Error::Unique { table }) if table == "pools"));
    assert!(store.pools().delete(POOL).await.unwrap());
    assert!(!store.pools().delete(POOL).await.unwrap());
    assert_eq!(store.pools().get(POOL).await.unwrap(), None);
}

async fn a_stale_pool_is_not_written(world: World) {
    let (store, _) = world.furnished().await;
    let mut first = store.pools().get(POOL).await.unwrap().unwrap();
    let mut second = first.clone();
    first.settings.name = Some("first".to_owned());
    second.settings.name = Some("second".to_owned());
    store.pools().replace(&mut first).await.unwrap();
    assert_eq!(first.version, 2);
    assert!(matches!(store.pools().replace(&mut second).await, Err(Error::Conflict)));
    assert_eq!(second.version, 1);
    assert_eq!(store.pools().get(POOL).await.unwrap().unwrap(), first);
    assert_eq!(world.text("SELECT name FROM pools").await, "first");
    store.pools().replace(&mut first).await.unwrap();
}

async fn pools_are_listed_by_account_and_region(world: World) {
    let store = world.store();
    for id in ["us-east-1_c", "us-east-1_a", "us-east-1_b", "eu-west-1_a"] {
        store.pools().insert(&pool(id)).await.unwrap();
    }
    let mut foreign = pool("us-east-1_0");
    foreign.account_id = "1".repeat(12);
    store.pools().insert(&foreign).await.unwrap();

    let page = async |after: Option<&str>| {
        let pools = store.pools().list("000000000000", "us-east-1", after, 2).await.unwrap();
        pools.iter().map(|pool| pool.id().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(page(None).await, ["us-east-1_a", "us-east-1_b"]);
    assert_eq!(page(Some("us-east-1_b")).await, ["us-east-1_c"]);
    assert!(page(Some("us-east-1_c")).await.is_empty());
}

async fn a_pool_takes_everything_along(world: World) {
    let (store, pool) = world.furnished().await;
    let alice = user(1, "alice", []);
    store.users().insert(&pool, &alice).await.unwrap();
    store.groups().insert(&group("staff", None)).await.unwrap();
    store.groups().add_member(POOL, "staff", &alice.sub, NOW).await.unwrap();
    store.families().insert(&family(&alice, "event")).await.unwrap();
    assert!(store.pools().delete(POOL).await.unwrap());
    let rest = "SELECT (SELECT COUNT(*) FROM clients) + (SELECT COUNT(*) FROM users) + \
                       (SELECT COUNT(*) FROM user_names) + (SELECT COUNT(*) FROM user_groups) + \
                       (SELECT COUNT(*) FROM memberships) + (SELECT COUNT(*) FROM refresh_families)";
    assert_eq!(world.number(rest).await, 0);
}

async fn few_users_are_counted(world: World) {
    let (store, pool) = world.furnished().await;
    assert_eq!(store.pools().estimated_users(POOL).await.unwrap(), 0);
    for number in 1..=3 {
        store
            .users()
            .insert(&pool, &user(number, &number.to_string(), []))
            .await
            .unwrap();
        assert_eq!(store.pools().estimated_users(POOL).await.unwrap(), number as i64);
    }
    assert_eq!(store.pools().estimated_users(OTHER_POOL).await.unwrap(), 0);
}

/// 10,000 users with the smallest subs, and one in the middle of all possible subs.
async fn many_users_are_estimated(world: World) {
    let (store, _) = world.furnished().await;
    let fill = "INSERT INTO users (pool_id, sub, username_key, username, status, enabled, created_at, version, doc) \
                WITH RECURSIVE numbers (number) AS \
                    (SELECT 10000 UNION ALL SELECT number + 1 FROM numbers WHERE number < 19999) \
                SELECT $1, '00000000-0000-7000-0000-0000000' || CAST(number AS TEXT), CAST(number AS TEXT), '', \
                       'CONFIRMED', 1, 0, 1, $2 FROM numbers";
    let document = || crate::document(&serde_json::json!({}));
    assert_eq!(
        world.db.conn().write(fill, &[POOL.into(), document()]).await.unwrap(),
        10_000
    );
    assert_eq!(store.pools().estimated_users(POOL).await.unwrap(), 10_000);
    let one = "INSERT INTO users (pool_id, sub, username_key, username, status, enabled, created_at, version, doc) \
               VALUES ($1, '80000000-0000-7000-0000-000000000000', '', '', 'CONFIRMED', 1, 0, 1, $2)";
    world.db.conn().write(one, &[POOL.into(), document()]).await.unwrap();
    assert_eq!(store.pools().estimated_users(POOL).await.unwrap(), 20_000);
}

async fn signing_keys_survive_storage_sealed(world: World) {
    let (store, _) = world.furnished().await;
    let (id, access) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    assert!(store.signing_keys().of_pool(POOL).await.unwrap().is_none());
    store.signing_keys().insert(POOL, &id, &access, NOW).await.unwrap();
    let (read_id, read_access) = store.signing_keys().of_pool(POOL).await.unwrap().unwrap();
    assert_eq!(read_id.jwk(), id.jwk());
    assert_eq!(read_access.jwk(), access.jwk());
    assert_eq!(*read_id.to_pkcs8().unwrap(), *id.to_pkcs8().unwrap());

    let document = world
        .text("SELECT CAST(doc AS TEXT) FROM signing_keys WHERE purpose = 'id'")
        .await;
    assert!(document.contains(&id.jwk().n));
    let private = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD_NO_PAD,
        &*id.to_pkcs8().unwrap(),
    );
    assert!(!document.contains(&private[..64]));
    let stranger = world.store_of("another master").signing_keys().of_pool(POOL).await;
    assert!(matches!(stranger, Err(Error::Seal(SealError::OtherMasterKey))));
}

async fn a_signing_key_opens_only_in_its_place(world: World) {
    let (store, _) = world.furnished().await;
    let (id, access) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    store.signing_keys().insert(POOL, &id, &access, NOW).await.unwrap();
    store.pools().insert(&pool(OTHER_POOL)).await.unwrap();
    let moved = "UPDATE signing_keys SET pool_id = $1";
    assert_eq!(world.db.conn().write(moved, &[OTHER_POOL.into()]).await.unwrap(), 2);
    let read = store.signing_keys().of_pool(OTHER_POOL).await;
    assert!(matches!(read, Err(Error::Seal(SealError::Refused))));
}

async fn a_client_survives_storage(world: World) {
    let store = world.store();
    store.pools().insert(&pool(POOL)).await.unwrap();
    let mut client = client(POOL, "web1");
    store.clients().insert(&client).await.unwrap();
    client.version = 1;
    assert_eq!(store.clients().get("web1").await.unwrap().unwrap(), client);
    assert_eq!(store.clients().get("web2").await.unwrap(), None);
    client.secrets.remove(0);
    client.settings.client_name = Some("renamed".to_owned());
    store.clients().replace(&mut client).await.unwrap();
    assert_eq!(client.version, 2);
    assert_eq!(store.clients().get("web1").await.unwrap().unwrap(), client);
    assert_eq!(world.text("SELECT name FROM clients").await, "renamed");
}

async fn the_secrets_of_a_client_are_sealed(world: World) {
    let store = world.store();
    store.pools().insert(&pool(POOL)).await.unwrap();
    let mut client = client(POOL, "web1");
    client.settings.client_secret = Some("hunter-two".into());
    store.clients().insert(&client).await.unwrap();
    let document = world.text("SELECT CAST(doc AS TEXT) FROM clients").await;
    assert!(document.contains("client--1"));
    assert!(!document.contains("hunter-two"), "{document}");
    assert!(!document.contains("correct-horse"), "{document}");
    let stranger = world.store_of("another master").clients().get("web1").await;
    assert!(matches!(stranger, Err(Error::Seal(SealError::OtherMasterKey))));

    let document = crate::document(&serde_json::from_str(&document.replace("web1", "web2")).unwrap());
    let stolen = "INSERT INTO clients (id, pool_id, name, created_at, version, doc) VALUES ('web2', $1, '', 0, 1, $2)";
    world.db.conn().write(stolen, &[POOL.into(), document]).await.unwrap();
    let moved = store.clients().get("web2").await;
    assert!(matches!(moved, Err(Error::Seal(SealError::Refused))));
}

async fn a_stale_client_is_not_written(world: World) {
    let (store, _) = world.furnished().await;
    let mut first = store.clients().get("client").await.unwrap().unwrap();
    let mut second = first.clone();
    store.clients().replace(&mut first).await.unwrap();
    assert!(matches!(
        store.clients().replace(&mut second).await,
        Err(Error::Conflict)
    ));
    assert_eq!(store.clients().get("client").await.unwrap().unwrap(), first);
}

async fn a_client_is_deleted_only_from_its_pool(world: World) {
    let (store, _) = world.furnished().await;
    assert!(!store.clients().delete(OTHER_POOL, "client").await.unwrap());
    assert!(store.clients().delete(POOL, "client").await.unwrap());
    assert!(!store.clients().delete(POOL, "client").await.unwrap());
    let homeless = store.clients().insert(&client(OTHER_POOL, "web1")).await;
    assert!(matches!(homeless, Err(Error::ForeignKey)));
}

async fn clients_are_listed_by_pool(world: World) {
    let (store, _) = world.furnished().await;
    store.pools().insert(&pool(OTHER_POOL)).await.unwrap();
    for (pool_id, id) in [(POOL, "c"), (OTHER_POOL, "b"), (POOL, "a")] {
        store.clients().insert(&client(pool_id, id)).await.unwrap();
    }
    let page = async |after: Option<&str>| {
        let clients = store.clients().list(POOL, after, 2).await.unwrap();
        clients.iter().map(|client| client.id().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(page(None).await, ["a", "c"]);
    assert_eq!(page(Some("c")).await, ["client"]);
    assert!(page(Some("client")).await.is_empty());
}
