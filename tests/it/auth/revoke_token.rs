//! Ending one sign-in by its refresh token.

use poolhouse_tests::actors::Client;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{REVOKED_ACCESS_TOKEN, REVOKED_REFRESH_TOKEN, get_tokens};

const UNAUTHORIZED: &str = "Unauthorized request.";

async fn revoke(client: &Client, token: &str) -> Reply {
    let mut input = json!({ "Token": token });
    if let Some(secret) = &client.secret {
        input["ClientSecret"] = secret.as_str().into();
    }
    client.call("RevokeToken", input).await
}

scenario! {
    async fn one_sign_in_ends_and_the_others_do_not(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await;
        let (ended, other) = (alice.sign_in().await, alice.sign_in().await);
        let refreshed = ended.refresh().await.ok();
        assert_eq!(revoke(&client, &ended.tokens.refresh).await.ok(), json!({}));
        ended.refresh().await.fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);
        get_tokens(&client, &ended.tokens.refresh).await.fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);
        ended.get_user().await.fault("NotAuthorizedException", REVOKED_ACCESS_TOKEN);
        ended.global_sign_out().await.fault("NotAuthorizedException", REVOKED_ACCESS_TOKEN);
        let token = json!({ "AccessToken": refreshed["AuthenticationResult"]["AccessToken"] });
        lab.call("GetUser", token).await.fault("NotAuthorizedException", REVOKED_ACCESS_TOKEN);
        other.get_user().await.ok();
        other.refresh().await.ok();
        alice.sign_in().await;
    }

    async fn a_restart_revives_no_token(lab: Lab) {
        let client = lab.pool().await.client_with(json!({
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"], "RefreshTokenRotation": { "Feature": "ENABLED" }
        })).await;
        let alice = client.confirmed_user("alice").await;
        let (revoked, rotated) = (alice.sign_in().await, alice.sign_in().await);
        revoke(&client, &revoked.tokens.refresh).await.ok();
        get_tokens(&client, &rotated.tokens.refresh).await.ok();
        let restarted = client.at(&lab.another_node());
        get_tokens(&restarted, &revoked.tokens.refresh).await.fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);
        let token = json!({ "AccessToken": revoked.tokens.access });
        restarted.call("GetUser", token).await.fault("NotAuthorizedException", REVOKED_ACCESS_TOKEN);
        get_tokens(&restarted, &rotated.tokens.refresh).await
            .fault("RefreshTokenReuseException", "Refresh Token has already been used.");
    }

    async fn a_token_that_is_revoked_already_or_was_never_one_is_no_error(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        for _ in 0..2 {
            assert_eq!(revoke(&client, &alice.tokens.refresh).await.ok(), json!({}));
        }
        for garbage in ["garbage", "a.b.c.d.e", &alice.tokens.refresh[1..]] {
            assert_eq!(revoke(&client, garbage).await.ok(), json!({}), "{garbage}");
        }
    }

    async fn associated_sessions_may_be_named_though_there_are_none(lab: Lab) {
        let client = lab.pool().await.client().await;
        for scope in ["NONE", "LINKED"] {
            let alice = client.confirmed_user(scope).await.sign_in().await;
            let input = json!({ "Token": alice.tokens.refresh, "RevokeAssociatedSessions": scope });
            client.call("RevokeToken", input).await.ok();
            alice.refresh().await.fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);
        }
        let input = json!({ "Token": "token", "RevokeAssociatedSessions": "ALL" });
        let sentence = "1 validation error detected: Value 'ALL' at 'revokeAssociatedSessions' failed to satisfy \
                        constraint: Member must satisfy enum value set: [NONE, LINKED]";
        client.call("RevokeToken", input).await.fault("InvalidParameterException", sentence);
    }

    async fn only_refresh_tokens_are_revoked(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        for token in [&alice.tokens.access, &alice.tokens.id] {
            revoke(&client, token).await.fault("UnsupportedTokenTypeException", "Unsupported token type.");
        }
        alice.get_user().await.ok();
    }

    async fn a_client_that_revokes_no_tokens_says_so(lab: Lab) {
        let client = lab.pool().await.client_with(json!({ "EnableTokenRevocation": false })).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let sentence = "Token revocation is not enabled for the client.";
        for token in [&alice.tokens.refresh, &alice.tokens.access, "garbage"] {
            revoke(&client, token).await.fault("UnsupportedOperationException", sentence);
        }
        alice.refresh().await.ok();
        alice.get_user().await.ok();
        alice.global_sign_out().await.ok();
        alice.get_user().await.fault("NotAuthorizedException", REVOKED_ACCESS_TOKEN);
    }

    async fn a_revoked_token_stays_revoked_when_the_client_revokes_no_more(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        revoke(&client, &alice.tokens.refresh).await.ok();
        let settings = json!({
            "ClientId": client.id, "EnableTokenRevocation": false,
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        });
        client.pool.call("UpdateUserPoolClient", settings).await.ok();
        alice.refresh().await.fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);
        alice.get_user().await.fault("NotAuthorizedException", REVOKED_ACCESS_TOKEN);
    }

    async fn a_client_revokes_only_what_is_its_own(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let unknown = Client { id: "unknownclient".to_owned(), ..client.clone() };
        for stranger in [client.pool.client().await, lab.pool().await.client().await, unknown] {
            revoke(&stranger, &alice.tokens.refresh).await.fault("UnauthorizedException", UNAUTHORIZED);
        }
        alice.refresh().await.ok();
    }

    async fn a_confidential_client_shows_its_secret(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client_with(json!({ "GenerateSecret": true })).await;
        let other = pool.client_with(json!({ "GenerateSecret": true })).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        for secret in [None, other.secret.clone(), client.secret_hash("alice").map(|hash| hash.replace(['/', '+', '='], "_"))] {
            let stranger = Client { secret, ..client.clone() };
            revoke(&stranger, &alice.tokens.refresh).await.fault("UnauthorizedException", UNAUTHORIZED);
        }
        alice.refresh().await.ok();
        revoke(&client, &alice.tokens.refresh).await.ok();
        alice.refresh().await.fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);

        let public = Client { secret: other.secret, ..pool.client().await };
        revoke(&public, "garbage").await.fault("UnauthorizedException", UNAUTHORIZED);
    }

    async fn the_token_must_have_the_letters_of_one(lab: Lab) {
        let client = lab.pool().await.client().await;
        let sentence = "1 validation error detected: Value at 'token' failed to satisfy constraint: Member must satisfy \
                        regular expression pattern: [A-Za-z0-9-_=.]+";
        for text in ["", "two words", "a/b"] {
            revoke(&client, text).await.fault("InvalidParameterException", sentence);
        }
        let sentence = "1 validation error detected: Value null at 'token' failed to satisfy constraint: Member must not \
                        be null";
        client.call("RevokeToken", json!({})).await.fault("InvalidParameterException", sentence);
    }
}
