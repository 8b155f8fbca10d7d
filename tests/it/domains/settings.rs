//! CreateUserPoolDomain, DescribeUserPoolDomain, UpdateUserPoolDomain and DeleteUserPoolDomain.

use poolhouse_tests::scenario;
use serde_json::json;

use super::{CERTIFICATE, below_example, unique};

const OTHER_CERTIFICATE: &str = "arn:aws:acm:us-east-1:123456789012:certificate/another";

scenario! {
    async fn a_prefix_is_a_domain_at_once(lab: Lab) {
        let pool = lab.pool().await;
        let shop = unique(&lab, "shop");
        let created = pool.call("CreateUserPoolDomain", json!({ "Domain": shop })).await.ok();
        assert_eq!(created, json!({ "ManagedLoginVersion": 1 }));
        let described = lab.admin().call("DescribeUserPoolDomain", json!({ "Domain": shop })).await.ok();
        let version = described["DomainDescription"]["Version"].as_str().unwrap();
        assert!(version.len() == 14 && version.bytes().all(|byte| byte.is_ascii_digit()), "{version}");
        assert_eq!(described, json!({ "DomainDescription": {
            "UserPoolId": pool.id, "AWSAccountId": lab.account_id(), "Domain": shop, "Status": "ACTIVE",
            "CloudFrontDistribution": "localhost", "Version": version, "ManagedLoginVersion": 1
        } }));
        let shown = pool.call("DescribeUserPool", json!({})).await.ok()["UserPool"].take();
        assert_eq!((&shown["Domain"], shown.get("CustomDomain")), (&json!(shop), None));
    }

    async fn a_custom_domain_echoes_its_certificate(lab: Lab) {
        let pool = lab.pool().await;
        let auth = below_example(&lab, "auth");
        let config = json!({ "CertificateArn": CERTIFICATE, "SecurityPolicy": "TLS_V1_3_2025" });
        let input = json!({ "Domain": auth, "CustomDomainConfig": config, "ManagedLoginVersion": 2, "Routing": {} });
        let created = pool.call("CreateUserPoolDomain", input).await.ok();
        assert_eq!(created, json!({ "ManagedLoginVersion": 2, "CloudFrontDomain": "localhost" }));
        let described = lab.admin().call("DescribeUserPoolDomain", json!({ "Domain": auth })).await.ok();
        assert_eq!(described, json!({ "DomainDescription": {
            "UserPoolId": pool.id, "AWSAccountId": lab.account_id(), "Domain": auth, "Status": "ACTIVE",
            "CloudFrontDistribution": "localhost", "Version": described["DomainDescription"]["Version"],
            "CustomDomainConfig": config, "ManagedLoginVersion": 2
        } }));
        let shown = pool.call("DescribeUserPool", json!({})).await.ok()["UserPool"].take();
        assert_eq!((shown.get("Domain"), &shown["CustomDomain"]), (None, &json!(auth)));
    }

    async fn an_update_changes_what_it_names(lab: Lab) {
        let pool = lab.pool().await;
        let (shop, auth) = (unique(&lab, "shop"), below_example(&lab, "auth"));
        let config = json!({ "CertificateArn": CERTIFICATE, "SecurityPolicy": "TLS_V1_2_2021" });
        pool.call("CreateUserPoolDomain", json!({ "Domain": shop })).await.ok();
        pool.call("CreateUserPoolDomain", json!({ "Domain": auth, "CustomDomainConfig": config })).await.ok();
        let described = async |domain: &str| {
            let described = lab.admin().call("DescribeUserPoolDomain", json!({ "Domain": domain })).await.ok();
            let described = &described["DomainDescription"];
            (described["ManagedLoginVersion"].clone(), described["CustomDomainConfig"].clone())
        };
        let update = json!({ "Domain": shop, "ManagedLoginVersion": 2 });
        assert_eq!(pool.call("UpdateUserPoolDomain", update).await.ok(), json!({ "ManagedLoginVersion": 2 }));
        assert_eq!(described(&shop).await, (json!(2), json!(null)));
        assert_eq!(described(&auth).await, (json!(1), config.clone()));
        let update = json!({ "Domain": auth, "ManagedLoginVersion": 2 });
        assert_eq!(
            pool.call("UpdateUserPoolDomain", update).await.ok(),
            json!({ "ManagedLoginVersion": 2, "CloudFrontDomain": "localhost" })
        );
        assert_eq!(described(&auth).await, (json!(2), config));
        let renewed = json!({ "CertificateArn": OTHER_CERTIFICATE });
        pool.call("UpdateUserPoolDomain", json!({ "Domain": auth, "CustomDomainConfig": renewed })).await.ok();
        assert_eq!(described(&auth).await, (json!(2), renewed));
        pool.call("UpdateUserPoolDomain", json!({ "Domain": shop })).await.ok();
        assert_eq!(described(&shop).await, (json!(2), json!(null)));
    }

    async fn a_deleted_domain_is_free(lab: Lab) {
        let (pool, other) = (lab.pool().await, lab.pool().await);
        let (shop, auth) = (unique(&lab, "shop"), below_example(&lab, "auth"));
        let config = json!({ "CertificateArn": CERTIFICATE });
        pool.call("CreateUserPoolDomain", json!({ "Domain": shop })).await.ok();
        pool.call("CreateUserPoolDomain", json!({ "Domain": auth, "CustomDomainConfig": config })).await.ok();
        for domain in [&shop, &auth] {
            pool.call("DeleteUserPool", json!({})).await.fault(
                "InvalidParameterException",
                "User pool cannot be deleted. It has a domain configured that should be deleted first.",
            );
            assert_eq!(pool.call("DeleteUserPoolDomain", json!({ "Domain": domain })).await.ok(), json!({}));
            let described = lab.admin().call("DescribeUserPoolDomain", json!({ "Domain": domain })).await.ok();
            assert_eq!(described, json!({ "DomainDescription": {} }));
        }
        let shown = pool.call("DescribeUserPool", json!({})).await.ok()["UserPool"].take();
        assert_eq!((shown.get("Domain"), shown.get("CustomDomain")), (None, None));
        for operation in ["DeleteUserPoolDomain", "UpdateUserPoolDomain"] {
            pool.call(operation, json!({ "Domain": shop })).await
                .fault("InvalidParameterException", "No such domain or user pool exists.");
        }
        other.call("CreateUserPoolDomain", json!({ "Domain": shop })).await.ok();
        pool.call("DeleteUserPool", json!({})).await.ok();
    }

    async fn a_domain_survives_a_full_replacement_of_the_pool(lab: Lab) {
        let pool = lab.pool().await;
        let shop = unique(&lab, "shop");
        pool.call("CreateUserPoolDomain", json!({ "Domain": shop, "ManagedLoginVersion": 2 })).await.ok();
        pool.call("UpdateUserPool", json!({})).await.ok();
        assert_eq!(pool.call("DescribeUserPool", json!({})).await.ok()["UserPool"]["Domain"], json!(shop));
        let described = lab.admin().call("DescribeUserPoolDomain", json!({ "Domain": shop })).await.ok();
        assert_eq!(described["DomainDescription"]["ManagedLoginVersion"], 2);
    }

    async fn domains_of_other_tenants_are_not_told(lab: Lab) {
        let pool = lab.pool().await;
        let shop = unique(&lab, "shop");
        pool.call("CreateUserPoolDomain", json!({ "Domain": shop })).await.ok();
        let unknown = lab.admin().call("DescribeUserPoolDomain", json!({ "Domain": unique(&lab, "other") })).await;
        assert_eq!(unknown.ok(), json!({ "DomainDescription": {} }));
        let message = format!("User pool {} does not exist.", pool.id);
        for admin in [lab.admin().in_account("123456789012"), lab.admin().in_region("eu-west-1")] {
            let described = admin.call("DescribeUserPoolDomain", json!({ "Domain": shop })).await;
            assert_eq!(described.ok(), json!({ "DomainDescription": {} }));
            let input = json!({ "Domain": shop, "UserPoolId": pool.id });
            for operation in ["CreateUserPoolDomain", "UpdateUserPoolDomain", "DeleteUserPoolDomain"] {
                admin.call(operation, input.clone()).await.fault("ResourceNotFoundException", &message);
            }
        }
        let other = lab.pool().await;
        for operation in ["UpdateUserPoolDomain", "DeleteUserPoolDomain"] {
            other.call(operation, json!({ "Domain": shop })).await
                .fault("InvalidParameterException", "No such domain or user pool exists.");
        }
        let described = lab.admin().call("DescribeUserPoolDomain", json!({ "Domain": shop })).await.ok();
        assert_eq!(described["DomainDescription"]["UserPoolId"], json!(pool.id));
    }
}
