//! CustomMessage: what the function is told, and what is not done when it fails.

use poolhouse_tests::actors::{Client, PASSWORD, SignedIn, merge};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{
    ALICE, BOB, NEW_PASSWORD, NO_CLIENT, PHONE_NUMBER, TEMPORARY_PASSWORD, alice, assert_nobody, event, invite, pool,
    pool_with, status, stored,
};

const TRIGGER: &str = "CustomMessage";
const REFUSAL: (&str, &str) = (
    "UserLambdaValidationException",
    "CustomMessage failed with error No words.",
);

/// A client of a pool with a function that listens, and with these settings.
async fn client_with(lab: &Lab, settings: Value) -> Client {
    let functions = json!({ TRIGGER: lab.functions.listening(TRIGGER) });
    pool_with(lab, functions, settings).await.client().await
}

async fn client(lab: &Lab) -> Client {
    client_with(lab, json!({})).await
}

fn fail(lab: &Lab) {
    lab.functions.failing(TRIGGER, "No words");
}

/// The event of a message that brings a code to the user with these attributes.
fn code_event(client: &Client, client_id: &str, source: &str, attributes: &Value) -> Value {
    let request = json!({
        "userAttributes": attributes, "codeParameter": "{####}", "usernameParameter": null, "clientMetadata": {},
    });
    event(&client.pool, client_id, source, "alice", request, unanswered())
}

/// What a function is to fill in.
fn unanswered() -> Value {
    json!({ "smsMessage": null, "emailMessage": null, "emailSubject": null })
}

/// The newest event.
fn newest(lab: &Lab) -> Value {
    lab.functions.events(TRIGGER).pop().unwrap()
}

/// Alice, signed in, with an address that is verified.
async fn verified(client: &Client) -> SignedIn {
    let alice = alice(client).await;
    let flag = json!({ "UserAttributes": [{ "Name": "email_verified", "Value": "true" }] });
    alice.admin_call("AdminUpdateUserAttributes", flag).await.ok();
    alice.sign_in().await
}

fn address(value: &str) -> Value {
    json!({ "UserAttributes": [{ "Name": "email", "Value": value }] })
}

