//! GetClientToken, and client_credentials by the same clients.

use poolhouse_domain::Clock;
use poolhouse_tests::actors::{Client, Pool, merge};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{define, post_form};

/// A machine of a pool that knows the scopes `photos/read`, `photos/write` and `mail/send`.
async fn machine(pool: &Pool) -> Client {
    define(pool, "photos", &["read", "write"]).await;
    define(pool, "mail", &["send"]).await;
    pool.client_with(json!({
        "GenerateSecret": true, "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"],
        "AllowedOAuthScopes": ["photos/write", "photos/read"]
    }))
    .await
}

async fn token(machine: &Client, members: Value) -> Reply {
    let input = merge(json!({ "Secret": machine.secret }), members);
    machine.call("GetClientToken", input).await
}

fn access_token(output: &Value) -> &str {
    output["ClientAuthenticationResult"]["AccessToken"].as_str().unwrap()
}

scenario! {
    async fn a_machine_gets_an_access_token_for_its_secret(lab: Lab) {
        let pool = lab.pool().await;
        let machine = machine(&pool).await;
        let output = token(&machine, json!({})).await.ok();
        let result = &output["ClientAuthenticationResult"];
        assert_eq!((&result["ExpiresIn"], &result["TokenType"]), (&json!(3600), &json!("Bearer")));
        assert_eq!(result.as_object().unwrap().len(), 3);
        let claims = pool.verify(access_token(&output)).await;
        let now = lab.clock.now().seconds();
        assert_eq!(claims, json!({
            "sub": machine.id, "token_use": "access", "scope": "photos/read photos/write", "auth_time": now,
            "iss": pool.issuer(), "exp": now + 3600, "iat": now, "version": 2, "jti": claims["jti"],
            "client_id": machine.id,
        }));
    }

    async fn a_signature_neither_helps_nor_hurts(lab: Lab) {
        let pool = lab.pool().await;
        let machine = machine(&pool).await;
        let input = json!({ "ClientId": machine.id, "Secret": machine.secret });
        pool.admin.call("GetClientToken", input).await.ok();
        let wrong = json!({ "ClientId": machine.id, "Secret": "x".repeat(52) });
        let message = format!("Unable to verify secret hash for client {}", machine.id);
        pool.admin.call("GetClientToken", wrong).await.fault("NotAuthorizedException", &message);
    }

    async fn either_of_two_secrets_is_good_and_no_other(lab: Lab) {
        let pool = lab.pool().await;
        let machine = machine(&pool).await;
        let id = json!({ "ClientId": machine.id });
        let added = pool.call("AddUserPoolClientSecret", id).await.ok();
        let second = &added["ClientSecretDescriptor"]["ClientSecretValue"];
        lab.clock.advance(std::time::Duration::from_secs(2));
        token(&machine, json!({})).await.ok();
        token(&machine, json!({ "Secret": second })).await.ok();
        let message = format!("Unable to verify secret hash for client {}", machine.id);
        for wrong in ["x".repeat(24), "x".repeat(52), machine.id.clone()] {
            token(&machine, json!({ "Secret": wrong })).await.fault("NotAuthorizedException", &message);
        }
        machine.call("GetClientToken", json!({})).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value null at 'secret' failed to satisfy constraint: Member must not be null",
        );
    }

    async fn scopes_are_those_asked_for_that_exist_and_are_the_machines(lab: Lab) {
        let pool = lab.pool().await;
        let machine = machine(&pool).await;
        let output = token(&machine, json!({ "Scopes": ["photos/write", "photos/write"] })).await.ok();
        assert_eq!(pool.verify(access_token(&output)).await["scope"], "photos/write");
        let none = token(&machine, json!({ "Scopes": [] })).await.ok();
        assert_eq!(pool.verify(access_token(&none)).await["scope"], "photos/read photos/write");
        for unknown in ["photos/delete", "openid", "aws.cognito.signin.user.admin", "photos"] {
            token(&machine, json!({ "Scopes": ["photos/read", unknown] })).await.fault(
                "InvalidParameterException",
                "One or more of the requested scopes does not exist.",
            );
        }
        token(&machine, json!({ "Scopes": ["photos/read", "mail/send"] }))
            .await
            .fault("NotAuthorizedException", "Client is not allowed to request the scopes.");
    }

    async fn only_clients_with_the_flow_and_a_secret_get_tokens(lab: Lab) {
        let pool = lab.pool().await;
        let machine = machine(&pool).await;
        let other = pool.client_with(json!({
            "GenerateSecret": true, "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["photos/read"],
            "AllowedOAuthFlowsUserPoolClient": true
        })).await;
        token(&other, json!({}))
            .await
            .fault("InvalidParameterException", "Auth flow not enabled for this client");
        let public = pool.client().await;
        token(&public, json!({ "Secret": machine.secret })).await.fault(
            "NotAuthorizedException",
            &format!("Unable to verify secret hash for client {}", public.id),
        );
        let unknown = json!({ "ClientId": "unknown", "Secret": machine.secret });
        lab.call("GetClientToken", unknown)
            .await
            .fault("ResourceNotFoundException", "User pool client unknown does not exist.");
        machine.sign_in("alice", "Correct-Horse-1")
            .await
            .fault("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client");
    }

    async fn the_token_endpoint_gives_such_a_machine_the_same_token(lab: Lab) {
        let pool = lab.pool().await;
        let machine = machine(&pool).await;
        let secret = machine.secret.as_deref().unwrap();
        let path = format!("/{}/oauth2/token", pool.id);
        let fields = [("grant_type", "client_credentials"), ("client_id", &machine.id), ("client_secret", secret)];
        let given = post_form(&lab, &path, &fields).await.ok();
        assert_eq!((&given["expires_in"], &given["token_type"]), (&json!(3600), &json!("Bearer")));
        let claims = pool.verify(given["access_token"].as_str().unwrap()).await;
        assert_eq!((&claims["sub"], &claims["scope"]), (&json!(machine.id), &json!("photos/read photos/write")));
        let wrong = [("grant_type", "client_credentials"), ("client_id", &machine.id), ("client_secret", "wrong")];
        let refused = post_form(&lab, &path, &wrong).await;
        assert_eq!(refused.status, 400);
        let expected = json!({ "error": "invalid_client", "error_description": "invalid_client_secret" });
        assert_eq!(refused.json(), expected);
    }

    async fn a_machine_is_no_user(lab: Lab) {
        let pool = lab.pool().await;
        let machine = machine(&pool).await;
        let output = token(&machine, json!({})).await.ok();
        lab.call("GetUser", json!({ "AccessToken": access_token(&output) }))
            .await
            .fault("NotAuthorizedException", "Invalid Access Token");
    }
}
