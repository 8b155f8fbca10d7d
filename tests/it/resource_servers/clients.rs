//! Custom scopes of app clients: those that the pool's resource servers define now.

use poolhouse_engine::{Cx, Request};
use poolhouse_tests::actors::Pool;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

async fn define(pool: &Pool, identifier: &str, scopes: &[&str]) {
    let scope = |name: &&str| json!({ "ScopeName": name, "ScopeDescription": "What it allows" });
    let scopes: Vec<Value> = scopes.iter().map(scope).collect();
    let input = json!({ "Identifier": identifier, "Name": "Server", "Scopes": scopes });
    pool.call("CreateResourceServer", input).await.ok();
}

/// Makes a client for machines that may ask for these scopes.
async fn machine(pool: &Pool, scopes: &[&str]) -> Reply {
    let input = json!({
        "ClientName": "machine", "GenerateSecret": true, "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthScopes": scopes
    });
    pool.call("CreateUserPoolClient", input).await
}

fn missing(reply: &Reply, scope: &str) {
    reply.fault(
        "ScopeDoesNotExistException",
        &format!("Invalid scope requested: {scope}"),
    );
}

/// The scopes that tokens of the pool may have, as this node knows them.
async fn known(lab: &Lab, pool: &Pool) -> Vec<String> {
    let request = Request {
        id: "test".to_owned(),
        region: "us-east-1".to_owned(),
        account_id: lab.account_id().to_owned(),
        source_ip: None,
        user_agent: None,
    };
    let cx = Cx::new(lab.world().clone(), request);
    let pool = cx.any_pool(&pool.id).await.unwrap();
    cx.custom_scopes(&pool).await.unwrap().to_vec()
}

scenario! {
    async fn a_client_lists_scopes_that_exist(lab: Lab) {
        let (pool, other) = (lab.pool().await, lab.pool().await);
        define(&pool, "https://photos.example/api", &["read", "write"]).await;
        define(&pool, "mail", &["send"]).await;
        define(&other, "other", &["read"]).await;
        let created = machine(&pool, &["mail/send", "https://photos.example/api/read"]).await.ok();
        assert_eq!(
            created["UserPoolClient"]["AllowedOAuthScopes"],
            json!(["https://photos.example/api/read", "mail/send"])
        );
        for unknown in [
            "mail/read", "mail", "mail/", "/send", "send", "Mail/send", "mail/Send", "https://photos.example/api",
            "https://photos.example/api/read/write", "other/read",
        ] {
            missing(&machine(&pool, &["mail/send", unknown]).await, unknown);
        }
    }

    async fn a_scope_that_is_gone_exists_for_no_client(lab: Lab) {
        let pool = lab.pool().await;
        define(&pool, "photos", &["read", "write"]).await;
        let client = machine(&pool, &["photos/read", "photos/write"]).await.ok();
        let id = &client["UserPoolClient"]["ClientId"];
        assert_eq!(known(&lab, &pool).await, ["photos/read", "photos/write"]);
        let scopes = json!([{ "ScopeName": "read", "ScopeDescription": "What it allows" }]);
        let less = json!({ "Identifier": "photos", "Name": "Server", "Scopes": scopes });
        pool.call("UpdateResourceServer", less).await.ok();
        assert_eq!(known(&lab, &pool).await, ["photos/read"]);
        missing(&machine(&pool, &["photos/write"]).await, "photos/write");
        let update = async |scopes: &[&str]| {
            let input = json!({ "ClientId": id, "AllowedOAuthScopes": scopes });
            pool.call("UpdateUserPoolClient", input).await
        };
        missing(&update(&["photos/read", "photos/write"]).await, "photos/write");
        update(&["photos/read"]).await.ok();

        pool.call("DeleteResourceServer", json!({ "Identifier": "photos" })).await.ok();
        assert_eq!(known(&lab, &pool).await, [] as [&str; 0]);
        missing(&update(&["photos/read"]).await, "photos/read");
        let kept = pool.call("DescribeUserPoolClient", json!({ "ClientId": id })).await.ok();
        assert_eq!(kept["UserPoolClient"]["AllowedOAuthScopes"], json!(["photos/read"]));
    }

    async fn a_scope_exists_for_clients_as_soon_as_another_node_defines_it(lab: Lab) {
        let pool = lab.pool().await;
        missing(&machine(&pool, &["photos/read"]).await, "photos/read");
        assert_eq!(known(&lab, &pool).await, [] as [&str; 0]);
        let mut there = pool.clone();
        there.admin = lab.another_node().admin().in_account(lab.account_id());
        define(&there, "photos", &["read"]).await;
        machine(&pool, &["photos/read"]).await.ok();
    }

    async fn the_scope_of_registration_exists_where_clients_register(lab: Lab) {
        let scope = "aws.cognito/dcr/register";
        missing(&machine(&lab.pool().await, &[scope]).await, scope);
        let pool = lab.pool_with(json!({ "DcrConfiguration": { "EnableStatus": "Enabled" } })).await;
        machine(&pool, &[scope]).await.ok();
        assert_eq!(known(&lab, &pool).await, [scope]);
        missing(&machine(&pool, &["aws.cognito/dcr/other"]).await, "aws.cognito/dcr/other");
        pool.call("UpdateUserPool", json!({ "DcrConfiguration": { "EnableStatus": "Disabled" } })).await.ok();
        missing(&machine(&pool, &[scope]).await, scope);
        assert_eq!(known(&lab, &pool).await, [] as [&str; 0]);
    }
}
