//! AddCustomAttributes.

use poolhouse_tests::actors::{PASSWORD, Pool};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

async fn add(pool: &Pool, attributes: Value) -> Reply {
    pool.call("AddCustomAttributes", json!({ "CustomAttributes": attributes }))
        .await
}

fn text(name: &str) -> Value {
    json!({ "Name": name, "AttributeDataType": "String" })
}

/// The names of the custom attributes of a pool.
async fn names(pool: &Pool) -> Vec<String> {
    let described = pool.call("DescribeUserPool", json!({})).await.ok();
    let attributes = described["UserPool"]["SchemaAttributes"].as_array().unwrap();
    let names = attributes
        .iter()
        .map(|attribute| attribute["Name"].as_str().unwrap().to_owned());
    names.filter(|name| name.contains(':')).collect()
}

scenario! {
    async fn users_have_the_new_attributes_at_once(lab: Lab) {
        let client = lab.pool().await.client().await;
        let reply = client.sign_up("alice", PASSWORD, json!({ "custom:role": "cook" })).await;
        assert_eq!(reply.error().0, "InvalidParameterException");
        assert_eq!(add(&client.pool, json!([text("role"), text("shift")])).await.ok(), json!({}));
        assert_eq!(names(&client.pool).await, ["custom:role", "custom:shift"]);
        client.sign_up("alice", PASSWORD, json!({ "custom:role": "cook" })).await.ok();
        assert_eq!(client.pool.attribute("alice", "custom:role").await.as_deref(), Some("cook"));
    }

    async fn a_call_that_breaks_a_rule_adds_nothing(lab: Lab) {
        let pool = lab.pool_with(json!({ "Schema": [text("role")] })).await;
        let cases = [
            (json!([text("new"), text("role")]), "custom:role: Existing attribute already has name custom:role."),
            (json!([text("new"), text("new")]), "custom:new: Existing attribute already has name custom:new."),
            (
                json!([text("new"), { "Name": "must", "AttributeDataType": "String", "Required": true }]),
                "Required custom attributes are not supported currently.",
            ),
            (
                json!([text("new"), { "Name": "kind" }]),
                "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
            ),
            (
                json!([text("new"), { "AttributeDataType": "String" }]),
                "Every schema attribute needs a name.",
            ),
            (
                json!([]),
                "1 validation error detected: Value '[]' at 'customAttributes' failed to satisfy constraint: Member must \
                 have length greater than or equal to 1",
            ),
        ];
        for (attributes, message) in cases {
            let reply = add(&pool, attributes.clone()).await;
            assert_eq!(reply.error(), ("InvalidParameterException".to_owned(), message.to_owned()), "{attributes}");
        }
        let many: Value = (0..26).map(|number| text(&format!("a{number}"))).collect();
        let (name, message) = add(&pool, many).await.error();
        assert_eq!(name, "InvalidParameterException");
        assert!(message.ends_with(
            "at 'customAttributes' failed to satisfy constraint: Member must have length less than or equal to 25"
        ), "{message}");
        assert_eq!(names(&pool).await, ["custom:role"]);
    }

    async fn a_pool_has_fifty_custom_attributes_at_most(lab: Lab) {
        let pool = lab.pool().await;
        let some = |from: i32, to: i32| -> Value { (from..to).map(|number| text(&format!("a{number}"))).collect() };
        add(&pool, some(0, 25)).await.ok();
        add(&pool, some(25, 49)).await.ok();
        add(&pool, some(49, 51)).await
            .fault("InvalidParameterException", "A user pool can have at most 50 custom attributes.");
        add(&pool, some(49, 50)).await.ok();
        assert_eq!(names(&pool).await.len(), 50);
    }

    async fn of_two_who_add_the_same_name_one_succeeds(lab: Lab) {
        let pool = lab.pool().await;
        for round in 0..4 {
            let name = format!("role{round}");
            let adding = |data_type: &str| {
                let attributes = json!([{ "Name": name, "AttributeDataType": data_type }]);
                let pool = pool.clone();
                tokio::spawn(async move { add(&pool, attributes).await })
            };
            let (one, two) = tokio::join!(adding("String"), adding("Number"));
            let mut replies = [one.unwrap(), two.unwrap()];
            replies.sort_by_key(|reply| reply.status);
            replies[0].ok();
            replies[1].fault(
                "InvalidParameterException",
                &format!("custom:{name}: Existing attribute already has name custom:{name}."),
            );
        }
        assert_eq!(names(&pool).await.len(), 4);
    }

    async fn two_who_add_different_names_both_succeed(lab: Lab) {
        let pool = lab.pool().await;
        let adding = |name: &str| {
            let (pool, attributes) = (pool.clone(), json!([text(name)]));
            tokio::spawn(async move { add(&pool, attributes).await.ok() })
        };
        let (one, two) = tokio::join!(adding("one"), adding("two"));
        one.unwrap();
        two.unwrap();
        let mut names = names(&pool).await;
        names.sort();
        assert_eq!(names, ["custom:one", "custom:two"]);
    }
}
