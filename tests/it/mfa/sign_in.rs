//! SOFTWARE_TOKEN_MFA and SELECT_MFA_TYPE, and the sessions of second factors.

use poolhouse_tests::actors::{Tokens, User};
use poolhouse_tests::authenticator::{Authenticator, STEP};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::json;
use std::time::Duration;

use super::{EMAIL, alice, answer, answer_totp, associate, challenged, on, prefer, register, sign_in_to, verify};

const MISMATCH: &str = "Invalid code received for user";
const REPLAYED: &str = "Your software token has already been used once.";
const INVALID: &str = "Invalid session for the user.";
const USED: &str = "Invalid session for the user, session can only be used once.";
const EXPIRED: &str = "Invalid session for the user, session is expired.";

/// Alice, whose sign-ins ask for the code of her app.
async fn with_app(lab: &Lab) -> (User, Authenticator) {
    let alice = alice(lab).await;
    let app = register(lab, &alice).await;
    prefer(&alice.user, json!({ "SoftwareTokenMfaSettings": on(true) }))
        .await
        .ok();
    lab.clock.advance(STEP);
    (alice.user, app)
}

scenario! {
    async fn an_app_signs_in_through_either_side(lab: Lab) {
        let (alice, app) = with_app(&lab).await;
        let output = alice.try_sign_in().await.ok();
        let parameters = json!({ "FRIENDLY_DEVICE_NAME": "phone", "USER_ID_FOR_SRP": "alice" });
        assert_eq!(output["ChallengeParameters"], parameters);
        assert_eq!(output.get("AuthenticationResult"), None);
        let session = challenged(&output, "SOFTWARE_TOKEN_MFA");
        let output = answer_totp(&alice, &session, &app.code(&lab.clock)).await.ok();
        assert_eq!(output["ChallengeParameters"], json!({}));
        Tokens::of(&output);

        lab.clock.advance(STEP);
        let session = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
        let input = json!({
            "ClientId": alice.client.id, "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": session,
            "ChallengeResponses": { "USERNAME": "alice", "SOFTWARE_TOKEN_MFA_CODE": app.code(&lab.clock) },
        });
        Tokens::of(&alice.client.pool.call("AdminRespondToAuthChallenge", input).await.ok());
    }

    async fn a_code_is_spent_with_all_before_it(lab: Lab) {
        let (alice, app) = with_app(&lab).await;
        let earlier = app.code(&lab.clock);
        lab.clock.advance(STEP);
        let code = app.code(&lab.clock);
        let first = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
        let second = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
        answer_totp(&alice, &first, &code).await.ok();
        answer_totp(&alice, &second, &code).await.fault("ExpiredCodeException", REPLAYED);
        answer_totp(&alice, &second, &earlier).await.fault("ExpiredCodeException", REPLAYED);
        lab.clock.advance(STEP);
        answer_totp(&alice, &second, &app.code(&lab.clock)).await.ok();
    }

    async fn the_code_that_registered_an_app_does_not_sign_in(lab: Lab) {
        let alice = alice(&lab).await;
        let app = register(&lab, &alice).await;
        prefer(&alice.user, json!({ "SoftwareTokenMfaSettings": on(true) })).await.ok();
        let session = sign_in_to(&alice.user, "SOFTWARE_TOKEN_MFA").await;
        answer_totp(&alice.user, &session, &app.code(&lab.clock)).await.fault("ExpiredCodeException", REPLAYED);
    }

    async fn of_two_that_race_one_code_one_wins(lab: Lab) {
        let (alice, app) = with_app(&lab).await;
        let code = app.code(&lab.clock);
        let first = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
        let second = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
        let (one, other) = tokio::join!(answer_totp(&alice, &first, &code), answer_totp(&alice, &second, &code));
        let (won, lost) = if one.status.is_success() { (one, other) } else { (other, one) };
        won.ok();
        lost.fault("ExpiredCodeException", REPLAYED);
    }

    async fn a_session_survives_a_wrong_code_and_is_used_once(lab: Lab) {
        let (alice, app) = with_app(&lab).await;
        let session = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
        let wrong = app.wrong_code(&lab.clock);
        answer_totp(&alice, &session, &wrong).await.fault("CodeMismatchException", MISMATCH);
        answer_totp(&alice, &session, &app.code(&lab.clock)).await.ok();
        lab.clock.advance(STEP);
        answer_totp(&alice, &session, &app.code(&lab.clock)).await.fault("NotAuthorizedException", USED);
    }

    async fn five_wrong_codes_end_a_session_and_pause_the_sign_in(lab: Lab) {
        let (alice, app) = with_app(&lab).await;
        let session = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
        for _ in 0..5 {
            let wrong = app.wrong_code(&lab.clock);
            answer_totp(&alice, &session, &wrong).await.fault("CodeMismatchException", MISMATCH);
        }
        answer_totp(&alice, &session, &app.code(&lab.clock)).await.fault("NotAuthorizedException", USED);
        alice.try_sign_in().await.fault("NotAuthorizedException", "Password attempts exceeded");
        lab.clock.advance(Duration::from_secs(1));
        let session = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
        answer_totp(&alice, &session, &app.code(&lab.clock)).await.ok();
    }

    async fn what_is_not_six_digits_is_a_wrong_code(lab: Lab) {
        let (alice, app) = with_app(&lab).await;
        let code = app.code(&lab.clock);
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        let longer = format!("{code}0");
        let arabic: String = code.chars().map(|digit| char::from_u32(0x660 + digit.to_digit(10).unwrap()).unwrap()).collect();
        let fullwidth: String = code.chars().map(|digit| char::from_u32(0xff10 + digit.to_digit(10).unwrap()).unwrap()).collect();
        let session = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
        for wrong in [&code[..5], &longer, &arabic, &fullwidth] {
            answer_totp(&alice, &session, wrong).await.fault("CodeMismatchException", MISMATCH);
        }
        answer_totp(&alice, &session, &spaced).await.fault("CodeMismatchException", MISMATCH);
        answer_totp(&alice, &session, &code).await.fault("NotAuthorizedException", USED);
    }

    async fn codes_of_the_neighbouring_steps_sign_in_and_no_others(lab: Lab) {
        let (alice, app) = with_app(&lab).await;
        for (early, late, accepted) in [(2, 0, false), (1, 0, true), (0, 2, false), (0, 1, true)] {
            lab.clock.advance(STEP * 6);
            let session = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
            lab.clock.advance(STEP * early);
            let code = app.code(&lab.clock);
            lab.clock.rewind(STEP * early);
            lab.clock.advance(STEP * late);
            let reply = answer_totp(&alice, &session, &code).await;
            if accepted {
                reply.ok();
            } else {
                reply.fault("CodeMismatchException", MISMATCH);
            }
        }
    }

    async fn a_secret_that_waits_for_its_code_replaces_nothing(lab: Lab) {
        let alice = alice(&lab).await;
        let app = register(&lab, &alice).await;
        prefer(&alice.user, json!({ "SoftwareTokenMfaSettings": on(true) })).await.ok();
        let waiting = associate(&alice).await;
        verify(&alice, &waiting.wrong_code(&lab.clock)).await
            .fault("EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA");
        lab.clock.advance(STEP);
        let session = sign_in_to(&alice.user, "SOFTWARE_TOKEN_MFA").await;
        answer_totp(&alice.user, &session, &waiting.code(&lab.clock)).await.fault("CodeMismatchException", MISMATCH);
        answer_totp(&alice.user, &session, &app.code(&lab.clock)).await.ok();
        verify(&alice, &waiting.code(&lab.clock)).await.ok();
        lab.clock.advance(STEP);
        let session = sign_in_to(&alice.user, "SOFTWARE_TOKEN_MFA").await;
        answer_totp(&alice.user, &session, &app.code(&lab.clock)).await.fault("CodeMismatchException", MISMATCH);
        answer_totp(&alice.user, &session, &waiting.code(&lab.clock)).await.ok();
    }

    async fn a_forgotten_password_leaves_the_second_factor_and_ends_what_has_begun(lab: Lab) {
        let (alice, app) = with_app(&lab).await;
        let verified = json!({ "UserAttributes": [{ "Name": "email_verified", "Value": "true" }] });
        alice.admin_call("AdminUpdateUserAttributes", verified).await.ok();
        let recovery = json!({ "RecoveryMechanisms": [{ "Name": "verified_email", "Priority": 1 }] });
        alice.client.pool.call("UpdateUserPool", json!({ "AccountRecoverySetting": recovery, "MfaConfiguration": "OPTIONAL" }))
            .await.ok();
        let begun = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
        alice.client.forgot_password("alice").await.ok();
        let code = lab.mailbox.code_for(EMAIL).await;
        lab.clock.advance(Duration::from_millis(1));
        alice.client.confirm_forgot_password("alice", &code, "Another-Horse-2").await.ok();
        answer_totp(&alice, &begun, &app.code(&lab.clock)).await.fault("NotAuthorizedException", INVALID);
        let session = challenged(&alice.client.sign_in("alice", "Another-Horse-2").await.ok(), "SOFTWARE_TOKEN_MFA");
        answer_totp(&alice, &session, &app.code(&lab.clock)).await.ok();
    }

    async fn a_session_is_of_its_user_its_client_and_its_challenge(lab: Lab) {
        let (alice, app) = with_app(&lab).await;
        let bob = alice.client.confirmed_user("bob").await;
        let session = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
        let code = app.code(&lab.clock);
        answer_totp(&bob, &session, &code).await.fault("NotAuthorizedException", INVALID);
        let elsewhere = User { client: alice.client.pool.client().await, ..alice.clone() };
        answer_totp(&elsewhere, &session, &code).await.fault("NotAuthorizedException", INVALID);
        answer(&alice, "SMS_MFA", &session, "SMS_MFA_CODE", &code).await.fault("NotAuthorizedException", INVALID);
        answer(&alice, "SELECT_MFA_TYPE", &session, "ANSWER", "SMS_MFA").await
            .fault("NotAuthorizedException", INVALID);
        answer(&alice, "MFA_SETUP", &session, "email", "x@example.com").await
            .fault("NotAuthorizedException", INVALID);
        answer_totp(&alice, &"x".repeat(100), &code).await.fault("NotAuthorizedException", INVALID);
        let by_session = json!({ "Session": session });
        lab.call("AssociateSoftwareToken", by_session).await.fault("InvalidParameterException", INVALID);
        answer(&alice, "SOFTWARE_TOKEN_MFA", &session, "ANSWER", &code).await
            .fault("InvalidParameterException", "Missing required parameter SOFTWARE_TOKEN_MFA_CODE");
        answer_totp(&alice, &session, &code).await.ok();
    }

    async fn a_session_ends_with_its_time_its_password_and_its_user(lab: Lab) {
        let (alice, app) = with_app(&lab).await;
        let session = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
        alice.admin_call("AdminDisableUser", json!({})).await.ok();
        let code = app.code(&lab.clock);
        answer_totp(&alice, &session, &code).await.fault("NotAuthorizedException", "User is disabled.");
        alice.admin_call("AdminEnableUser", json!({})).await.ok();
        lab.clock.advance(Duration::from_mins(3));
        answer_totp(&alice, &session, &app.code(&lab.clock)).await.fault("NotAuthorizedException", EXPIRED);
        let session = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
        lab.clock.advance(Duration::from_millis(1));
        let password = json!({ "Password": "Another-Horse-2", "Permanent": true });
        alice.admin_call("AdminSetUserPassword", password).await.ok();
        answer_totp(&alice, &session, &app.code(&lab.clock)).await.fault("NotAuthorizedException", INVALID);
    }

    async fn a_deleted_app_answers_nothing(lab: Lab) {
        let (alice, app) = with_app(&lab).await;
        let session = sign_in_to(&alice, "SOFTWARE_TOKEN_MFA").await;
        alice.admin_call("AdminDeleteSoftwareToken", json!({})).await.ok();
        answer_totp(&alice, &session, &app.code(&lab.clock)).await
            .fault("SoftwareTokenMFANotFoundException", "Software Token MFA does not exist for the user.");
    }

    async fn who_has_several_factors_selects_one(lab: Lab) {
        let (alice, app) = with_app(&lab).await;
        prefer(&alice, json!({ "SoftwareTokenMfaSettings": on(false), "SMSMfaSettings": on(false) })).await.ok();
        let output = alice.try_sign_in().await.ok();
        let parameters = json!({
            "MFAS_CAN_CHOOSE": "[\"SMS_MFA\",\"SOFTWARE_TOKEN_MFA\"]", "USER_ID_FOR_SRP": "alice"
        });
        assert_eq!(output["ChallengeParameters"], parameters);
        let select = challenged(&output, "SELECT_MFA_TYPE");
        // A factor isn't answered before it is selected.
        answer_totp(&alice, &select, &app.code(&lab.clock)).await.fault("NotAuthorizedException", INVALID);
        for wrong in ["EMAIL_OTP", "PASSWORD", ""] {
            let reply = answer(&alice, "SELECT_MFA_TYPE", &select, "ANSWER", wrong).await;
            assert_eq!(reply.error().0, "InvalidParameterException");
        }
        let output = answer(&alice, "SELECT_MFA_TYPE", &select, "ANSWER", "SOFTWARE_TOKEN_MFA").await.ok();
        let session = challenged(&output, "SOFTWARE_TOKEN_MFA");
        answer(&alice, "SELECT_MFA_TYPE", &select, "ANSWER", "SMS_MFA").await.fault("NotAuthorizedException", USED);
        answer_totp(&alice, &session, &app.code(&lab.clock)).await.ok();
    }
}
