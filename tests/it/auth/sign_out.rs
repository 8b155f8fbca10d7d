//! Signing out everywhere.

use poolhouse_tests::scenario;
use serde_json::json;

use super::{REVOKED_ACCESS_TOKEN, REVOKED_REFRESH_TOKEN, get_tokens};

scenario! {
    async fn signing_out_ends_every_sign_in_of_the_user_and_of_nobody_else(lab: Lab) {
        let pool = lab.pool().await;
        let (client, other) = (pool.client().await, pool.client().await);
        let alice = client.confirmed_user("alice").await;
        let elsewhere = poolhouse_tests::actors::User { client: other, ..alice.clone() };
        let (here, there) = (alice.sign_in().await, elsewhere.sign_in().await);
        let bob = client.confirmed_user("bob").await.sign_in().await;
        assert_eq!(here.global_sign_out().await.ok(), json!({}));
        for session in [&here, &there] {
            session.get_user().await.fault("NotAuthorizedException", REVOKED_ACCESS_TOKEN);
            session.refresh().await.fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);
            let reply = get_tokens(&session.user.client, &session.tokens.refresh).await;
            reply.fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);
        }
        here.global_sign_out().await.fault("NotAuthorizedException", REVOKED_ACCESS_TOKEN);
        bob.get_user().await.ok();
        bob.refresh().await.ok();
        alice.sign_in().await.get_user().await.ok();
    }

    async fn an_administrator_signs_a_user_out(lab: Lab) {
        let client = lab.pool_with(json!({ "UsernameConfiguration": { "CaseSensitive": false } })).await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let bob = client.confirmed_user("bob").await.sign_in().await;
        let output = client.pool.call("AdminUserGlobalSignOut", json!({ "Username": "ALICE" })).await.ok();
        assert_eq!(output, json!({}));
        alice.get_user().await.fault("NotAuthorizedException", REVOKED_ACCESS_TOKEN);
        alice.refresh().await.fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);
        bob.get_user().await.ok();
        // Once more, by sub: nobody is signed in, and that is no error.
        client.pool.call("AdminUserGlobalSignOut", json!({ "Username": alice.user.sub })).await.ok();
        let reply = client.pool.call("AdminUserGlobalSignOut", json!({ "Username": "nobody" })).await;
        reply.fault("UserNotFoundException", "User does not exist.");
        let reply = lab.pool().await.call("AdminUserGlobalSignOut", json!({ "Username": "bob" })).await;
        reply.fault("UserNotFoundException", "User does not exist.");
    }

    async fn the_token_of_a_deleted_or_disabled_user_signs_nobody_out(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        alice.user.admin_call("AdminDisableUser", json!({})).await.ok();
        alice.global_sign_out().await.fault("NotAuthorizedException", "User is disabled.");
        alice.user.admin_call("AdminDeleteUser", json!({})).await.ok();
        // GlobalSignOut has no UserNotFoundException.
        alice.global_sign_out().await.fault("NotAuthorizedException", "User does not exist.");
        alice.get_user().await.fault("UserNotFoundException", "User does not exist.");
    }

    async fn a_deleted_client_s_access_tokens_are_revoked(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        client.pool.call("DeleteUserPoolClient", json!({ "ClientId": client.id })).await.ok();
        alice.get_user().await.fault("NotAuthorizedException", REVOKED_ACCESS_TOKEN);
    }

    async fn tokens_of_a_deleted_pool_are_invalid(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        client.pool.call("DeleteUserPool", json!({})).await.ok();
        alice.get_user().await.fault("NotAuthorizedException", "Invalid Access Token");
        let sentence = format!("User pool client {} does not exist.", client.id);
        alice.refresh().await.fault("ResourceNotFoundException", &sentence);
        alice.user.try_sign_in().await.fault("ResourceNotFoundException", &sentence);
    }
}
