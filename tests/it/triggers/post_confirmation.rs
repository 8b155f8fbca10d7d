//! PostConfirmation: hears of confirmed sign-ups and reset passwords.

use poolhouse_tests::actors::{Client, PASSWORD, merge};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ALICE, NEW_PASSWORD, NO_CLIENT, alice, by_email_code, challenged, event, pool, pool_with, status, stored};

const TRIGGER: &str = "PostConfirmation";
const SIGN_UP: &str = "PostConfirmation_ConfirmSignUp";
const REFUSAL: (&str, &str) = (
    "UserLambdaValidationException",
    "PostConfirmation failed with error Out of order.",
);

/// A client of a pool with a function that listens, and with these settings.
async fn client_with(lab: &Lab, settings: Value) -> Client {
    let functions = json!({ TRIGGER: lab.functions.listening(TRIGGER) });
    pool_with(lab, functions, settings).await.client().await
}

/// A client of a pool with a function that fails.
async fn failing(lab: &Lab) -> Client {
    let functions = json!({ TRIGGER: lab.functions.failing(TRIGGER, "Out of order") });
    pool(lab, functions).await.client().await
}

/// Signs Alice up; answers her `sub` and her code.
async fn sign_up(lab: &Lab, client: &Client) -> (String, String) {
    let output = client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
    (
        output["UserSub"].as_str().unwrap().to_owned(),
        lab.mailbox.code_for(ALICE).await,
    )
}

