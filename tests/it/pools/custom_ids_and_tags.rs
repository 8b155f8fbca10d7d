//! Tags, and the tag that fixes the id of a pool in development mode.

use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

async fn create(lab: &Lab, tags: Value) -> Reply {
    lab.admin()
        .call("CreateUserPool", json!({ "PoolName": "pool", "UserPoolTags": tags }))
        .await
}

scenario! {
    async fn tags_beyond_the_rules_are_refused(lab: Lab) {
        let many = |count: i32| -> Value {
            (0..count).map(|number| (format!("tag{number}"), Value::from("x"))).collect::<serde_json::Map<_, _>>().into()
        };
        create(&lab, many(50)).await.ok();
        create(&lab, many(51)).await
            .fault("UserPoolTaggingException", "The number of tags exceeds the limit of 50 tags per resource.");
        for key in ["aws:team", "AWS:team"] {
            create(&lab, json!({ key: "blue" })).await
                .fault("UserPoolTaggingException", "Tag keys that start with aws: are reserved.");
        }
        let long = "k".repeat(129);
        create(&lab, json!({ long.as_str(): "v" })).await.fault(
            "InvalidParameterException",
            &format!(
                "1 validation error detected: Value '{{{long}=v}}' at 'userPoolTags' failed to satisfy constraint: Map \
                 keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have \
                 length greater than or equal to 1, Member must not be null]"
            ),
        );
        let pool = lab.pool().await;
        pool.call("UpdateUserPool", json!({ "UserPoolTags": { "aws:team": "blue" } })).await
            .fault("UserPoolTaggingException", "Tag keys that start with aws: are reserved.");
    }

    async fn a_tag_fixes_the_id(lab: Lab) {
        let id = format!("us-east-1_{}", lab.account_id());
        let pool = create(&lab, json!({ "_custom_id_": id, "team": "blue" })).await.ok()["UserPool"].take();
        assert_eq!(pool["Id"], id);
        assert_eq!(pool["UserPoolTags"], json!({ "team": "blue" }));
        create(&lab, json!({ "_custom_id_": id })).await.fault(
            "InvalidParameterException",
            &format!("A user pool with the id {id} exists already."),
        );
        // Another account learns no more, and gets nothing.
        let stranger = lab.admin().in_account("999999999999");
        stranger.call("CreateUserPool", json!({ "PoolName": "pool", "UserPoolTags": { "_custom_id_": id } })).await.fault(
            "InvalidParameterException",
            &format!("A user pool with the id {id} exists already."),
        );

        let update = |tag: &str| json!({ "UserPoolId": id, "UserPoolTags": { "_custom_id_": tag } });
        lab.admin().call("UpdateUserPool", update(&id)).await.ok();
        let described = lab.admin().call("DescribeUserPool", json!({ "UserPoolId": id })).await.ok();
        assert_eq!(described["UserPool"]["UserPoolTags"], json!({}));
        lab.admin().call("UpdateUserPool", update("us-east-1_other0000")).await
            .fault("InvalidParameterException", "_custom_id_ can't change the id of a user pool.");
    }

    async fn an_id_of_another_region_or_form_is_refused(lab: Lab) {
        let too_long = format!("us-east-1_{}", "a".repeat(46));
        let ids = ["", "abc", "us-east-1", "us-east-1_", "eu-west-1_abcdefghi", "us-east-1_a/b", "us-east-1_a_b", &too_long];
        for id in ids {
            let reply = create(&lab, json!({ "_custom_id_": id })).await;
            reply.fault("InvalidParameterException", "_custom_id_ must be us-east-1_ followed by letters and digits.");
        }
        let name = lab.account_id();
        let pool = lab.admin().in_region("eu-west-1").create_pool(json!({
            "UserPoolTags": { "_custom_id_": format!("eu-west-1_{name}") }
        })).await;
        assert_eq!(pool.id, format!("eu-west-1_{name}"));
    }

    production async fn in_production_no_tag_fixes_an_id(lab: Lab) {
        let tags = json!({ "_custom_id_": "us-east-1_abcdefghi" });
        create(&lab, tags.clone()).await
            .fault("UserPoolTaggingException", "The tag _custom_id_ is available in development mode only.");
        let pool = lab.pool().await;
        pool.call("UpdateUserPool", json!({ "UserPoolTags": tags })).await
            .fault("UserPoolTaggingException", "The tag _custom_id_ is available in development mode only.");
        pool.call("CreateUserPoolClient", json!({ "ClientName": "_custom_id_:fixed" })).await.fault(
            "InvalidParameterException",
            "App clients are named _custom_id_:<id> in development mode only.",
        );
    }

    async fn a_name_fixes_the_id_of_a_client(lab: Lab) {
        let pool = lab.pool().await;
        let id = format!("fixed{}", lab.account_id());
        let name = format!("_custom_id_:{id}");
        let client = pool.client_with(json!({ "ClientName": name })).await;
        assert_eq!(client.id, id);
        client.confirmed_user("alice").await.sign_in().await;
        lab.pool().await.call("CreateUserPoolClient", json!({ "ClientName": name })).await.fault(
            "InvalidParameterException",
            &format!("An app client with the id {id} exists already."),
        );
        for name in ["_custom_id_:a b", "_custom_id_:a-b"] {
            pool.call("CreateUserPoolClient", json!({ "ClientName": name })).await
                .fault("InvalidParameterException", "_custom_id_: must be followed by letters and digits.");
        }
        pool.call("CreateUserPoolClient", json!({ "ClientName": "a:b" })).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value 'a:b' at 'clientName' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: [\\w\\s+=,.@-]+",
        );
    }
}
