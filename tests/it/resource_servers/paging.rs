//! ListResourceServers.

use poolhouse_tests::actors::Pool;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

async fn create(pool: &Pool, identifiers: &[&str]) {
    for identifier in identifiers {
        pool.call(
            "CreateResourceServer",
            json!({ "Identifier": identifier, "Name": "Server" }),
        )
        .await
        .ok();
    }
}

fn identifiers(output: &Value) -> Vec<&str> {
    let servers = output["ResourceServers"].as_array().unwrap();
    servers
        .iter()
        .map(|server| server["Identifier"].as_str().unwrap())
        .collect()
}

scenario! {
    async fn pages_follow_each_other_in_the_order_of_identifiers(lab: Lab) {
        let pool = lab.pool().await;
        create(&pool, &["c", "a", "B", "a/b"]).await;
        let first = pool.call("ListResourceServers", json!({ "MaxResults": 3 })).await.ok();
        assert_eq!(identifiers(&first), ["B", "a", "a/b"]);
        let rest = json!({ "MaxResults": 3, "NextToken": first["NextToken"] });
        let last = pool.call("ListResourceServers", rest.clone()).await.ok();
        assert_eq!(identifiers(&last), ["c"]);
        assert_eq!(last.get("NextToken"), None);
        let whole = pool.call("ListResourceServers", json!({})).await.ok();
        assert_eq!(identifiers(&whole), ["B", "a", "a/b", "c"]);
        let scopes = json!([{ "ScopeName": "read", "ScopeDescription": "Read" }]);
        pool.call("UpdateResourceServer", json!({ "Identifier": "c", "Name": "C", "Scopes": scopes })).await.ok();
        let described = pool.call("DescribeResourceServer", json!({ "Identifier": "c" })).await.ok();
        let last = pool.call("ListResourceServers", rest).await.ok();
        assert_eq!(last["ResourceServers"], json!([described["ResourceServer"]]));
    }

    async fn the_server_of_the_service_stands_among_the_others(lab: Lab) {
        let pool = lab.pool_with(json!({ "DcrConfiguration": { "EnableStatus": "Enabled" } })).await;
        create(&pool, &["a", "b", "c"]).await;
        let mut token = None;
        let mut seen = Vec::new();
        loop {
            let mut input = json!({ "MaxResults": 1 });
            if let Some(token) = token {
                input["NextToken"] = token;
            }
            let page = pool.call("ListResourceServers", input).await.ok();
            assert_eq!(identifiers(&page).len(), 1);
            seen.extend(identifiers(&page).into_iter().map(str::to_owned));
            match page.get("NextToken") {
                Some(next) => token = Some(next.clone()),
                None => break,
            }
        }
        assert_eq!(seen, ["a", "aws.cognito/dcr", "b", "c"]);
    }

    async fn a_page_token_is_good_for_its_own_list(lab: Lab) {
        let (pool, other) = (lab.pool().await, lab.pool().await);
        create(&pool, &["a", "b"]).await;
        let token = pool.call("ListResourceServers", json!({ "MaxResults": 1 })).await.ok()["NextToken"].take();
        other.call("ListResourceServers", json!({ "NextToken": token })).await
            .fault("InvalidParameterException", "Invalid pagination token");
        pool.call("ListGroups", json!({ "NextToken": token })).await
            .fault("InvalidParameterException", "Invalid pagination token");
        pool.call("ListResourceServers", json!({ "NextToken": "forged" })).await
            .fault("InvalidParameterException", "Invalid pagination token");
        for (limit, bound) in [(0, "greater than or equal to 1"), (51, "less than or equal to 50")] {
            let message = format!(
                "1 validation error detected: Value '{limit}' at 'maxResults' failed to satisfy constraint: Member must \
                 have value {bound}"
            );
            pool.call("ListResourceServers", json!({ "MaxResults": limit })).await
                .fault("InvalidParameterException", &message);
        }
    }

    async fn a_pool_has_three_hundred_at_most(lab: Lab) {
        let pool = lab.pool_with(json!({ "DcrConfiguration": { "EnableStatus": "Enabled" } })).await;
        let store = &lab.world().store;
        for number in 0..299 {
            let server = poolhouse_domain::resource_servers::ResourceServer {
                pool_id: pool.id.clone(),
                identifier: format!("server{number:03}"),
                name: "Server".to_owned(),
                scopes: Vec::new(),
            };
            assert!(store.resource_servers().insert(&server, 300).await.unwrap());
        }
        let page = pool.call("ListResourceServers", json!({})).await.ok();
        assert_eq!(identifiers(&page).len(), 50);
        let create = async |identifier: &str| {
            pool.call("CreateResourceServer", json!({ "Identifier": identifier, "Name": "Server" })).await
        };
        create("last").await.ok();
        create("one-too-many").await
            .fault("LimitExceededException", "A user pool can have 300 resource servers at most.");
        pool.call("DeleteResourceServer", json!({ "Identifier": "server000" })).await.ok();
        create("one-too-many").await.ok();
    }
}
