//! UpdateUserPoolClient.

use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::clock::minutes;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

async fn update(client: &Client, mut settings: Value) -> Reply {
    settings["ClientId"] = client.id.clone().into();
    client.pool.call("UpdateUserPoolClient", settings).await
}

async fn described(client: &Client) -> Value {
    client
        .pool
        .call("DescribeUserPoolClient", json!({ "ClientId": client.id }))
        .await
        .ok()["UserPoolClient"]
        .take()
}

scenario! {
    async fn what_an_update_leaves_out_goes_back_to_its_default(lab: Lab) {
        let client = lab.pool().await.client_with(json!({
            "ClientName": "named",
            "GenerateSecret": true,
            "RefreshTokenValidity": 10,
            "AccessTokenValidity": 2,
            "IdTokenValidity": 2,
            "TokenValidityUnits": { "RefreshToken": "days" },
            "ReadAttributes": ["email"],
            "WriteAttributes": ["email"],
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
            "SupportedIdentityProviders": ["COGNITO"],
            "CallbackURLs": ["https://a.example/"],
            "LogoutURLs": ["https://a.example/"],
            "DefaultRedirectURI": "https://a.example/",
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid"],
            "AllowedOAuthFlowsUserPoolClient": true,
            "AnalyticsConfiguration": { "ApplicationId": "abc" },
            "PreventUserExistenceErrors": "ENABLED",
            "EnableTokenRevocation": false,
            "EnablePropagateAdditionalUserContextData": true,
            "AuthSessionValidity": 15,
            "RefreshTokenRotation": { "Feature": "ENABLED" }
        })).await;
        let before = described(&client).await;
        lab.clock.advance(minutes(1));
        let after = update(&client, json!({})).await.ok()["UserPoolClient"].take();
        assert_ne!(after["LastModifiedDate"], before["LastModifiedDate"]);
        assert_eq!(after, json!({
            "UserPoolId": client.pool.id, "ClientName": "named", "ClientId": client.id, "ClientSecret": client.secret,
            "LastModifiedDate": after["LastModifiedDate"], "CreationDate": before["CreationDate"],
            "RefreshTokenValidity": 30, "TokenValidityUnits": {}, "AllowedOAuthFlowsUserPoolClient": false,
            "EnableTokenRevocation": true, "EnablePropagateAdditionalUserContextData": false, "AuthSessionValidity": 3
        }));
        assert_eq!(described(&client).await, after);
        let renamed = update(&client, json!({ "ClientName": "renamed" })).await.ok();
        assert_eq!(renamed["UserPoolClient"]["ClientName"], "renamed");
    }

    async fn an_update_holds_for_the_next_request(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.confirmed_user("alice").await.sign_in().await;
        update(&client, json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] })).await.ok();
        client.sign_in("alice", PASSWORD).await
            .fault("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client");
    }

    async fn a_refused_update_changes_nothing(lab: Lab) {
        let client = lab.pool().await.client().await;
        let before = described(&client).await;
        lab.clock.advance(minutes(1));
        update(&client, json!({ "ClientName": "other", "AccessTokenValidity": 25 })).await
            .fault("InvalidParameterException", "Invalid range for token validity.");
        assert_eq!(described(&client).await, before);
    }

    async fn an_update_neither_gives_nor_takes_a_secret(lab: Lab) {
        let client = lab.pool().await.client().await;
        update(&client, json!({ "EnablePropagateAdditionalUserContextData": true })).await.fault(
            "InvalidParameterException",
            "EnablePropagateAdditionalUserContextData requires an app client with a secret.",
        );
        // UpdateUserPoolClient has no such member; unknown ones are ignored.
        update(&client, json!({ "GenerateSecret": true })).await.ok();
        assert_eq!(described(&client).await.get("ClientSecret"), None);
    }

    async fn updates_that_race_never_mix(lab: Lab) {
        let client = lab.pool().await.client().await;
        for round in 0..4 {
            let updating = |name: &str, minutes: i32| {
                let settings = json!({ "ClientName": format!("{name}{round}"), "AuthSessionValidity": minutes });
                let client = client.clone();
                tokio::spawn(async move { update(&client, settings).await })
            };
            let (one, two) = tokio::join!(updating("one", 5), updating("two", 10));
            let replies = [one.unwrap(), two.unwrap()];
            let failed: Vec<_> = replies.iter().filter(|reply| !reply.status.is_success()).collect();
            assert!(failed.len() < 2, "{failed:?}");
            for reply in failed {
                reply.fault(
                    "ConcurrentModificationException",
                    "Another request is changing the same resource. Try again.",
                );
            }
            let after = described(&client).await;
            let minutes = if after["ClientName"] == format!("one{round}") { 5 } else { 10 };
            assert_eq!(after["AuthSessionValidity"], minutes);
        }
    }
}
