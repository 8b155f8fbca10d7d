//! Which domains a pool can have.

use poolhouse_tests::actors::{Pool, merge};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{CERTIFICATE, below_example, unique};

const NOT_A_SUBDOMAIN: &str = "Custom domain is not a valid subdomain: Was not able to resolve a DNS A record for the \
                               parent domain or domain parent is a top-level domain.";

async fn create(pool: &Pool, domain: &str, more: Value) -> Reply {
    pool.call("CreateUserPoolDomain", merge(json!({ "Domain": domain }), more))
        .await
}

fn custom() -> Value {
    json!({ "CustomDomainConfig": { "CertificateArn": CERTIFICATE } })
}

scenario! {
    async fn a_domain_belongs_to_one_pool_of_the_server(lab: Lab) {
        let (pool, other) = (lab.pool().await, lab.pool().await);
        let abroad = lab.admin().in_region("eu-west-1").in_account("123456789012").create_pool(json!({})).await;
        let (shop, auth) = (unique(&lab, "shop"), below_example(&lab, "auth"));
        create(&pool, &shop, json!({})).await.ok();
        create(&pool, &auth, custom()).await.ok();
        for thief in [&other, &abroad] {
            for (domain, more) in [(&shop, json!({})), (&auth, custom())] {
                create(thief, domain, more).await
                    .fault("InvalidParameterException", "Domain already associated with another user pool.");
            }
            let shown = thief.call("DescribeUserPool", json!({})).await.ok()["UserPool"].take();
            assert_eq!((shown.get("Domain"), shown.get("CustomDomain")), (None, None));
        }
    }

    async fn a_pool_has_one_prefix_and_one_custom_domain(lab: Lab) {
        let pool = lab.pool().await;
        let message = "User pool already has a domain configured.";
        create(&pool, &unique(&lab, "one"), json!({})).await.ok();
        for name in ["one", "two"] {
            create(&pool, &unique(&lab, name), json!({})).await.fault("InvalidParameterException", message);
        }
        create(&pool, &below_example(&lab, "one"), custom()).await.ok();
        create(&pool, &below_example(&lab, "two"), custom()).await.fault("InvalidParameterException", message);
        create(&lab.pool().await, &unique(&lab, "two"), json!({})).await.ok();
    }

    async fn of_many_that_want_a_domain_one_gets_it(lab: Lab) {
        let shop = unique(&lab, "shop");
        let mut racers = Vec::new();
        for _ in 0..4 {
            let (pool, shop) = (lab.pool().await, shop.clone());
            racers.push(tokio::spawn(async move { (pool.id.clone(), create(&pool, &shop, json!({})).await) }));
        }
        let mut winners = Vec::new();
        for racer in racers {
            let (pool, reply) = racer.await.unwrap();
            if reply.status.is_success() {
                winners.push(pool);
            } else {
                reply.fault("InvalidParameterException", "Domain already associated with another user pool.");
            }
        }
        let described = lab.admin().call("DescribeUserPoolDomain", json!({ "Domain": shop })).await.ok();
        assert_eq!(json!(winners), json!([described["DomainDescription"]["UserPoolId"]]));
    }

    async fn of_many_domains_that_a_pool_wants_it_gets_one(lab: Lab) {
        let pool = lab.pool().await;
        let racers: Vec<_> = (0..4).map(|number| {
            let (pool, domain) = (pool.clone(), unique(&lab, &format!("shop{number}")));
            tokio::spawn(async move { (create(&pool, &domain, json!({})).await, domain) })
        }).collect();
        let mut winners = Vec::new();
        for racer in racers {
            let (reply, domain) = racer.await.unwrap();
            if reply.status.is_success() {
                winners.push(domain);
            } else {
                reply.fault("InvalidParameterException", "User pool already has a domain configured.");
                // The loser took no name along.
                create(&lab.pool().await, &domain, json!({})).await.ok();
            }
        }
        let shown = pool.call("DescribeUserPool", json!({})).await.ok()["UserPool"].take();
        assert_eq!(json!(winners), json!([shown["Domain"]]));
    }

    async fn a_prefix_is_not_taken_for_the_service(lab: Lab) {
        let pool = lab.pool().await;
        for (name, word) in [
            ("laws", "aws"), ("my-amazon-shop", "amazon"), ("cognito", "cognito"), ("xn--mazon-3ve", "xn--"),
        ] {
            let message = format!("Domain cannot contain reserved word: {word}");
            create(&pool, &unique(&lab, name), json!({})).await.fault("InvalidParameterException", &message);
        }
        create(&pool, &below_example(&lab, "auth"), json!({})).await.fault(
            "InvalidParameterException",
            "The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, \
             and hyphens. Please enter a different name that follows this format: \
             ^[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?$",
        );
        for name in ["Shop", "shop-", "-shop", "sh\u{f6}p", "shop_1", "shop."] {
            let message = format!(
                "1 validation error detected: Value '{name}' at 'domain' failed to satisfy constraint: Member must \
                 satisfy regular expression pattern: ^[a-z0-9](?:[a-z0-9\\-]{{0,61}}[a-z0-9])?$"
            );
            create(&pool, name, json!({})).await.fault("InvalidParameterException", &message);
        }
    }

    async fn a_custom_domain_is_below_one_of_the_customer(lab: Lab) {
        let pool = lab.pool().await;
        let victim = unique(&lab, "victim");
        for name in [
            "localhost".to_owned(),
            "example.com".to_owned(),
            "127.0.0.1".to_owned(),
            format!("{victim}.auth.localhost"),
            format!("{victim}.auth.us-east-1.amazoncognito.com"),
            "cognito-idp.us-east-1.amazonaws.com".to_owned(),
        ] {
            create(&pool, &name, custom()).await.fault("InvalidParameterException", NOT_A_SUBDOMAIN);
        }
    }

    async fn a_certificate_is_one_of_certificate_manager(lab: Lab) {
        let pool = lab.pool().await;
        let (shop, auth) = (unique(&lab, "shop"), below_example(&lab, "auth"));
        let elsewhere = json!({ "CustomDomainConfig": {
            "CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c"
        } });
        let message = "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't \
                       include a valid certificate chain.";
        create(&pool, &auth, elsewhere.clone()).await.fault("InvalidParameterException", message);
        create(&pool, &auth, custom()).await.ok();
        create(&pool, &shop, json!({})).await.ok();
        let update = async |domain: &str, config: Value| {
            pool.call("UpdateUserPoolDomain", merge(json!({ "Domain": domain }), config)).await
        };
        update(&auth, elsewhere).await.fault("InvalidParameterException", message);
        update(&shop, custom()).await
            .fault("InvalidParameterException", "CustomDomainConfig is only supported for custom domains.");
        let unknown = json!({ "CustomDomainConfig": { "CertificateArn": CERTIFICATE, "SecurityPolicy": "TLS_V9" } });
        assert_eq!(update(&auth, unknown).await.error().0, "InvalidParameterException");
        create(&pool, &auth, json!({ "CustomDomainConfig": {} })).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value null at 'customDomainConfig.certificateArn' failed to satisfy \
             constraint: Member must not be null",
        );
    }

    async fn managed_login_needs_a_plan_that_has_it(lab: Lab) {
        let lite = lab.pool_with(json!({ "UserPoolTier": "LITE" })).await;
        let shop = unique(&lab, "shop");
        let message = "Managed login is not available in the feature plan of the user pool.";
        create(&lite, &shop, json!({ "ManagedLoginVersion": 2 })).await
            .fault("FeatureUnavailableInTierException", message);
        create(&lite, &shop, json!({ "ManagedLoginVersion": 1 })).await.ok();
        let update = async |version: i32| {
            lite.call("UpdateUserPoolDomain", json!({ "Domain": shop, "ManagedLoginVersion": version })).await
        };
        update(2).await.fault("FeatureUnavailableInTierException", message);
        lite.call("UpdateUserPool", json!({ "UserPoolTier": "ESSENTIALS" })).await.ok();
        update(2).await.ok();
        lite.call("UpdateUserPool", json!({ "UserPoolTier": "LITE" })).await
            .fault("FeatureUnavailableInTierException", message);
        for version in [0, 3, -1] {
            update(version).await.fault("InvalidParameterException", "ManagedLoginVersion must be 1 or 2.");
        }
        create(&lab.pool().await, &unique(&lab, "other"), json!({ "ManagedLoginVersion": 3 })).await
            .fault("InvalidParameterException", "ManagedLoginVersion must be 1 or 2.");
    }

    async fn no_domain_fails_over_to_a_replica_that_is_not_there(lab: Lab) {
        let pool = lab.pool().await;
        let routing = json!({ "Routing": { "Failover": {
            "SecondaryRegion": "eu-west-1", "PrimaryRoute53HealthCheckId": "0f1e2d3c"
        } } });
        let auth = below_example(&lab, "auth");
        create(&pool, &unique(&lab, "shop"), routing.clone()).await
            .fault("InvalidParameterException", "Routing is only supported for custom domains.");
        create(&pool, &auth, merge(custom(), routing.clone())).await
            .fault("InvalidParameterException", "The user pool has no replica in eu-west-1.");
        create(&pool, &auth, custom()).await.ok();
        pool.call("UpdateUserPoolDomain", merge(json!({ "Domain": auth }), routing)).await
            .fault("InvalidParameterException", "The user pool has no replica in eu-west-1.");
    }
}
