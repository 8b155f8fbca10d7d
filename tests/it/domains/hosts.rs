//! The pool that the Host of a request names.

use poolhouse_engine::{Cx, Request};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{CERTIFICATE, below_example, unique};

fn context(lab: &Lab) -> Cx {
    let request = Request {
        id: "test".to_owned(),
        region: "us-east-1".to_owned(),
        account_id: lab.account_id().to_owned(),
        source_ip: None,
        user_agent: None,
    };
    Cx::new(lab.world().clone(), request)
}

/// The id of the pool that answers at a host.
async fn pool_at(lab: &Lab, host: &str) -> Option<String> {
    let pool = context(lab).pool_of_host(host).await.unwrap();
    pool.map(|pool| pool.id().to_owned())
}

/// The address that is told of a pool's domain.
async fn address(lab: &Lab, id: &str) -> Option<String> {
    let cx = context(lab);
    let pool = cx.any_pool(id).await.unwrap();
    cx.domain_url(&pool)
}

scenario! {
    async fn a_pool_answers_at_its_domains(lab: Lab) {
        let pool = lab.pool().await;
        let (shop, auth) = (unique(&lab, "shop"), below_example(&lab, "auth"));
        let hosts = [
            format!("{shop}.auth.localhost"),
            format!("{shop}.auth.localhost:7665"),
            format!("{}.Auth.LOCALHOST:1", shop.to_uppercase()),
            format!("{shop}.auth.us-east-1.amazoncognito.com"),
            format!("{auth}:443"),
            auth.to_uppercase(),
        ];
        for host in &hosts {
            assert_eq!(pool_at(&lab, host).await, None, "{host}");
        }
        let config = json!({ "CertificateArn": CERTIFICATE });
        pool.call("CreateUserPoolDomain", json!({ "Domain": shop })).await.ok();
        pool.call("CreateUserPoolDomain", json!({ "Domain": auth, "CustomDomainConfig": config })).await.ok();
        for host in &hosts {
            assert_eq!(pool_at(&lab, host).await.as_ref(), Some(&pool.id), "{host}");
        }
        for host in [
            format!("{shop}.auth.eu-west-1.amazoncognito.com"),
            format!("{shop}.auth..amazoncognito.com"),
            format!("{shop}.example.com"),
            format!("a.{auth}"),
            format!("{auth}."),
            format!("somebody@{auth}"),
            format!("{auth}, {auth}"),
            format!("{auth}\0"),
            shop.clone(),
            "localhost:7665".to_owned(),
            "[::1]:7665".to_owned(),
            String::new(),
            "a.".repeat(1 << 19),
        ] {
            assert_eq!(pool_at(&lab, &host).await, None, "{host:.80}");
        }
        for domain in [&shop, &auth] {
            pool.call("DeleteUserPoolDomain", json!({ "Domain": domain })).await.ok();
        }
        for host in &hosts {
            assert_eq!(pool_at(&lab, host).await, None, "{host}");
        }
    }

    async fn every_node_finds_the_pool_of_a_host(lab: Lab) {
        let pool = lab.pool().await;
        let shop = unique(&lab, "shop");
        pool.call("CreateUserPoolDomain", json!({ "Domain": shop })).await.ok();
        let found = pool_at(&lab.another_node(), &format!("{shop}.auth.localhost")).await;
        assert_eq!(found, Some(pool.id));
    }

    async fn the_custom_domain_is_told_before_the_prefix(lab: Lab) {
        let pool = lab.pool().await;
        let (shop, auth) = (unique(&lab, "shop"), below_example(&lab, "auth"));
        assert_eq!(address(&lab, &pool.id).await, None);
        pool.call("CreateUserPoolDomain", json!({ "Domain": shop })).await.ok();
        assert_eq!(address(&lab, &pool.id).await, Some(format!("http://{shop}.auth.localhost:7665")));
        let config = json!({ "CertificateArn": CERTIFICATE });
        pool.call("CreateUserPoolDomain", json!({ "Domain": auth, "CustomDomainConfig": config })).await.ok();
        assert_eq!(address(&lab, &pool.id).await, Some(format!("http://{auth}:7665")));
        pool.call("DeleteUserPoolDomain", json!({ "Domain": auth })).await.ok();
        assert_eq!(address(&lab, &pool.id).await, Some(format!("http://{shop}.auth.localhost:7665")));
    }
}
