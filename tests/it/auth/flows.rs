//! Which flows sign in, and which an app client doesn't allow.

use poolhouse_tests::actors::{PASSWORD, Tokens};
use poolhouse_tests::clock::START;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{TEMPORARY_PASSWORD, admin_initiate, initiate, invite, members, new_password_session};

const WRONG_SIDE: &str = "Initiate Auth method not supported.";

scenario! {
    async fn a_password_gives_three_tokens_and_nothing_else(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.confirmed_user("alice").await;
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
        let outputs = [
            initiate(&client, "USER_PASSWORD_AUTH", parameters.clone()).await.ok(),
            admin_initiate(&client, "ADMIN_USER_PASSWORD_AUTH", parameters.clone()).await.ok(),
            admin_initiate(&client, "ADMIN_NO_SRP_AUTH", parameters).await.ok(),
        ];
        for output in outputs {
            assert_eq!(members(&output), ["AuthenticationResult", "ChallengeParameters"]);
            assert_eq!(output["ChallengeParameters"], json!({}));
            let result = &output["AuthenticationResult"];
            assert_eq!(members(result), ["AccessToken", "ExpiresIn", "IdToken", "RefreshToken", "TokenType"]);
            assert_eq!((&result["ExpiresIn"], &result["TokenType"]), (&json!(3600), &json!("Bearer")));
            assert_eq!(Tokens::of(&output).refresh.split('.').count(), 5);
            let claims = client.pool.verify(&Tokens::of(&output).access).await;
            assert_eq!(claims["auth_time"], START / 1000);
        }
    }

    async fn a_flow_belongs_to_one_side(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.confirmed_user("alice").await;
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
        for flow in ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"] {
            initiate(&client, flow, parameters.clone()).await.fault("InvalidParameterException", WRONG_SIDE);
        }
        admin_initiate(&client, "USER_PASSWORD_AUTH", parameters).await.fault("InvalidParameterException", WRONG_SIDE);
    }

    async fn a_flow_that_the_client_does_not_allow_is_refused_in_its_own_words(lab: Lab) {
        let pool = lab.pool().await;
        let custom_only = pool.client_with(json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"] })).await;
        let refresh_only = pool.client_with(json!({ "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"] })).await;
        custom_only.confirmed_user("alice").await;
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD, "SRP_A": "abc", "REFRESH_TOKEN": "token" });
        let any = "Auth flow not enabled for this client";
        let srp = "USER_SRP_AUTH is not enabled for the client.";
        let custom = "CUSTOM_AUTH is not enabled for the client.";
        let public = [
            (&custom_only, "USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH flow not enabled for this client"),
            (&custom_only, "USER_SRP_AUTH", srp),
            (&custom_only, "USER_AUTH", "USER_AUTH flow not enabled for this client"),
            (&custom_only, "REFRESH_TOKEN_AUTH", any),
            (&custom_only, "REFRESH_TOKEN", any),
            (&refresh_only, "CUSTOM_AUTH", custom),
        ];
        for (client, flow, sentence) in public {
            initiate(client, flow, parameters.clone()).await.fault("InvalidParameterException", sentence);
        }
        let admin = [
            (&custom_only, "ADMIN_USER_PASSWORD_AUTH", any),
            (&custom_only, "ADMIN_NO_SRP_AUTH", any),
            (&custom_only, "USER_SRP_AUTH", srp),
            (&custom_only, "USER_AUTH", any),
            (&custom_only, "REFRESH_TOKEN_AUTH", any),
            (&refresh_only, "CUSTOM_AUTH", custom),
        ];
        for (client, flow, sentence) in admin {
            admin_initiate(client, flow, parameters.clone()).await.fault("InvalidParameterException", sentence);
        }
    }

    async fn a_client_without_explicit_flows_takes_no_plain_password(lab: Lab) {
        let client = lab.pool().await.client_with(json!({ "ExplicitAuthFlows": [] })).await;
        client.confirmed_user("alice").await;
        let sentence = "USER_PASSWORD_AUTH flow not enabled for this client";
        client.sign_in("alice", PASSWORD).await.fault("InvalidParameterException", sentence);
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
        admin_initiate(&client, "ADMIN_USER_PASSWORD_AUTH", parameters)
            .await
            .fault("InvalidParameterException", "Auth flow not enabled for this client");
    }

    async fn the_legacy_flows_of_a_client_still_sign_in(lab: Lab) {
        let flows = json!({ "ExplicitAuthFlows": ["USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"] });
        let client = lab.pool().await.client_with(flows).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        alice.refresh().await.ok();
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
        admin_initiate(&client, "ADMIN_USER_PASSWORD_AUTH", parameters).await.ok();
    }

    async fn answers_to_other_challenges_give_no_token_and_leave_the_session(lab: Lab) {
        let client = lab.pool().await.client().await;
        invite(&client.pool, "alice", json!({})).await;
        let session = new_password_session(&client, "alice").await;
        let responses = json!({
            "USERNAME": "alice", "PASSWORD": TEMPORARY_PASSWORD, "NEW_PASSWORD": PASSWORD, "ANSWER": "PASSWORD",
            "SMS_MFA_CODE": "123456", "SMS_OTP_CODE": "12345678", "EMAIL_OTP_CODE": "12345678", "SRP_A": "abc",
            "CREDENTIAL": "{}", "DEVICE_KEY": "us-east-1_0", "PASSWORD_CLAIM_SIGNATURE": "a",
            "PASSWORD_CLAIM_SECRET_BLOCK": "a", "TIMESTAMP": "Tue Sep 2 07:05:09 UTC 2025",
        });
        let others = [
            "SELECT_CHALLENGE", "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER", "SMS_OTP", "EMAIL_OTP", "SMS_MFA",
            "PASSWORD", "WEB_AUTHN", "PASSWORD_SRP", "SELECT_MFA_TYPE", "MFA_SETUP", "CUSTOM_CHALLENGE",
            "ADMIN_NO_SRP_AUTH",
        ];
        for challenge in others {
            let reply = client.respond(challenge, &session, responses.clone()).await;
            reply.fault("NotAuthorizedException", "Invalid session for the user.");
        }
        client.respond("NEW_PASSWORD_REQUIRED", &session, responses).await.ok();
    }

    async fn an_unknown_flow_is_no_flow(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.confirmed_user("alice").await;
        let sentence = "1 validation error detected: Value 'ANY' at 'authFlow' failed to satisfy constraint: Member must \
                        satisfy enum value set: [USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, \
                        ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]";
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
        initiate(&client, "ANY", parameters.clone()).await.fault("InvalidParameterException", sentence);
        admin_initiate(&client, "ANY", parameters).await.fault("InvalidParameterException", sentence);
    }
}
