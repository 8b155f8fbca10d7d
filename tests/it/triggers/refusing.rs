//! PreTokenGeneration functions that fail: no tokens, and nothing used up.

use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ALICE, TEMPORARY_PASSWORD, alice, answer_new_password, challenged, invite, pool, status};

const TRIGGER: &str = "PreTokenGeneration";
const REFUSAL: (&str, &str) = (
    "UserLambdaValidationException",
    "PreTokenGeneration failed with error No tokens.",
);

/// A client with these settings of a pool with a function that listens.
async fn client_with(lab: &Lab, settings: Value) -> Client {
    let functions = json!({ TRIGGER: lab.functions.listening(TRIGGER) });
    pool(lab, functions).await.client_with(settings).await
}

fn fail(lab: &Lab) {
    lab.functions.failing(TRIGGER, "No tokens");
}

fn repair(lab: &Lab) {
    lab.functions.listening(TRIGGER);
}

scenario! {
    async fn a_sign_in_gives_no_tokens_and_leaves_no_session(lab: Lab) {
        let client = client_with(&lab, json!({})).await;
        let tracking = json!({ "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": 5 } });
        client.pool.call("SetUserPoolSessionConfiguration", tracking).await.ok();
        let alice = alice(&client).await;
        fail(&lab);
        alice.try_sign_in().await.fault(REFUSAL.0, REFUSAL.1);
        let sessions = alice.admin_call("AdminListUserSessions", json!({})).await.ok();
        assert_eq!(sessions["Sessions"], json!([]));
    }

    async fn a_refresh_token_that_rotates_is_not_spent(lab: Lab) {
        let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 });
        let client = client_with(&lab, json!({
            "RefreshTokenRotation": rotation, "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        })).await;
        let alice = alice(&client).await.sign_in().await;
        let input = json!({ "RefreshToken": alice.tokens.refresh });
        fail(&lab);
        for _ in 0..2 {
            client.call("GetTokensFromRefreshToken", input.clone()).await.fault(REFUSAL.0, REFUSAL.1);
        }
        repair(&lab);
        let output = client.call("GetTokensFromRefreshToken", input.clone()).await.ok();
        assert_ne!(output["AuthenticationResult"]["RefreshToken"], alice.tokens.refresh);
        let again = client.call("GetTokensFromRefreshToken", input).await;
        again.fault("RefreshTokenReuseException", "Refresh Token has already been used.");
    }

    async fn a_plain_refresh_fails_and_succeeds_later(lab: Lab) {
        let client = client_with(&lab, json!({})).await;
        let alice = alice(&client).await.sign_in().await;
        fail(&lab);
        alice.refresh().await.fault(REFUSAL.0, REFUSAL.1);
        alice.get_user().await.ok();
        repair(&lab);
        alice.refresh().await.ok();
    }

    async fn a_new_password_is_not_set(lab: Lab) {
        let client = client_with(&lab, json!({})).await;
        invite(&client.pool, "alice", json!({})).await.ok();
        let session = challenged(&client.sign_in("alice", TEMPORARY_PASSWORD).await.ok(), "NEW_PASSWORD_REQUIRED");
        fail(&lab);
        answer_new_password(&client, "alice", &session).await.fault(REFUSAL.0, REFUSAL.1);
        assert_eq!(status(&client.pool, "alice").await, "FORCE_CHANGE_PASSWORD");
        repair(&lab);
        answer_new_password(&client, "alice", &session).await.ok();
    }

    async fn a_code_of_a_second_factor_is_not_spent(lab: Lab) {
        let client = client_with(&lab, json!({})).await;
        let email = json!({
            "UserPoolId": client.pool.id, "AutoVerifiedAttributes": ["email"],
            "LambdaConfig": { TRIGGER: lab.functions.listening(TRIGGER) },
            "EmailConfiguration": {
                "EmailSendingAccount": "DEVELOPER",
                "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.com",
            },
        });
        client.pool.admin.call("UpdateUserPool", email).await.ok();
        let factors = json!({ "EmailMfaConfiguration": {}, "MfaConfiguration": "OPTIONAL" });
        client.pool.call("SetUserPoolMfaConfig", factors).await.ok();
        let alice = alice(&client).await;
        let on = json!({ "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true } });
        alice.admin_call("AdminSetUserMFAPreference", on).await.ok();
        let session = challenged(&alice.try_sign_in().await.ok(), "EMAIL_OTP");
        let code = json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": lab.mailbox.code_for(ALICE).await });
        fail(&lab);
        client.respond("EMAIL_OTP", &session, code.clone()).await.fault(REFUSAL.0, REFUSAL.1);
        repair(&lab);
        client.respond("EMAIL_OTP", &session, code).await.ok();
    }

    async fn the_session_limit_ends_no_other_sign_in(lab: Lab) {
        let client = client_with(&lab, json!({})).await;
        let tracking = json!({ "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": 1 } });
        client.pool.call("SetUserPoolSessionConfiguration", tracking).await.ok();
        let alice = alice(&client).await;
        let first = alice.sign_in().await;
        fail(&lab);
        client.sign_in("alice", PASSWORD).await.fault(REFUSAL.0, REFUSAL.1);
        first.get_user().await.ok();
    }
}
