//! Which triggers are handed the `ClientMetadata` and `ValidationData` of which operations.

use poolhouse_tests::actors::{Client, PASSWORD, merge};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{
    ALICE, BOB, NEW_PASSWORD, TEMPORARY_PASSWORD, TRIGGERS, admin_sign_in, alice, by_email_code, challenged, invite,
    listeners, pool, pool_with,
};
use crate::auth::srp;

/// What one trigger was handed: its source, the `clientMetadata` and the `validationData`.
type Handed = (String, Value, Value);

/// A client that allows every flow by password, of a pool with functions that listen at all triggers.
async fn client(lab: &Lab) -> Client {
    let flows = [
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ];
    let client = pool(lab, listeners(lab)).await;
    client.client_with(json!({ "ExplicitAuthFlows": flows })).await
}

/// What triggers are handed during `action`, in the order of [`TRIGGERS`].
async fn handed_during<T>(lab: &Lab, action: impl Future<Output = T>) -> (T, Vec<Handed>) {
    let received = |trigger: &&str| lab.functions.events(trigger).len();
    let before: Vec<usize> = TRIGGERS.iter().map(received).collect();
    let outcome = action.await;
    let mut handed = Vec::new();
    for (trigger, before) in TRIGGERS.into_iter().zip(before) {
        for event in lab.functions.events(trigger).split_off(before) {
            let member = |name: &str| event["request"].get(name).cloned().unwrap_or(json!("absent"));
            let source = event["triggerSource"].as_str().unwrap().to_owned();
            handed.push((source, member("clientMetadata"), member("validationData")));
        }
    }
    (outcome, handed)
}

/// A trigger that is handed this `clientMetadata` and knows no `validationData`.
fn client_metadata(source: &str, metadata: Value) -> Handed {
    (source.to_owned(), metadata, json!("absent"))
}

/// What every request here says.
fn given() -> Value {
    json!({ "a": "b", "c": "" })
}

/// `members` with the `ClientMetadata` of every request here.
fn with_metadata(members: Value) -> Value {
    merge(members, json!({ "ClientMetadata": given() }))
}

fn nothing() -> Value {
    json!({})
}

