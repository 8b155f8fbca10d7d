//! Which triggers run when somebody signs up, is invited, forgets a password or changes attributes, and in what order.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{
    ALICE, BOB, NEW_PASSWORD, PHONE_NUMBER, TEMPORARY_PASSWORD, alice, answer_new_password, challenged, invite,
    listeners, pool, sources_during,
};

const NOTHING: [&str; 0] = [];

/// What must not stand in any event.
fn assert_no_secrets(lab: &Lab, names: &[&str]) {
    let events: Vec<Value> = names.iter().flat_map(|name| lab.functions.events(name)).collect();
    assert!(events.len() > 3, "{events:?}");
    let text = Value::from(events).to_string();
    for secret in [PASSWORD, NEW_PASSWORD, TEMPORARY_PASSWORD, "argon2", "verifier", "hash"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

scenario! {
    async fn signing_up(lab: Lab) {
        let client = pool(&lab, listeners(&lab)).await.client().await;
        let address = json!({ "email": ALICE });
        let (_, sources) = sources_during(&lab, client.sign_up("alice", PASSWORD, address)).await;
        assert_eq!(sources, ["PreSignUp_SignUp", "CustomMessage_SignUp"]);
        let (_, sources) = sources_during(&lab, client.resend_code("alice")).await;
        assert_eq!(sources, ["CustomMessage_ResendCode"]);
        let code = lab.mailbox.code_for(ALICE).await;
        let (reply, sources) = sources_during(&lab, client.confirm_sign_up("alice", &code)).await;
        reply.ok();
        assert_eq!(sources, ["PostConfirmation_ConfirmSignUp"]);

        let (_, sources) = sources_during(&lab, client.sign_up("bob", PASSWORD, json!({}))).await;
        assert_eq!(sources, ["PreSignUp_SignUp"], "nobody can be sent a code");
        let confirm = client.pool.call("AdminConfirmSignUp", json!({ "Username": "bob" }));
        assert_eq!(sources_during(&lab, confirm).await.1, ["PostConfirmation_ConfirmSignUp"]);
        assert_no_secrets(&lab, &["PreSignUp", "CustomMessage", "PostConfirmation"]);
    }

    async fn being_confirmed_at_once(lab: Lab) {
        let client = pool(&lab, listeners(&lab)).await.client().await;
        lab.functions.answering("PreSignUp", json!({ "autoConfirmUser": true }));
        let address = json!({ "email": ALICE });
        let (reply, sources) = sources_during(&lab, client.sign_up("alice", PASSWORD, address)).await;
        assert_eq!(reply.ok()["UserConfirmed"], true);
        assert_eq!(sources, ["PreSignUp_SignUp", "PostConfirmation_ConfirmSignUp"]);
    }

    async fn being_invited(lab: Lab) {
        let client = pool(&lab, listeners(&lab)).await.client().await;
        let attributes = |email: &str| json!([
            { "Name": "email", "Value": email }, { "Name": "phone_number", "Value": PHONE_NUMBER }
        ]);
        let both = json!({
            "MessageAction": null, "UserAttributes": attributes(ALICE), "DesiredDeliveryMediums": ["EMAIL", "SMS"]
        });
        let (reply, sources) = sources_during(&lab, invite(&client.pool, "alice", both)).await;
        reply.ok();
        let message = "CustomMessage_AdminCreateUser";
        assert_eq!(sources, ["PreSignUp_AdminCreateUser", message, message]);

        let again = json!({ "MessageAction": "RESEND", "DesiredDeliveryMediums": ["EMAIL"] });
        let (reply, sources) = sources_during(&lab, invite(&client.pool, "alice", again)).await;
        reply.ok();
        assert_eq!(sources, [message], "she was judged already");

        let (reply, sources) = sources_during(&lab, invite(&client.pool, "bob", json!({}))).await;
        reply.ok();
        assert_eq!(sources, ["PreSignUp_AdminCreateUser"]);
        assert_no_secrets(&lab, &["PreSignUp", "CustomMessage"]);
    }

    async fn forgetting_and_setting_passwords(lab: Lab) {
        let client = pool(&lab, listeners(&lab)).await.client().await;
        let alice = alice(&client).await;
        let verified = json!({ "UserAttributes": [{ "Name": "email_verified", "Value": "true" }] });
        let (reply, sources) = sources_during(&lab, alice.admin_call("AdminUpdateUserAttributes", verified)).await;
        reply.ok();
        assert_eq!(sources, NOTHING);
        let (reply, sources) = sources_during(&lab, client.forgot_password("alice")).await;
        reply.ok();
        assert_eq!(sources, ["CustomMessage_ForgotPassword"]);
        let code = lab.mailbox.code_for(ALICE).await;
        let reset = client.confirm_forgot_password("alice", &code, NEW_PASSWORD);
        let (reply, sources) = sources_during(&lab, reset).await;
        reply.ok();
        assert_eq!(sources, ["PostConfirmation_ConfirmForgotPassword"]);
        let (reply, sources) = sources_during(&lab, alice.admin_call("AdminResetUserPassword", json!({}))).await;
        reply.ok();
        assert_eq!(sources, ["CustomMessage_ForgotPassword"]);
        for password in [json!({ "Password": PASSWORD, "Permanent": true }), json!({ "Password": TEMPORARY_PASSWORD })] {
            let (reply, sources) = sources_during(&lab, alice.admin_call("AdminSetUserPassword", password)).await;
            reply.ok();
            assert_eq!(sources, NOTHING);
        }
        assert_no_secrets(&lab, &["PreSignUp", "CustomMessage", "PostConfirmation"]);
    }

    async fn changing_and_verifying_attributes(lab: Lab) {
        let client = pool(&lab, listeners(&lab)).await.client().await;
        let alice = alice(&client).await.sign_in().await;
        let address = |value: &str| json!({ "UserAttributes": [{ "Name": "email", "Value": value }] });
        let (reply, sources) = sources_during(&lab, alice.call("UpdateUserAttributes", address("a@example.com"))).await;
        reply.ok();
        assert_eq!(sources, ["CustomMessage_UpdateUserAttribute"]);
        let update = alice.user.admin_call("AdminUpdateUserAttributes", address(BOB));
        let (reply, sources) = sources_during(&lab, update).await;
        reply.ok();
        assert_eq!(sources, ["CustomMessage_UpdateUserAttribute"]);
        let name = json!({ "UserAttributes": [{ "Name": "name", "Value": "Alice" }] });
        let (reply, sources) = sources_during(&lab, alice.call("UpdateUserAttributes", name)).await;
        reply.ok();
        assert_eq!(sources, NOTHING);

        let attribute = json!({ "AttributeName": "email" });
        let (reply, sources) = sources_during(&lab, alice.call("GetUserAttributeVerificationCode", attribute)).await;
        reply.ok();
        assert_eq!(sources, ["CustomMessage_VerifyUserAttribute"]);
        let code = json!({ "AttributeName": "email", "Code": lab.mailbox.code_for(BOB).await });
        let (reply, sources) = sources_during(&lab, alice.call("VerifyUserAttribute", code)).await;
        reply.ok();
        assert_eq!(sources, NOTHING);
    }

    async fn what_administrators_and_users_do_besides_runs_nothing(lab: Lab) {
        let client = pool(&lab, listeners(&lab)).await.client().await;
        let alice = alice(&client).await;
        let signed_in = alice.sign_in().await;
        let ((), sources) = sources_during(&lab, async {
            let change = json!({ "PreviousPassword": PASSWORD, "ProposedPassword": NEW_PASSWORD });
            signed_in.call("ChangePassword", change).await.ok();
            signed_in.get_user().await.ok();
            alice.admin_call("AdminDisableUser", json!({})).await.ok();
            alice.admin_call("AdminEnableUser", json!({})).await.ok();
            alice.admin_call("AdminUserGlobalSignOut", json!({})).await.ok();
            alice.admin_call("AdminDeleteUserAttributes", json!({ "UserAttributeNames": ["email"] })).await.ok();
            alice.admin_call("AdminDeleteUser", json!({})).await.ok();
        }).await;
        assert_eq!(sources, NOTHING);
    }

    async fn a_pool_without_functions_asks_none(lab: Lab) {
        lab.functions.failing("PreSignUp", "No.");
        let client = pool(&lab, json!({})).await.client().await;
        invite(&client.pool, "alice", json!({})).await.ok();
        let output = client.sign_in("alice", TEMPORARY_PASSWORD).await.ok();
        let session = challenged(&output, "NEW_PASSWORD_REQUIRED");
        answer_new_password(&client, "alice", &session).await.ok();
        assert_eq!(lab.functions.sources(), NOTHING);
    }
}
