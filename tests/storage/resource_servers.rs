//! Resource servers and their scopes.

use poolhouse_domain::resource_servers::ResourceServer;
use poolhouse_model::ResourceServerScopeType;
use poolhouse_storage::{Error, Store};

use crate::fixtures::{OTHER_POOL, POOL, pool};
use crate::{World, on_each_database};

on_each_database!(
    a_resource_server_survives_storage,
    an_identifier_is_good_for_one_in_a_pool,
    resource_servers_are_paged_by_identifier,
    a_pool_has_as_many_as_it_may_also_in_a_race,
    resource_servers_go_with_their_pool,
);

const LIMIT: i64 = 4;

fn server(pool_id: &str, identifier: &str, scopes: &[&str]) -> ResourceServer {
    let scope = |name: &&str| ResourceServerScopeType {
        scope_name: (*name).to_owned(),
        scope_description: "\u{1f512} what it allows".to_owned(),
    };
    ResourceServer {
        pool_id: pool_id.to_owned(),
        identifier: identifier.to_owned(),
        name: "Photos".to_owned(),
        scopes: scopes.iter().map(scope).collect(),
    }
}

async fn insert(store: &Store, server: &ResourceServer) -> bool {
    store.resource_servers().insert(server, LIMIT).await.unwrap()
}

async fn get(store: &Store, pool_id: &str, identifier: &str) -> Option<ResourceServer> {
    store.resource_servers().get(pool_id, identifier).await.unwrap()
}

async fn a_resource_server_survives_storage(world: World) {
    let (store, _) = world.furnished().await;
    let mut photos = server(POOL, "https://photos.example/", &["write", "read"]);
    assert!(insert(&store, &photos).await);
    assert_eq!(get(&store, POOL, &photos.identifier).await.unwrap(), photos);
    photos.name = "Pictures".into();
    photos.scopes.clear();
    assert!(store.resource_servers().replace(&photos).await.unwrap());
    assert_eq!(get(&store, POOL, &photos.identifier).await.unwrap(), photos);
    assert!(
        !store
            .resource_servers()
            .replace(&server(POOL, "photos", &[]))
            .await
            .unwrap()
    );
    assert!(store.resource_servers().delete(POOL, &photos.identifier).await.unwrap());
    assert!(!store.resource_servers().delete(POOL, &photos.identifier).await.unwrap());
    assert_eq!(get(&store, POOL, &photos.identifier).await, None);
}

async fn an_identifier_is_good_for_one_in_a_pool(world: World) {
    let (store, _) = world.furnished().await;
    store.pools().insert(&pool(OTHER_POOL)).await.unwrap();
    assert!(insert(&store, &server(POOL, "photos", &["read"])).await);
    let again = store
        .resource_servers()
        .insert(&server(POOL, "photos", &[]), LIMIT)
        .await;
    assert!(matches!(again, Err(Error::Unique { table }) if table == "resource_servers"));
    assert!(insert(&store, &server(POOL, "Photos", &[])).await);
    assert!(insert(&store, &server(OTHER_POOL, "photos", &[])).await);
    assert_eq!(get(&store, POOL, "photos").await.unwrap().scopes.len(), 1);
    let nowhere = store
        .resource_servers()
        .insert(&server("us-east-1_nowhere", "photos", &[]), LIMIT)
        .await;
    assert!(matches!(nowhere, Err(Error::ForeignKey)));
}

async fn resource_servers_are_paged_by_identifier(world: World) {
    let (store, _) = world.furnished().await;
    for identifier in ["b", "B", "a/", "a"] {
        assert!(insert(&store, &server(POOL, identifier, &[])).await);
    }
    let page = async |pool_id, after, limit| {
        let page = store.resource_servers().list(pool_id, after, limit).await.unwrap();
        page.into_iter().map(|server| server.identifier).collect::<Vec<_>>()
    };
    assert_eq!(page(POOL, None, 3).await, ["B", "a", "a/"]);
    assert_eq!(page(POOL, Some("a/"), 3).await, ["b"]);
    assert_eq!(page(OTHER_POOL, None, 3).await, [] as [String; 0]);
}

async fn a_pool_has_as_many_as_it_may_also_in_a_race(world: World) {
    let (store, _) = world.furnished().await;
    let racers: Vec<_> = (0..LIMIT * 2)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { insert(&store, &server(POOL, &format!("server{number}"), &[])).await })
        })
        .collect();
    let mut winners = 0;
    for racer in racers {
        winners += i64::from(racer.await.unwrap());
    }
    assert_eq!(winners, LIMIT);
    assert_eq!(world.number("SELECT COUNT(*) FROM resource_servers").await, LIMIT);
}

async fn resource_servers_go_with_their_pool(world: World) {
    let (store, _) = world.furnished().await;
    assert!(insert(&store, &server(POOL, "photos", &["read"])).await);
    assert!(store.pools().delete(POOL).await.unwrap());
    assert_eq!(world.number("SELECT COUNT(*) FROM resource_servers").await, 0);
}