scenario! {
    async fn signing_up_reaches_all_three_that_run(lab: Lab) {
        let client = client(&lab).await;
        let input = with_metadata(json!({
            "Password": PASSWORD, "UserAttributes": [{ "Name": "email", "Value": ALICE }],
            "ValidationData": [{ "Name": "secret", "Value": "s" }],
        }));
        let (reply, handed) = handed_during(&lab, client.call_for("SignUp", "alice", input.clone())).await;
        reply.ok();
        assert_eq!(handed, [
            ("PreSignUp_SignUp".to_owned(), given(), json!({ "secret": "s" })),
            client_metadata("CustomMessage_SignUp", given()),
        ]);
        lab.functions.answering("PreSignUp", json!({ "autoConfirmUser": true }));
        let (reply, handed) = handed_during(&lab, client.call_for("SignUp", "bob", input)).await;
        reply.ok();
        assert_eq!(handed, [
            ("PreSignUp_SignUp".to_owned(), given(), json!({ "secret": "s" })),
            client_metadata("PostConfirmation_ConfirmSignUp", given()),
        ]);
    }

    async fn creating_a_user_reaches_pre_sign_up_alone(lab: Lab) {
        let client = client(&lab).await;
        let members = with_metadata(json!({
            "MessageAction": null, "DesiredDeliveryMediums": ["EMAIL"],
            "UserAttributes": [{ "Name": "email", "Value": ALICE }],
        }));
        let (reply, handed) = handed_during(&lab, invite(&client.pool, "alice", members)).await;
        reply.ok();
        assert_eq!(handed, [
            ("PreSignUp_AdminCreateUser".to_owned(), given(), json!(null)),
            client_metadata("CustomMessage_AdminCreateUser", nothing()),
        ]);
    }

    async fn confirming_reaches_post_confirmation(lab: Lab) {
        let client = client(&lab).await;
        client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        let (reply, handed) = handed_during(&lab, client.call_for("ResendConfirmationCode", "alice", with_metadata(json!({})))).await;
        reply.ok();
        assert_eq!(handed, [client_metadata("CustomMessage_ResendCode", given())]);
        let code = with_metadata(json!({ "ConfirmationCode": lab.mailbox.code_for(ALICE).await }));
        let (reply, handed) = handed_during(&lab, client.call_for("ConfirmSignUp", "alice", code)).await;
        reply.ok();
        assert_eq!(handed, [client_metadata("PostConfirmation_ConfirmSignUp", given())]);
        client.sign_up("bob", PASSWORD, json!({})).await.ok();
        let confirm = client.pool.call("AdminConfirmSignUp", with_metadata(json!({ "Username": "bob" })));
        let (reply, handed) = handed_during(&lab, confirm).await;
        reply.ok();
        assert_eq!(handed, [client_metadata("PostConfirmation_ConfirmSignUp", given())]);
    }

    async fn forgetting_a_password_reaches_the_message_and_the_confirmation(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        let flag = json!({ "UserAttributes": [{ "Name": "email_verified", "Value": "true" }] });
        alice.admin_call("AdminUpdateUserAttributes", with_metadata(flag)).await.ok();
        let forget = client.call_for("ForgotPassword", "alice", with_metadata(json!({})));
        let (reply, handed) = handed_during(&lab, forget).await;
        reply.ok();
        assert_eq!(handed, [client_metadata("CustomMessage_ForgotPassword", given())]);
        let code = lab.mailbox.code_for(ALICE).await;
        let members = with_metadata(json!({ "ConfirmationCode": code, "Password": NEW_PASSWORD }));
        let (reply, handed) = handed_during(&lab, client.call_for("ConfirmForgotPassword", "alice", members)).await;
        reply.ok();
        assert_eq!(handed, [client_metadata("PostConfirmation_ConfirmForgotPassword", given())]);
        let reset = alice.admin_call("AdminResetUserPassword", with_metadata(json!({})));
        let (reply, handed) = handed_during(&lab, reset).await;
        reply.ok();
        assert_eq!(handed, [client_metadata("CustomMessage_ForgotPassword", given())]);
    }

    async fn changing_attributes_reaches_the_message(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await.sign_in().await;
        let address = |value: &str| with_metadata(json!({ "UserAttributes": [{ "Name": "email", "Value": value }] }));
        let (reply, handed) = handed_during(&lab, alice.call("UpdateUserAttributes", address("a@example.com"))).await;
        reply.ok();
        assert_eq!(handed, [client_metadata("CustomMessage_UpdateUserAttribute", given())]);
        let update = alice.user.admin_call("AdminUpdateUserAttributes", address(BOB));
        let (reply, handed) = handed_during(&lab, update).await;
        reply.ok();
        assert_eq!(handed, [client_metadata("CustomMessage_UpdateUserAttribute", given())]);
        let attribute = with_metadata(json!({ "AttributeName": "email" }));
        let (reply, handed) = handed_during(&lab, alice.call("GetUserAttributeVerificationCode", attribute)).await;
        reply.ok();
        assert_eq!(handed, [client_metadata("CustomMessage_VerifyUserAttribute", given())]);
    }

    async fn beginning_to_sign_in_reaches_pre_authentication_as_validation_data(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        let expected = [
            ("PreAuthentication_Authentication".to_owned(), json!("absent"), given()),
            client_metadata("PostAuthentication_Authentication", nothing()),
            client_metadata("TokenGeneration_Authentication", nothing()),
        ];
        let input = with_metadata(json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
        }));
        let (reply, handed) = handed_during(&lab, client.call("InitiateAuth", input)).await;
        reply.ok();
        assert_eq!(handed, expected);
        let (reply, handed) = handed_during(&lab, admin_sign_in(&alice, with_metadata(json!({})))).await;
        reply.ok();
        assert_eq!(handed, expected);
    }

    async fn answering_a_challenge_reaches_what_comes_after(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await;
        let expected = |tokens: &str| [
            client_metadata("PostAuthentication_Authentication", given()),
            client_metadata(tokens, given()),
        ];
        let input = with_metadata(json!({
            "AuthFlow": "USER_SRP_AUTH",
            "AuthParameters": { "USERNAME": "alice", "SRP_A": poolhouse_tests::srp::SrpClient::default().srp_a() },
        }));
        let (reply, handed) = handed_during(&lab, client.call("InitiateAuth", input)).await;
        let challenge = reply.ok();
        assert_eq!(handed, [("PreAuthentication_Authentication".to_owned(), json!("absent"), given())]);
        let answer = with_metadata(json!({
            "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": srp::proof(&client.pool, &challenge, PASSWORD),
        }));
        let (reply, handed) = handed_during(&lab, client.call("RespondToAuthChallenge", answer)).await;
        reply.ok();
        assert_eq!(handed, expected("TokenGeneration_Authentication"));

        invite(&client.pool, "bob", json!({})).await.ok();
        let session = challenged(&client.sign_in("bob", TEMPORARY_PASSWORD).await.ok(), "NEW_PASSWORD_REQUIRED");
        let answer = with_metadata(json!({
            "ClientId": client.id, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session,
            "ChallengeResponses": { "USERNAME": "bob", "NEW_PASSWORD": PASSWORD },
        }));
        // Whichever side answers: administrators may only what their own sign-ins began.
        let (reply, handed) = handed_during(&lab, client.pool.call("AdminRespondToAuthChallenge", answer)).await;
        reply.ok();
        assert_eq!(handed, expected("TokenGeneration_NewPasswordChallenge"));
    }

    async fn answering_with_a_choice_reaches_the_message(lab: Lab) {
        let pool = pool_with(&lab, listeners(&lab), by_email_code()).await;
        let client = pool.client_with(json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] })).await;
        alice(&client).await;
        let input = with_metadata(json!({ "AuthFlow": "USER_AUTH", "AuthParameters": { "USERNAME": "alice" } }));
        let session = challenged(&client.call("InitiateAuth", input).await.ok(), "SELECT_CHALLENGE");
        let answer = with_metadata(json!({
            "ChallengeName": "SELECT_CHALLENGE", "Session": session,
            "ChallengeResponses": { "USERNAME": "alice", "ANSWER": "EMAIL_OTP" },
        }));
        let (reply, handed) = handed_during(&lab, client.call("RespondToAuthChallenge", answer)).await;
        challenged(&reply.ok(), "EMAIL_OTP");
        assert_eq!(handed, [client_metadata("CustomMessage_Authentication", given())]);
    }

    async fn refreshing_by_its_own_operation_reaches_the_tokens(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await.sign_in().await;
        let input = with_metadata(json!({ "RefreshToken": alice.tokens.refresh }));
        let (reply, handed) = handed_during(&lab, client.call("GetTokensFromRefreshToken", input)).await;
        reply.ok();
        assert_eq!(handed, [client_metadata("TokenGeneration_Authentication", given())]);
        let input = with_metadata(json!({
            "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": { "REFRESH_TOKEN": alice.tokens.refresh },
        }));
        let (reply, handed) = handed_during(&lab, client.call("InitiateAuth", input)).await;
        reply.ok();
        assert_eq!(handed, [client_metadata("TokenGeneration_RefreshTokens", nothing())]);
    }

    async fn what_one_request_hands_on_is_not_kept_for_the_next(lab: Lab) {
        let client = client(&lab).await;
        let input = with_metadata(json!({
            "Password": PASSWORD, "UserAttributes": [{ "Name": "email", "Value": ALICE }],
        }));
        client.call_for("SignUp", "alice", input).await.ok();
        let code = lab.mailbox.code_for(ALICE).await;
        let (reply, handed) = handed_during(&lab, client.confirm_sign_up("alice", &code)).await;
        reply.ok();
        assert_eq!(handed, [client_metadata("PostConfirmation_ConfirmSignUp", nothing())]);
    }
}
