//! One document at a time.

use poolhouse_tests::clock::minutes;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::create;

const UNKNOWN: &str = "6c1c0b6a-31d5-4f3c-8f0e-6f0a3a0d5a11";

scenario! {
    async fn a_document_is_told_as_it_was_made(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let links = json!({ "cognito:default": "https://terms.example/", "cognito:spanish": "http://terms.example/es" });
        let input = json!({
            "ClientId": client.id, "TermsName": "terms-of-use", "TermsSource": "LINK", "Enforcement": "NONE",
            "Links": links
        });
        let created = pool.call("CreateTerms", input).await.ok();
        let (id, now) = (created["Terms"]["TermsId"].clone(), created["Terms"]["CreationDate"].clone());
        assert!(now.is_number());
        assert_eq!(created, json!({ "Terms": {
            "TermsId": id, "UserPoolId": pool.id, "ClientId": client.id, "TermsName": "terms-of-use",
            "TermsSource": "LINK", "Enforcement": "NONE", "Links": links, "CreationDate": now, "LastModifiedDate": now
        } }));
        assert_eq!(pool.call("DescribeTerms", json!({ "TermsId": id })).await.ok(), created);
        let by_client = json!({ "ClientId": client.id, "TermsName": "terms-of-use" });
        assert_eq!(pool.call("DescribeTermsByClient", by_client).await.ok(), created);
        let listed = pool.call("ListTerms", json!({})).await.ok();
        assert_eq!(listed, json!({ "Terms": [{
            "TermsId": id, "TermsName": "terms-of-use", "Enforcement": "NONE", "CreationDate": now,
            "LastModifiedDate": now
        }] }));
    }

    async fn an_update_changes_what_it_names(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let mut terms = create(&pool, &client, "terms-of-use").await.ok()["Terms"].take();
        lab.clock.advance(minutes(1));
        let update = async |members: Value| {
            let input = poolhouse_tests::actors::merge(json!({ "TermsId": terms["TermsId"] }), members);
            pool.call("UpdateTerms", input).await.ok()["Terms"].take()
        };
        let renamed = update(json!({ "TermsName": "privacy-policy" })).await;
        let linked = update(json!({
            "Links": { "cognito:german": "https://x/de" }, "TermsSource": "LINK", "Enforcement": "NONE"
        })).await;
        assert_ne!(renamed["LastModifiedDate"], terms["LastModifiedDate"]);
        terms["LastModifiedDate"] = renamed["LastModifiedDate"].clone();
        terms["TermsName"] = json!("privacy-policy");
        assert_eq!(renamed, terms);
        terms["Links"] = json!({ "cognito:german": "https://x/de" });
        assert_eq!(linked, terms);
        let stored = pool.call("DescribeTerms", json!({ "TermsId": terms["TermsId"] })).await.ok();
        assert_eq!(stored["Terms"], terms);
    }

    async fn a_client_has_one_document_of_a_name(lab: Lab) {
        let pool = lab.pool().await;
        let (client, other) = (pool.client().await, pool.client().await);
        let race = || {
            let (pool, client) = (pool.clone(), client.clone());
            tokio::spawn(async move { create(&pool, &client, "terms-of-use").await })
        };
        let (one, two) = tokio::join!(race(), race());
        let mut replies = [one.unwrap(), two.unwrap()];
        replies.sort_by_key(|reply| reply.status);
        let winner = replies[0].ok();
        let message = format!("Terms terms-of-use already exists for client {}", client.id);
        replies[1].fault("TermsExistsException", &message);
        let by_client = json!({ "ClientId": client.id, "TermsName": "terms-of-use" });
        assert_eq!(pool.call("DescribeTermsByClient", by_client).await.ok(), winner);

        create(&pool, &other, "terms-of-use").await.ok();
        let policy = create(&pool, &client, "privacy-policy").await.ok();
        let rename = json!({ "TermsId": policy["Terms"]["TermsId"], "TermsName": "terms-of-use" });
        pool.call("UpdateTerms", rename).await.fault("TermsExistsException", &message);
    }

    async fn links_lead_to_web_pages(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let terms = create(&pool, &client, "terms-of-use").await.ok();
        let input = |links: Value| json!({
            "TermsId": terms["Terms"]["TermsId"], "ClientId": client.id, "TermsName": "privacy-policy",
            "TermsSource": "LINK", "Enforcement": "NONE", "Links": links
        });
        for link in ["javascript:alert(1)", "data:text/html,<script>", "//x", "https://good@evil.example/"] {
            for operation in ["CreateTerms", "UpdateTerms"] {
                pool.call(operation, input(json!({ "cognito:french": link }))).await.fault(
                    "InvalidParameterException",
                    "The link for cognito:french must be an http or https URL.",
                );
            }
        }
        pool.call("CreateTerms", input(Value::Null)).await
            .fault("InvalidParameterException", "Missing required parameter Links");
        let (name, _) = pool.call("CreateTerms", input(json!({}))).await.error();
        assert_eq!(name, "InvalidParameterException");
        let (name, _) = pool.call("CreateTerms", input(json!({ "cognito:klingon": "https://x/" }))).await.error();
        assert_eq!(name, "InvalidParameterException");
        create(&pool, &client, "cookies").await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value 'cookies' at 'termsName' failed to satisfy constraint: Member must \
             satisfy regular expression pattern: ^(terms-of-use|privacy-policy)$",
        );
    }

    async fn what_is_unknown_or_of_another_pool_is_not_found(lab: Lab) {
        let (pool, other) = (lab.pool().await, lab.pool().await);
        let (client, foreign) = (pool.client().await, other.client().await);
        let of_client = json!({ "ClientId": client.id, "TermsName": "privacy-policy" });
        pool.call("DescribeTermsByClient", of_client).await.fault(
            "ResourceNotFoundException",
            &format!("Terms privacy-policy for client {} does not exist.", client.id),
        );
        let terms = create(&pool, &client, "terms-of-use").await.ok();
        for (pool, id) in [(&pool, &json!(UNKNOWN)), (&other, &terms["Terms"]["TermsId"])] {
            for operation in ["DescribeTerms", "UpdateTerms", "DeleteTerms"] {
                pool.call(operation, json!({ "TermsId": id })).await
                    .fault("ResourceNotFoundException", "Terms does not exist.");
            }
        }
        let message = format!("User pool client {} does not exist.", foreign.id);
        create(&pool, &foreign, "terms-of-use").await.fault("ResourceNotFoundException", &message);
    }

    async fn a_document_goes_when_it_or_its_client_is_deleted(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let first = create(&pool, &client, "terms-of-use").await.ok();
        let id = json!({ "TermsId": first["Terms"]["TermsId"] });
        let reply = pool.call("DeleteTerms", id.clone()).await;
        assert!(reply.status.is_success() && reply.body.is_empty(), "{reply:?}");
        pool.call("DeleteTerms", id).await.fault("ResourceNotFoundException", "Terms does not exist.");
        create(&pool, &client, "terms-of-use").await.ok();
        pool.call("DeleteUserPoolClient", json!({ "ClientId": client.id })).await.ok();
        assert_eq!(pool.call("ListTerms", json!({})).await.ok(), json!({ "Terms": [] }));
    }
}
