//! PreTokenGeneration for machines: the client credentials grant and GetClientToken.

use poolhouse_tests::actors::Client;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{event, pool, versioned};
use crate::oauth::{define, post_form};

const TRIGGER: &str = "PreTokenGeneration";

/// A machine of a pool with a function of this version that listens.
async fn machine(lab: &Lab, version: &str) -> Client {
    let pool = pool(lab, versioned(version, &lab.functions.listening(TRIGGER))).await;
    define(&pool, "photos", &["read", "write"]).await;
    pool.client_with(json!({
        "GenerateSecret": true, "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"],
        "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthScopes": ["photos/read", "photos/write"],
    }))
    .await
}

/// Asks the token endpoint.
async fn ask(lab: &Lab, machine: &Client) -> Reply {
    let secret = machine.secret.as_deref().unwrap();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", &*machine.id),
        ("client_secret", secret),
        ("scope", "photos/read"),
    ];
    post_form(lab, &format!("/{}/oauth2/token", machine.pool.id), &fields).await
}

/// The claims of the token that the endpoint gives.
async fn claims(lab: &Lab, machine: &Client) -> Value {
    let output = ask(lab, machine).await.ok();
    machine.pool.verify(output["access_token"].as_str().unwrap()).await
}

/// Asks GetClientToken.
async fn get_client_token(machine: &Client, members: Value) -> Reply {
    let input = json!({ "Secret": machine.secret, "Scopes": ["photos/read"] });
    machine
        .call("GetClientToken", poolhouse_tests::actors::merge(input, members))
        .await
}

/// What the function receives.
fn machine_event(machine: &Client, client_metadata: Value) -> Value {
    let mut request = json!({
        "userAttributes": {}, "groupConfiguration": null, "scopes": ["photos/read"]
    });
    request["clientMetadata"] = client_metadata;
    let response = json!({ "claimsAndScopeOverrideDetails": null });
    let source = "TokenGeneration_ClientCredentials";
    let mut event = event(
        &machine.pool,
        &machine.id,
        source,
        "ClientCredentials",
        request,
        response,
    );
    event["version"] = json!("3");
    event
}

fn refused(lab: &Lab) {
    lab.functions.failing(TRIGGER, "No machines");
}

scenario! {
    async fn only_version_3_is_asked(lab: Lab) {
        for version in ["V1_0", "V2_0"] {
            let machine = machine(&lab, version).await;
            refused(&lab);
            assert_eq!(claims(&lab, &machine).await["scope"], "photos/read");
            get_client_token(&machine, json!({})).await.ok();
        }
        assert!(lab.functions.events(TRIGGER).is_empty());
        let machine = machine(&lab, "V3_0").await;
        claims(&lab, &machine).await;
        assert_eq!(lab.functions.event(TRIGGER), machine_event(&machine, json!({})));
    }

    async fn the_operation_hands_its_metadata_on(lab: Lab) {
        let machine = machine(&lab, "V3_0").await;
        get_client_token(&machine, json!({ "ClientMetadata": { "environment": "dev" } })).await.ok();
        assert_eq!(lab.functions.event(TRIGGER), machine_event(&machine, json!({ "environment": "dev" })));
    }

    async fn the_function_changes_claims_and_scopes_of_machines(lab: Lab) {
        let machine = machine(&lab, "V3_0").await;
        let honest = claims(&lab, &machine).await;
        lab.functions.answering(TRIGGER, json!({ "claimsAndScopeOverrideDetails": {
            "idTokenGeneration": { "claimsToAddOrOverride": { "id": "token" } },
            "accessTokenGeneration": {
                "claimsToAddOrOverride": {
                    "tenant": { "name": "acme" }, "sub": "forged", "client_id": "forged", "exp": 9, "token_use": "id",
                    "username": "alice", "cognito:groups": ["admins"],
                },
                "claimsToSuppress": ["version", "iss"],
                "scopesToAdd": ["mail/send"], "scopesToSuppress": ["photos/read"],
            },
            "groupOverrideDetails": { "groupsToOverride": ["admins"] },
        } }));
        let mut expected = poolhouse_tests::actors::merge(honest, json!({ "scope": "mail/send", "tenant": { "name": "acme" } }));
        let changed = claims(&lab, &machine).await;
        expected["jti"] = changed["jti"].clone();
        assert_eq!(changed, expected);
    }

    async fn a_machine_does_not_become_a_user(lab: Lab) {
        let machine = machine(&lab, "V3_0").await;
        let alice = machine.pool.client().await.confirmed_user("alice").await;
        lab.functions.answering(TRIGGER, json!({ "claimsAndScopeOverrideDetails": { "accessTokenGeneration": {
            "claimsToAddOrOverride": { "sub": alice.sub, "username": "alice", "event_id": "x" },
            "scopesToAdd": ["aws.cognito.signin.user.admin", "openid"],
        } } }));
        let output = ask(&lab, &machine).await.ok();
        let reply = lab.call("GetUser", json!({ "AccessToken": output["access_token"] })).await;
        reply.fault("NotAuthorizedException", "Invalid Access Token");
    }

    async fn a_failing_function_gives_no_token_by_the_operation(lab: Lab) {
        let machine = machine(&lab, "V3_0").await;
        refused(&lab);
        let message = "PreTokenGeneration failed with error No machines.";
        // The model gives GetClientToken no errors of triggers.
        get_client_token(&machine, json!({})).await.fault("NotAuthorizedException", message);
    }
}
