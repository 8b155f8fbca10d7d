//! SMS_MFA and EMAIL_OTP: codes that are sent.

use poolhouse_tests::actors::Tokens;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{EMAIL, PHONE_NUMBER, alice, answer, challenged, on, pool, prefer, sign_in_to};

const MISMATCH: &str = "Invalid code or auth state for the user.";

/// Another code than this one.
fn other(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

scenario! {
    async fn a_code_by_sms_signs_in_and_verifies_the_number(lab: Lab) {
        let alice = alice(&lab).await.user;
        prefer(&alice, json!({ "SMSMfaSettings": on(true) })).await.ok();
        let output = alice.try_sign_in().await.ok();
        assert_eq!(output["ChallengeParameters"], json!({
            "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "CODE_DELIVERY_DESTINATION": "+*******1234",
            "USER_ID_FOR_SRP": "alice"
        }));
        let session = challenged(&output, "SMS_MFA");
        let message = lab.mailbox.newest_for(PHONE_NUMBER).await;
        let code = message.code.clone().unwrap();
        assert_eq!(message.body, format!("Your authentication code is {code}. "));
        answer(&alice, "SMS_MFA", &session, "SMS_MFA_CODE", other(&code)).await.fault("CodeMismatchException", MISMATCH);
        Tokens::of(&answer(&alice, "SMS_MFA", &session, "SMS_MFA_CODE", &code).await.ok());
        let verified = alice.client.pool.attribute("alice", "phone_number_verified").await;
        assert_eq!(verified.as_deref(), Some("true"));
        // A code is good for its own session only.
        let session = sign_in_to(&alice, "SMS_MFA").await;
        answer(&alice, "SMS_MFA", &session, "SMS_MFA_CODE", &code).await.fault("CodeMismatchException", MISMATCH);
    }

    async fn a_code_by_mail_signs_in(lab: Lab) {
        let alice = alice(&lab).await.user;
        prefer(&alice, json!({ "EmailMfaSettings": on(true) })).await.ok();
        let output = alice.try_sign_in().await.ok();
        assert_eq!(output["ChallengeParameters"], json!({
            "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL", "CODE_DELIVERY_DESTINATION": "a***@e***",
            "USER_ID_FOR_SRP": "alice"
        }));
        let session = challenged(&output, "EMAIL_OTP");
        let code = lab.mailbox.code_for(EMAIL).await;
        assert_eq!(code.len(), 6);
        Tokens::of(&answer(&alice, "EMAIL_OTP", &session, "EMAIL_OTP_CODE", &code).await.ok());
    }

    async fn five_wrong_codes_end_the_session(lab: Lab) {
        let alice = alice(&lab).await.user;
        prefer(&alice, json!({ "SMSMfaSettings": on(true) })).await.ok();
        let session = sign_in_to(&alice, "SMS_MFA").await;
        let code = lab.mailbox.code_for(PHONE_NUMBER).await;
        for _ in 0..5 {
            let reply = answer(&alice, "SMS_MFA", &session, "SMS_MFA_CODE", other(&code)).await;
            reply.fault("CodeMismatchException", MISMATCH);
        }
        answer(&alice, "SMS_MFA", &session, "SMS_MFA_CODE", &code).await
            .fault("NotAuthorizedException", "Invalid session for the user, session can only be used once.");
    }

    async fn a_code_to_a_number_that_was_changed_is_worthless(lab: Lab) {
        let alice = alice(&lab).await.user;
        prefer(&alice, json!({ "SMSMfaSettings": on(true) })).await.ok();
        let session = sign_in_to(&alice, "SMS_MFA").await;
        let code = lab.mailbox.code_for(PHONE_NUMBER).await;
        let changed = json!({ "UserAttributes": [{ "Name": "phone_number", "Value": "+12345679999" }] });
        alice.admin_call("AdminUpdateUserAttributes", changed).await.ok();
        answer(&alice, "SMS_MFA", &session, "SMS_MFA_CODE", &code).await
            .fault("NotAuthorizedException", "Invalid session for the user.");
    }

    async fn a_factor_whose_contact_is_gone_lets_nobody_in(lab: Lab) {
        let alice = alice(&lab).await.user;
        prefer(&alice, json!({ "SMSMfaSettings": on(true) })).await.ok();
        alice.admin_call("AdminDeleteUserAttributes", json!({ "UserAttributeNames": ["phone_number"] })).await.ok();
        alice.try_sign_in().await.fault("NotAuthorizedException", "User has no second factor to sign in with.");
    }

    async fn a_pool_that_requires_mfa_takes_the_contacts_that_there_are(lab: Lab) {
        let client = pool(&lab, "ON").await.client().await;
        let bob = client.confirmed_user_with("bob", json!({ "phone_number": PHONE_NUMBER })).await;
        let session = sign_in_to(&bob, "SMS_MFA").await;
        let code = lab.mailbox.code_for(PHONE_NUMBER).await;
        Tokens::of(&answer(&bob, "SMS_MFA", &session, "SMS_MFA_CODE", &code).await.ok());
    }
}