scenario! {
    async fn a_code_confirms_a_user_and_their_address_before_the_function_hears_of_it(lab: Lab) {
        let client = client_with(&lab, json!({})).await;
        let (sub, code) = sign_up(&lab, &client).await;
        let members = json!({ "ConfirmationCode": code, "ClientMetadata": { "from": "mail" } });
        client.call_for("ConfirmSignUp", "alice", members).await.ok();
        let attributes = stored(&sub, "CONFIRMED", json!({ "email": ALICE, "email_verified": "true" }));
        let request = json!({ "userAttributes": attributes, "clientMetadata": { "from": "mail" } });
        assert_eq!(lab.functions.event(TRIGGER), event(&client.pool, &client.id, SIGN_UP, "alice", request, json!({})));
    }

    async fn an_administrator_confirms_for_no_client(lab: Lab) {
        let client = client_with(&lab, json!({})).await;
        let (sub, _) = sign_up(&lab, &client).await;
        let input = json!({ "Username": "alice", "ClientMetadata": { "by": "bob" } });
        client.pool.call("AdminConfirmSignUp", input).await.ok();
        let attributes = stored(&sub, "CONFIRMED", json!({ "email": ALICE, "email_verified": "false" }));
        let request = json!({ "userAttributes": attributes, "clientMetadata": { "by": "bob" } });
        assert_eq!(lab.functions.event(TRIGGER), event(&client.pool, NO_CLIENT, SIGN_UP, "alice", request, json!({})));
    }

    async fn a_reset_password_has_a_source_of_its_own(lab: Lab) {
        let client = client_with(&lab, json!({})).await;
        let (sub, code) = sign_up(&lab, &client).await;
        client.confirm_sign_up("alice", &code).await.ok();
        client.forgot_password("alice").await.ok();
        let members = json!({
            "ConfirmationCode": lab.mailbox.code_for(ALICE).await, "Password": NEW_PASSWORD,
            "ClientMetadata": { "from": "reset" },
        });
        client.call_for("ConfirmForgotPassword", "alice", members).await.ok();
        let attributes = stored(&sub, "CONFIRMED", json!({ "email": ALICE, "email_verified": "true" }));
        let request = json!({ "userAttributes": attributes, "clientMetadata": { "from": "reset" } });
        let source = "PostConfirmation_ConfirmForgotPassword";
        let expected = event(&client.pool, &client.id, source, "alice", request, json!({}));
        assert_eq!(lab.functions.events(TRIGGER).last(), Some(&expected));
    }

    async fn in_a_pool_with_aliases_the_event_tells_them(lab: Lab) {
        let client = client_with(&lab, json!({ "AliasAttributes": ["email", "preferred_username"] })).await;
        let (sub, code) = sign_up(&lab, &client).await;
        client.confirm_sign_up("alice", &code).await.ok();
        let aliased = json!({ "email": ALICE, "email_verified": "true", "cognito:email_alias": ALICE });
        assert_eq!(lab.functions.event(TRIGGER)["request"]["userAttributes"], stored(&sub, "CONFIRMED", aliased));
    }

    async fn an_address_that_is_not_verified_is_no_alias(lab: Lab) {
        let client = client_with(&lab, json!({ "AliasAttributes": ["email"] })).await;
        alice(&client).await;
        let event = lab.functions.event(TRIGGER);
        assert_eq!(event["request"]["userAttributes"].get("cognito:email_alias"), None);
    }

    async fn a_failing_function_leaves_the_user_confirmed(lab: Lab) {
        let client = failing(&lab).await;
        let (_, code) = sign_up(&lab, &client).await;
        client.confirm_sign_up("alice", &code).await.fault(REFUSAL.0, REFUSAL.1);
        assert_eq!(status(&client.pool, "alice").await, "CONFIRMED");
        assert_eq!(client.pool.attribute("alice", "email_verified").await.as_deref(), Some("true"));
        client.sign_in("alice", PASSWORD).await.ok();
        let again = client.confirm_sign_up("alice", &code).await;
        again.fault("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED");
        assert_eq!(lab.functions.events(TRIGGER).len(), 1);
    }

    async fn a_failing_function_does_not_undo_what_an_administrator_confirmed(lab: Lab) {
        let client = failing(&lab).await;
        sign_up(&lab, &client).await;
        let reply = client.pool.call("AdminConfirmSignUp", json!({ "Username": "alice" })).await;
        reply.fault(REFUSAL.0, REFUSAL.1);
        assert_eq!(status(&client.pool, "alice").await, "CONFIRMED");
    }

    async fn a_failing_function_does_not_undo_a_sign_up_that_was_confirmed_at_once(lab: Lab) {
        let functions = json!({
            "PreSignUp": lab.functions.answering("PreSignUp", json!({ "autoConfirmUser": true })),
            TRIGGER: lab.functions.failing(TRIGGER, "Out of order"),
        });
        let client = pool(&lab, functions).await.client().await;
        client.sign_up("alice", PASSWORD, json!({})).await.fault(REFUSAL.0, REFUSAL.1);
        assert_eq!(status(&client.pool, "alice").await, "CONFIRMED");
        client.sign_in("alice", PASSWORD).await.ok();
    }

    async fn a_failing_function_does_not_bring_the_old_password_back(lab: Lab) {
        let client = client_with(&lab, json!({})).await;
        let (_, code) = sign_up(&lab, &client).await;
        client.confirm_sign_up("alice", &code).await.ok();
        client.forgot_password("alice").await.ok();
        let code = lab.mailbox.code_for(ALICE).await;
        lab.functions.failing(TRIGGER, "Out of order");
        client.confirm_forgot_password("alice", &code, NEW_PASSWORD).await.fault(REFUSAL.0, REFUSAL.1);
        client.sign_in("alice", PASSWORD).await.fault("NotAuthorizedException", "Incorrect username or password.");
        client.sign_in("alice", NEW_PASSWORD).await.ok();
    }

    async fn a_failing_function_does_not_undo_what_the_code_of_a_sign_in_confirmed(lab: Lab) {
        let failing = json!({ TRIGGER: lab.functions.failing(TRIGGER, "Out of order") });
        let pool = pool_with(&lab, failing, by_email_code()).await;
        let client = pool.client_with(json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] })).await;
        sign_up(&lab, &client).await;
        let parameters = json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "EMAIL_OTP" });
        let session = challenged(&client.initiate_auth("USER_AUTH", parameters).await.ok(), "EMAIL_OTP");
        let code = json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": lab.mailbox.code_for(ALICE).await });
        client.respond("EMAIL_OTP", &session, code).await.fault(REFUSAL.0, REFUSAL.1);
        assert_eq!(status(&client.pool, "alice").await, "CONFIRMED");
        let parameters = json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
        let output = client.initiate_auth("USER_AUTH", parameters).await.ok();
        assert!(output["AuthenticationResult"].is_object(), "{output}");
    }

    async fn a_wrong_code_tells_nobody(lab: Lab) {
        let client = client_with(&lab, json!({})).await;
        let (_, code) = sign_up(&lab, &client).await;
        let wrong = if code == "123456" { "654321" } else { "123456" };
        let reply = client.confirm_sign_up("alice", wrong).await;
        reply.fault("CodeMismatchException", "Invalid verification code provided, please try again.");
        assert!(lab.functions.events(TRIGGER).is_empty());
    }

    async fn of_two_confirmations_at_once_the_function_hears_once(lab: Lab) {
        let client = client_with(&lab, json!({})).await;
        let (_, code) = sign_up(&lab, &client).await;
        let confirm = || client.confirm_sign_up("alice", &code);
        let replies: [_; 3] = tokio::join!(confirm(), confirm(), confirm()).into();
        let confirmed = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!((confirmed, lab.functions.events(TRIGGER).len()), (1, 1));
    }

    async fn only_the_answer_is_read(lab: Lab) {
        let client = client_with(&lab, json!({})).await;
        lab.functions.put(TRIGGER, |event| {
            let forged = json!({ "sub": "somebody", "email": "x@example.com", "custom:role": "admin" });
            let request = json!({ "userAttributes": forged, "clientMetadata": {} });
            let answer = json!({ "autoConfirmUser": true, "userAttributes": forged, "unknown": [1, null] });
            Ok(merge(event, json!({ "request": request, "response": answer, "more": 1 })))
        });
        let (sub, code) = sign_up(&lab, &client).await;
        client.confirm_sign_up("alice", &code).await.ok();
        assert_eq!(client.pool.attribute("alice", "sub").await, Some(sub));
        assert_eq!(client.pool.attribute("alice", "email").await.as_deref(), Some(ALICE));
    }
}
