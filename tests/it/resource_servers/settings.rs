//! CreateResourceServer, DescribeResourceServer, UpdateResourceServer and DeleteResourceServer.

use poolhouse_tests::scenario;
use serde_json::{Value, json};

fn scope(name: &str) -> Value {
    json!({ "ScopeName": name, "ScopeDescription": format!("May {name}") })
}

scenario! {
    async fn a_resource_server_is_told_as_it_was_made(lab: Lab) {
        let pool = lab.pool().await;
        let scopes = json!([scope("write"), scope("read")]);
        let photos = json!({ "Identifier": "https://photos.example", "Name": "Photos, of all", "Scopes": scopes });
        let created = pool.call("CreateResourceServer", photos).await.ok();
        assert_eq!(created, json!({ "ResourceServer": {
            "UserPoolId": pool.id, "Identifier": "https://photos.example", "Name": "Photos, of all", "Scopes": scopes
        } }));
        let described = pool.call("DescribeResourceServer", json!({ "Identifier": "https://photos.example" })).await;
        assert_eq!(described.ok(), created);

        let plain = pool.call("CreateResourceServer", json!({ "Identifier": "plain", "Name": "Plain" })).await.ok();
        assert_eq!(plain, json!({ "ResourceServer": {
            "UserPoolId": pool.id, "Identifier": "plain", "Name": "Plain"
        } }));
    }

    async fn an_update_replaces_name_and_scopes(lab: Lab) {
        let pool = lab.pool().await;
        let server = |name: &str, scopes: Value| json!({ "Identifier": "photos", "Name": name, "Scopes": scopes });
        pool.call("CreateResourceServer", server("Photos", json!([scope("read"), scope("write")]))).await.ok();
        let updated = pool.call("UpdateResourceServer", server("Pictures", json!([scope("look")]))).await.ok();
        assert_eq!(updated, json!({ "ResourceServer": {
            "UserPoolId": pool.id, "Identifier": "photos", "Name": "Pictures", "Scopes": [scope("look")]
        } }));
        let describe = async || pool.call("DescribeResourceServer", json!({ "Identifier": "photos" })).await.ok();
        assert_eq!(describe().await, updated);
        pool.call("UpdateResourceServer", json!({ "Identifier": "photos", "Name": "Pictures" })).await.ok();
        assert_eq!(describe().await["ResourceServer"].get("Scopes"), None);
        pool.call("UpdateResourceServer", json!({ "Identifier": "photos" })).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
        );
    }

    async fn a_deleted_resource_server_is_gone(lab: Lab) {
        let pool = lab.pool().await;
        let photos = json!({ "Identifier": "photos", "Name": "Photos" });
        pool.call("CreateResourceServer", photos.clone()).await.ok();
        let reply = pool.call("DeleteResourceServer", json!({ "Identifier": "photos" })).await;
        assert!(reply.status.is_success() && reply.body.is_empty(), "{reply:?}");
        for operation in ["DescribeResourceServer", "UpdateResourceServer", "DeleteResourceServer"] {
            pool.call(operation, photos.clone()).await
                .fault("ResourceNotFoundException", "Resource server photos does not exist.");
        }
        assert_eq!(pool.call("ListResourceServers", json!({})).await.ok(), json!({ "ResourceServers": [] }));
        pool.call("CreateResourceServer", photos).await.ok();
    }

    async fn identifiers_are_unique_in_a_pool(lab: Lab) {
        let pool = lab.pool().await;
        let photos = json!({ "Identifier": "photos", "Name": "Photos" });
        pool.call("CreateResourceServer", photos.clone()).await.ok();
        let message = format!("photos already exists in user pool {}.", pool.id);
        pool.call("CreateResourceServer", photos.clone()).await.fault("InvalidParameterException", &message);
        pool.call("CreateResourceServer", json!({ "Identifier": "Photos", "Name": "Photos" })).await.ok();
        lab.pool().await.call("CreateResourceServer", photos).await.ok();
    }

    async fn of_two_who_create_a_resource_server_one_succeeds(lab: Lab) {
        let pool = lab.pool().await;
        for round in 0..4 {
            let identifier = format!("server{round}");
            let create = |name: &str| {
                let input = json!({ "Identifier": identifier, "Name": name });
                let pool = pool.clone();
                tokio::spawn(async move { pool.call("CreateResourceServer", input).await })
            };
            let (one, two) = tokio::join!(create("one"), create("two"));
            let mut replies = [one.unwrap(), two.unwrap()];
            replies.sort_by_key(|reply| reply.status);
            let message = format!("{identifier} already exists in user pool {}.", pool.id);
            replies[1].fault("InvalidParameterException", &message);
            let stored = pool.call("DescribeResourceServer", json!({ "Identifier": identifier })).await.ok();
            assert_eq!(stored, replies[0].ok());
        }
    }

    async fn resource_servers_of_other_pools_are_not_seen(lab: Lab) {
        let (pool, other) = (lab.pool().await, lab.pool().await);
        let photos = json!({ "Identifier": "photos", "Name": "Photos" });
        pool.call("CreateResourceServer", photos.clone()).await.ok();
        let operations = ["DescribeResourceServer", "UpdateResourceServer", "DeleteResourceServer"];
        for operation in operations {
            other.call(operation, photos.clone()).await
                .fault("ResourceNotFoundException", "Resource server photos does not exist.");
        }
        assert_eq!(other.call("ListResourceServers", json!({})).await.ok(), json!({ "ResourceServers": [] }));
        let message = format!("User pool {} does not exist.", pool.id);
        for admin in [lab.admin().in_account("123456789012"), lab.admin().in_region("eu-west-1")] {
            let foreign = poolhouse_tests::actors::Pool { admin, id: pool.id.clone() };
            for operation in operations.into_iter().chain(["CreateResourceServer", "ListResourceServers"]) {
                foreign.call(operation, photos.clone()).await.fault("ResourceNotFoundException", &message);
            }
        }
        pool.call("DescribeResourceServer", photos).await.ok();
    }

    async fn a_scope_is_defined_once(lab: Lab) {
        let pool = lab.pool().await;
        let twice = json!({ "Identifier": "photos", "Name": "Photos", "Scopes": [scope("a"), scope("b"), scope("a")] });
        let message = "The scope a is defined more than once.";
        pool.call("CreateResourceServer", twice.clone()).await.fault("InvalidParameterException", message);
        pool.call("CreateResourceServer", json!({ "Identifier": "photos", "Name": "Photos" })).await.ok();
        pool.call("UpdateResourceServer", twice).await.fault("InvalidParameterException", message);
        let cases = json!({ "Identifier": "photos", "Name": "Photos", "Scopes": [scope("a"), scope("A")] });
        pool.call("UpdateResourceServer", cases).await.ok();
    }

    async fn identifiers_of_the_service_are_reserved(lab: Lab) {
        let pool = lab.pool_with(json!({ "DcrConfiguration": { "EnableStatus": "Enabled" } })).await;
        for identifier in ["aws.cognito/dcr", "aws.cognito", "aws.cognito.signin.user.admin"] {
            for operation in ["CreateResourceServer", "UpdateResourceServer", "DeleteResourceServer"] {
                pool.call(operation, json!({ "Identifier": identifier, "Name": "Mine" })).await
                    .fault("InvalidParameterException", "Identifiers that start with aws.cognito are reserved.");
            }
        }
        let described = pool.call("DescribeResourceServer", json!({ "Identifier": "aws.cognito/dcr" })).await.ok();
        let managed = json!({
            "UserPoolId": pool.id, "Identifier": "aws.cognito/dcr", "Name": "Dynamic client registration",
            "Scopes": [{ "ScopeName": "register", "ScopeDescription": "Register app clients" }], "ManagedBy": "COGNITO"
        });
        assert_eq!(described["ResourceServer"], managed);
        lab.pool().await.call("DescribeResourceServer", json!({ "Identifier": "aws.cognito/dcr" })).await
            .fault("ResourceNotFoundException", "Resource server aws.cognito/dcr does not exist.");
    }

    async fn what_the_model_forbids_is_refused(lab: Lab) {
        let pool = lab.pool().await;
        let long = "i".repeat(257);
        let pattern = |value: &str, at: &str, pattern: &str| format!(
            "1 validation error detected: Value '{value}' at '{at}' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: {pattern}"
        );
        let server = |identifier: &str, scopes: Value| json!({
            "Identifier": identifier, "Name": "Photos", "Scopes": scopes
        });
        let cases = [
            (
                server("two words", json!([])),
                pattern("two words", "identifier", r"[\x21\x23-\x5B\x5D-\x7E]+"),
            ),
            (server("quo\"te", json!([])), pattern("quo\"te", "identifier", r"[\x21\x23-\x5B\x5D-\x7E]+")),
            (
                server(&long, json!([])),
                format!(
                    "1 validation error detected: Value '{long}' at 'identifier' failed to satisfy constraint: Member \
                     must have length less than or equal to 256"
                ),
            ),
            (
                server("photos", json!([scope("a/b")])),
                pattern("a/b", "scopes.1.member.scopeName", r"[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+"),
            ),
            (
                server("photos", json!([{ "ScopeName": "a" }])),
                "1 validation error detected: Value null at 'scopes.1.member.scopeDescription' failed to satisfy \
                 constraint: Member must not be null".to_owned(),
            ),
            (
                json!({ "Identifier": "photos", "Name": "semi;colon" }),
                pattern("semi;colon", "name", r"[\w\s+=,.@-]+"),
            ),
        ];
        for (input, message) in cases {
            pool.call("CreateResourceServer", input).await.fault("InvalidParameterException", &message);
        }
        let scopes: Vec<Value> = (0..101).map(|number| scope(&format!("scope{number}"))).collect();
        let (name, message) = pool.call("CreateResourceServer", server("photos", json!(scopes))).await.error();
        assert_eq!(name, "InvalidParameterException");
        assert!(message.ends_with("Member must have length less than or equal to 100"), "{message}");
        let widest = server(&long[1..], json!(scopes[1..]));
        pool.call("CreateResourceServer", widest).await.ok();
    }
}
