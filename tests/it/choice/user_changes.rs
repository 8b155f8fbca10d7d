//! Users who change between a challenge and its answer.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::scenario;

use super::*;

const NEW: &str = "Another-Horse-2";

scenario! {
    async fn a_deleted_user_goes_no_further(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        let choice = challenged(&begin(&client, "alice", json!({})).await.ok(), "SELECT_CHALLENGE");
        let otp = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        alice.admin_call("AdminDeleteUser", json!({})).await.ok();
        client.confirmed_user_with("alice", json!({ "email": EMAIL })).await;
        select(&client, "alice", &choice, "PASSWORD").await.fault("NotAuthorizedException", INVALID);
        answer_email(&client, "alice", &otp, &code).await.fault("NotAuthorizedException", INVALID);
    }

    async fn a_new_password_ends_every_sign_in(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        let choice = challenged(&begin(&client, "alice", json!({})).await.ok(), "SELECT_CHALLENGE");
        let password = begin_with(&client, "alice", "PASSWORD").await;
        let otp = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        lab.clock.advance(std::time::Duration::from_secs(1));
        alice.admin_call("AdminSetUserPassword", json!({ "Password": NEW, "Permanent": true })).await.ok();
        select(&client, "alice", &choice, "PASSWORD").await.fault("NotAuthorizedException", INVALID);
        answer(&client, "alice", "PASSWORD", &password, json!({ "PASSWORD": NEW })).await
            .fault("NotAuthorizedException", INVALID);
        answer_email(&client, "alice", &otp, &code).await.fault("NotAuthorizedException", INVALID);
    }

    async fn a_disabled_user_gets_neither_code_nor_tokens(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        let choice = challenged(&begin(&client, "alice", json!({})).await.ok(), "SELECT_CHALLENGE");
        let password = begin_with(&client, "alice", "PASSWORD").await;
        let otp = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        let sent = lab.mailbox.messages_for(EMAIL).len();
        alice.admin_call("AdminDisableUser", json!({})).await.ok();
        let disabled = "User is disabled.";
        select(&client, "alice", &choice, "EMAIL_OTP").await.fault("NotAuthorizedException", disabled);
        assert_eq!(lab.mailbox.messages_for(EMAIL).len(), sent);
        answer(&client, "alice", "PASSWORD", &password, json!({ "PASSWORD": PASSWORD })).await
            .fault("NotAuthorizedException", disabled);
        answer_email(&client, "alice", &otp, &code).await.fault("NotAuthorizedException", disabled);
    }

    async fn where_it_is_not_told_a_disabled_user_becomes_nobody(lab: Lab) {
        let client = discreet(&lab).await;
        let alice = alice(&client).await;
        let choice = challenged(&begin(&client, "alice", json!({})).await.ok(), "SELECT_CHALLENGE");
        alice.admin_call("AdminDisableUser", json!({})).await.ok();
        let sent = lab.mailbox.messages_for(EMAIL).len();
        let otp = challenged(&select(&client, "alice", &choice, "EMAIL_OTP").await.ok(), "EMAIL_OTP");
        assert_eq!(lab.mailbox.messages_for(EMAIL).len(), sent);
        answer_email(&client, "alice", &otp, "12345678").await.fault("CodeMismatchException", MISMATCH);
    }

    async fn a_code_to_a_former_address_is_worthless(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        let otp = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        let change = json!([{ "Name": "email", "Value": "new@example.com" }]);
        alice.admin_call("AdminUpdateUserAttributes", json!({ "UserAttributes": change })).await.ok();
        answer_email(&client, "alice", &otp, &code).await.fault("NotAuthorizedException", INVALID);
        assert_eq!(client.pool.attribute("alice", "email").await.as_deref(), Some("new@example.com"));
    }

    async fn a_second_factor_that_was_turned_on_is_not_gone_around(lab: Lab) {
        let client = client(&lab).await;
        offer_mfa(&client.pool).await;
        let alice = alice(&client).await;
        let choice = challenged(&begin(&client, "alice", json!({})).await.ok(), "SELECT_CHALLENGE");
        let otp = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        let on = json!({ "SMSMfaSettings": { "Enabled": true } });
        alice.admin_call("AdminSetUserMFAPreference", on).await.ok();
        answer_email(&client, "alice", &otp, &code).await.fault("NotAuthorizedException", INVALID);
        select(&client, "alice", &choice, "EMAIL_OTP").await
            .fault("InvalidParameterException", "ANSWER is not one of the available challenges.");
        let given = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
        challenged(&answer(&client, "alice", "SELECT_CHALLENGE", &choice, given).await.ok(), "SMS_MFA");
    }

    async fn an_address_that_waits_for_its_code_still_does(lab: Lab) {
        let settings = json!({
            "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
        });
        let client = pool_with(&lab, settings).await.client_with(with_choice(json!({}))).await;
        let alice = alice(&client).await;
        let verified = json!([{ "Name": "email_verified", "Value": "true" }]);
        alice.admin_call("AdminUpdateUserAttributes", json!({ "UserAttributes": verified })).await.ok();
        let change = json!({ "UserAttributes": [{ "Name": "email", "Value": "new@example.com" }] });
        alice.sign_in().await.call("UpdateUserAttributes", change).await.ok();
        let verification = lab.mailbox.code_for("new@example.com").await;
        let otp = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        let alice = signed_in(&alice, &answer_email(&client, "alice", &otp, &code).await.ok());
        let proof = json!({ "AttributeName": "email", "Code": verification });
        alice.call("VerifyUserAttribute", proof).await.ok();
        assert_eq!(client.pool.attribute("alice", "email").await.as_deref(), Some("new@example.com"));
    }
}
