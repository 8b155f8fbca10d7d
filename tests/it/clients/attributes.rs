//! ReadAttributes and WriteAttributes, when they are set.

use poolhouse_tests::actors::Pool;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

async fn pool(lab: &Lab) -> Pool {
    lab.pool_with(json!({ "Schema": [
        { "Name": "email", "Required": true },
        { "Name": "role", "AttributeDataType": "String" },
        { "Name": "rank", "AttributeDataType": "String", "DeveloperOnlyAttribute": true }
    ] }))
    .await
}

/// Asserts that neither a new client nor an old one may have these lists.
async fn assert_refused(pool: &Pool, lists: Value, kind: &str) {
    let client = pool.client().await;
    let mut input = lists.clone();
    input["ClientName"] = "x".into();
    let reply = pool.call("CreateUserPoolClient", input.clone()).await;
    reply.fault(
        "InvalidParameterException",
        &format!("Invalid {kind} attributes specified while creating a client"),
    );
    input["ClientId"] = client.id.into();
    let reply = pool.call("UpdateUserPoolClient", input).await;
    reply.fault(
        "InvalidParameterException",
        &format!("Invalid {kind} attributes specified while updating a client"),
    );
}

scenario! {
    async fn clients_read_attributes_of_the_schema(lab: Lab) {
        let pool = pool(&lab).await;
        let good = json!(["custom:role", "dev:custom:rank", "email", "email_verified", "identities", "sub"]);
        let client = pool.client_with(json!({ "ReadAttributes": good })).await;
        let described = pool.call("DescribeUserPoolClient", json!({ "ClientId": client.id })).await.ok();
        assert_eq!(described["UserPoolClient"]["ReadAttributes"], good);
        for name in ["role", "custom:unknown", "cognito:groups", "Email"] {
            assert_refused(&pool, json!({ "ReadAttributes": ["email", name] }), "read").await;
        }
    }

    async fn clients_write_what_is_not_an_administrators_and_all_that_is_required(lab: Lab) {
        let pool = pool(&lab).await;
        pool.client_with(json!({ "WriteAttributes": ["custom:role", "email", "name"] })).await;
        for list in [
            json!(["email", "sub"]),
            json!(["email", "email_verified"]),
            json!(["email", "phone_number_verified"]),
            json!(["email", "dev:custom:rank"]),
            json!(["email", "custom:unknown"]),
            json!(["name"]),
            json!([]),
        ] {
            assert_refused(&pool, json!({ "WriteAttributes": list }), "write").await;
        }
    }
}