scenario! {
    async fn a_sign_up_and_a_second_code(lab: Lab) {
        let client = client(&lab).await;
        let output = client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        let sub = output["UserSub"].as_str().unwrap();
        let attributes = stored(sub, "UNCONFIRMED", json!({ "email": ALICE, "email_verified": "false" }));
        assert_eq!(newest(&lab), code_event(&client, &client.id, "CustomMessage_SignUp", &attributes));
        client.resend_code("alice").await.ok();
        assert_eq!(newest(&lab), code_event(&client, &client.id, "CustomMessage_ResendCode", &attributes));
    }

    async fn a_forgotten_password(lab: Lab) {
        let client = client(&lab).await;
        let alice = verified(&client).await;
        let known = json!({ "email": ALICE, "email_verified": "true" });
        let source = "CustomMessage_ForgotPassword";
        client.forgot_password("alice").await.ok();
        let attributes = stored(&alice.user.sub, "CONFIRMED", known);
        assert_eq!(newest(&lab), code_event(&client, &client.id, source, &attributes));
        alice.user.admin_call("AdminResetUserPassword", json!({})).await.ok();
        assert_eq!(newest(&lab), code_event(&client, NO_CLIENT, source, &attributes));
    }

    async fn attributes_to_verify(lab: Lab) {
        let client = client(&lab).await;
        let alice = verified(&client).await;
        let source = "CustomMessage_UpdateUserAttribute";
        let attributes = |email: &str| {
            stored(&alice.user.sub, "CONFIRMED", json!({ "email": email, "email_verified": "false" }))
        };
        alice.call("UpdateUserAttributes", address("a@example.com")).await.ok();
        assert_eq!(newest(&lab), code_event(&client, &client.id, source, &attributes("a@example.com")));
        alice.user.admin_call("AdminUpdateUserAttributes", address(BOB)).await.ok();
        assert_eq!(newest(&lab), code_event(&client, NO_CLIENT, source, &attributes(BOB)));
        alice.call("GetUserAttributeVerificationCode", json!({ "AttributeName": "email" })).await.ok();
        let source = "CustomMessage_VerifyUserAttribute";
        assert_eq!(newest(&lab), code_event(&client, &client.id, source, &attributes(BOB)));
    }

    async fn an_invitation_names_the_user(lab: Lab) {
        let client = client(&lab).await;
        let members = json!({
            "MessageAction": null, "DesiredDeliveryMediums": ["EMAIL"], "ClientMetadata": { "by": "bob" },
            "UserAttributes": [{ "Name": "email", "Value": ALICE }],
        });
        let output = invite(&client.pool, "alice", members).await.ok();
        let sub = output["User"]["Attributes"].as_array().unwrap().iter().find(|attribute| attribute["Name"] == "sub");
        let sub = sub.unwrap()["Value"].as_str().unwrap();
        let request = json!({
            "userAttributes": stored(sub, "FORCE_CHANGE_PASSWORD", json!({ "email": ALICE })),
            "codeParameter": "{####}", "usernameParameter": "{username}", "clientMetadata": {},
        });
        let source = "CustomMessage_AdminCreateUser";
        assert_eq!(newest(&lab), event(&client.pool, NO_CLIENT, source, "alice", request, unanswered()));
    }

    async fn the_code_of_a_sign_in(lab: Lab) {
        let client = client(&lab).await;
        let factors = json!({
            "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } },
            "MfaConfiguration": "OPTIONAL",
        });
        client.pool.call("SetUserPoolMfaConfig", factors).await.ok();
        let alice = client.confirmed_user_with("alice", json!({ "phone_number": PHONE_NUMBER })).await;
        let on = json!({ "SMSMfaSettings": { "Enabled": true, "PreferredMfa": true } });
        alice.admin_call("AdminSetUserMFAPreference", on).await.ok();
        lab.functions.answering(TRIGGER, json!({ "smsMessage": "Use {####} now" }));
        assert_eq!(alice.try_sign_in().await.ok()["ChallengeName"], "SMS_MFA");
        let known = json!({ "phone_number": PHONE_NUMBER, "phone_number_verified": "false" });
        let attributes = stored(&alice.sub, "CONFIRMED", known);
        assert_eq!(newest(&lab), code_event(&client, &client.id, "CustomMessage_Authentication", &attributes));
        let message = lab.mailbox.newest_for(PHONE_NUMBER).await;
        assert_eq!(message.body, format!("Use {} now", message.code.unwrap()));
        let received = lab.mailbox.messages_for(PHONE_NUMBER).len();
        fail(&lab);
        alice.try_sign_in().await.fault(REFUSAL.0, REFUSAL.1);
        assert_eq!(lab.mailbox.messages_for(PHONE_NUMBER).len(), received);
    }

    async fn a_link_has_a_parameter_of_its_own(lab: Lab) {
        let by_link = json!({ "VerificationMessageTemplate": { "DefaultEmailOption": "CONFIRM_WITH_LINK" } });
        let client = client_with(&lab, by_link).await;
        let output = client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        let known = json!({ "email": ALICE, "email_verified": "false" });
        let attributes = stored(output["UserSub"].as_str().unwrap(), "UNCONFIRMED", known);
        let mut expected = code_event(&client, &client.id, "CustomMessage_SignUp", &attributes);
        expected["request"]["linkParameter"] = json!("{##Click Here##}");
        assert_eq!(newest(&lab), expected);
    }

    async fn a_failing_function_signs_nobody_up_and_invites_nobody(lab: Lab) {
        let client = client(&lab).await;
        fail(&lab);
        client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.fault(REFUSAL.0, REFUSAL.1);
        let members = merge(address(ALICE), json!({ "MessageAction": null, "DesiredDeliveryMediums": ["EMAIL"] }));
        invite(&client.pool, "alice", members).await.fault(REFUSAL.0, REFUSAL.1);
        assert_nobody(&client.pool, "alice").await;
        assert!(lab.mailbox.messages_for(ALICE).is_empty());
        // Whom nothing is sent, no words are missing for.
        invite(&client.pool, "alice", address(ALICE)).await.ok();
        let again = json!({ "MessageAction": "RESEND", "DesiredDeliveryMediums": ["EMAIL"] });
        let again = merge(again, json!({ "TemporaryPassword": "Temporary-2!" }));
        invite(&client.pool, "alice", again).await.fault(REFUSAL.0, REFUSAL.1);
        let output = client.sign_in("alice", TEMPORARY_PASSWORD).await.ok();
        assert_eq!(output["ChallengeName"], "NEW_PASSWORD_REQUIRED", "the password is still the first");
    }

    async fn a_failing_function_leaves_the_last_code_good(lab: Lab) {
        let client = client(&lab).await;
        client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        let code = lab.mailbox.code_for(ALICE).await;
        fail(&lab);
        client.resend_code("alice").await.fault(REFUSAL.0, REFUSAL.1);
        assert_eq!(lab.mailbox.messages_for(ALICE).len(), 1);
        client.confirm_sign_up("alice", &code).await.ok();

        lab.functions.listening(TRIGGER);
        client.forgot_password("alice").await.ok();
        let code = lab.mailbox.code_for(ALICE).await;
        fail(&lab);
        client.forgot_password("alice").await.fault(REFUSAL.0, REFUSAL.1);
        client.confirm_forgot_password("alice", &code, NEW_PASSWORD).await.ok();
        assert_eq!(lab.mailbox.messages_for(ALICE).len(), 2);
    }

    async fn a_failing_function_resets_no_password_and_changes_no_attribute(lab: Lab) {
        let client = client(&lab).await;
        let alice = verified(&client).await;
        let received = lab.mailbox.messages_for(ALICE).len();
        fail(&lab);
        alice.user.admin_call("AdminResetUserPassword", json!({})).await.fault(REFUSAL.0, REFUSAL.1);
        assert_eq!(status(&client.pool, "alice").await, "CONFIRMED");
        alice.call("UpdateUserAttributes", address(BOB)).await.fault(REFUSAL.0, REFUSAL.1);
        alice.user.admin_call("AdminUpdateUserAttributes", address(BOB)).await.fault(REFUSAL.0, REFUSAL.1);
        assert_eq!(client.pool.attribute("alice", "email").await.as_deref(), Some(ALICE));
        assert_eq!(client.pool.attribute("alice", "email_verified").await.as_deref(), Some("true"));
        let attribute = json!({ "AttributeName": "email" });
        alice.call("GetUserAttributeVerificationCode", attribute).await.fault(REFUSAL.0, REFUSAL.1);
        assert_eq!(lab.mailbox.messages_for(ALICE).len(), received);
        assert!(lab.mailbox.messages_for(BOB).is_empty());
        alice.user.sign_in().await;
    }

    async fn names_of_nobody_are_not_told(lab: Lab) {
        let functions = json!({ TRIGGER: lab.functions.failing(TRIGGER, "No words") });
        let pool = pool(&lab, functions).await;
        let client = pool.client_with(json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
        client.forgot_password("nobody").await.ok();
        client.resend_code("nobody").await.ok();
        assert!(lab.functions.events(TRIGGER).is_empty());
    }
}
