//! Which pool a domain belongs to.

use poolhouse_domain::domains::Domains;
use poolhouse_model::{CreateUserPoolDomainRequest, CustomDomainConfigType, SecurityPolicyType};
use poolhouse_storage::Error;

use crate::fixtures::{NOW, OTHER_POOL, POOL, pool};
use crate::{World, on_each_database};

on_each_database!(
    a_domain_belongs_to_one_pool,
    of_many_that_take_a_domain_one_gets_it,
    the_settings_of_domains_survive_storage,
    domains_go_with_their_pool,
);

async fn a_domain_belongs_to_one_pool(world: World) {
    let (store, _) = world.furnished().await;
    store.pools().insert(&pool(OTHER_POOL)).await.unwrap();
    store.domains().insert("shop", POOL).await.unwrap();
    for pool_id in [POOL, OTHER_POOL] {
        let taken = store.domains().insert("shop", pool_id).await;
        assert!(matches!(taken, Err(Error::Unique { table }) if table == "domains"));
    }
    let nowhere = store.domains().insert("other", "us-east-1_nowhere").await;
    assert!(matches!(nowhere, Err(Error::ForeignKey)));
    assert_eq!(store.domains().pool_id("shop").await.unwrap().as_deref(), Some(POOL));
    assert_eq!(store.domains().pool_id("Shop").await.unwrap(), None);
    store.domains().delete("shop", OTHER_POOL).await.unwrap();
    assert_eq!(store.domains().pool_id("shop").await.unwrap().as_deref(), Some(POOL));
    store.domains().delete("shop", POOL).await.unwrap();
    assert_eq!(store.domains().pool_id("shop").await.unwrap(), None);
    store.domains().insert("shop", OTHER_POOL).await.unwrap();
}

async fn of_many_that_take_a_domain_one_gets_it(world: World) {
    let (store, _) = world.furnished().await;
    let racers: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                match store.domains().insert("shop", POOL).await {
                    Ok(()) => 1,
                    Err(Error::Unique { .. }) => 0,
                    Err(other) => panic!("{other}"),
                }
            })
        })
        .collect();
    let mut winners = 0;
    for racer in racers {
        winners += racer.await.unwrap();
    }
    assert_eq!(winners, 1);
}

async fn the_settings_of_domains_survive_storage(world: World) {
    let (store, mut pool) = world.furnished().await;
    pool.version = 1;
    let prefix = CreateUserPoolDomainRequest {
        domain: "shop".to_owned(),
        managed_login_version: Some(2),
        ..CreateUserPoolDomainRequest::default()
    };
    let custom = CreateUserPoolDomainRequest {
        domain: "auth.example.com".to_owned(),
        custom_domain_config: Some(CustomDomainConfigType {
            certificate_arn: "arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c".to_owned(),
            security_policy: Some(SecurityPolicyType::TlsV1_3_2025),
        }),
        ..CreateUserPoolDomainRequest::default()
    };
    pool.add_domain(prefix, NOW).unwrap();
    pool.add_domain(custom, NOW).unwrap();
    store.pools().replace(&mut pool).await.unwrap();
    let stored = store.pools().get(POOL).await.unwrap().unwrap();
    assert_eq!(stored, pool);
    assert_ne!(stored.domains, Domains::default());
}

async fn domains_go_with_their_pool(world: World) {
    let (store, _) = world.furnished().await;
    store.domains().insert("shop", POOL).await.unwrap();
    assert!(store.pools().delete(POOL).await.unwrap());
    assert_eq!(store.domains().pool_id("shop").await.unwrap(), None);
}
