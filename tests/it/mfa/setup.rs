//! MFA_SETUP: a pool that requires MFA, and a user who has no factor.

use poolhouse_tests::actors::{Client, PASSWORD, Tokens, User};
use poolhouse_tests::authenticator::{Authenticator, STEP};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{EMAIL, answer, answer_totp, challenged, pool, sign_in_to};

const INVALID: &str = "Invalid session for the user.";
const USED: &str = "Invalid session for the user, session can only be used once.";
const NOT_PROVED: &str = "Code mismatch and fail enable Software Token MFA";

async fn bob(lab: &Lab) -> User {
    pool(lab, "ON").await.client().await.confirmed_user("bob").await
}

/// Gives the app of a sign-in its secret; gives the next session.
async fn associate(lab: &Lab, session: &str) -> (Authenticator, String) {
    let output = lab
        .call("AssociateSoftwareToken", json!({ "Session": session }))
        .await
        .ok();
    let app = Authenticator::new(output["SecretCode"].as_str().unwrap());
    (app, output["Session"].as_str().unwrap().to_owned())
}

fn first_code(session: &str, code: &str) -> Value {
    json!({ "Session": session, "UserCode": code, "FriendlyDeviceName": "phone" })
}

/// Answers MFA_SETUP with these responses and the username.
async fn set_up(client: &Client, session: &str, username: &str) -> poolhouse_tests::reply::Reply {
    client
        .respond("MFA_SETUP", session, json!({ "USERNAME": username }))
        .await
}

scenario! {
    async fn an_app_is_set_up_inside_the_sign_in(lab: Lab) {
        let bob = bob(&lab).await;
        let output = bob.try_sign_in().await.ok();
        assert_eq!(output["ChallengeParameters"], json!({
            "MFAS_CAN_SETUP": "[\"SMS_MFA\",\"SOFTWARE_TOKEN_MFA\",\"EMAIL_OTP\"]", "USER_ID_FOR_SRP": "bob"
        }));
        let first = challenged(&output, "MFA_SETUP");
        let (app, second) = associate(&lab, &first).await;
        let code = app.code(&lab.clock);
        lab.call("VerifySoftwareToken", first_code(&first, &code)).await.fault("NotAuthorizedException", USED);
        lab.call("VerifySoftwareToken", first_code(&second, &app.wrong_code(&lab.clock))).await
            .fault("EnableSoftwareTokenMFAException", NOT_PROVED);
        let output = lab.call("VerifySoftwareToken", first_code(&second, &code)).await.ok();
        assert_eq!(output["Status"], "SUCCESS");
        let third = output["Session"].as_str().unwrap().to_owned();
        set_up(&bob.client, &second, "bob").await.fault("NotAuthorizedException", USED);
        let output = set_up(&bob.client, &third, "bob").await.ok();
        assert_eq!(output["ChallengeParameters"], json!({}));
        Tokens::of(&output);
        set_up(&bob.client, &third, "bob").await.fault("NotAuthorizedException", USED);
        assert_eq!(bob.client.pool.user("bob").await["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));

        let session = sign_in_to(&bob, "SOFTWARE_TOKEN_MFA").await;
        answer_totp(&bob, &session, &code).await
            .fault("ExpiredCodeException", "Your software token has already been used once.");
        lab.clock.advance(STEP);
        answer_totp(&bob, &session, &app.code(&lab.clock)).await.ok();
    }

    async fn nothing_is_given_before_the_app_is_verified(lab: Lab) {
        let bob = bob(&lab).await;
        let session = sign_in_to(&bob, "MFA_SETUP").await;
        let missing = "Software Token MFA does not exist for the user.";
        set_up(&bob.client, &session, "bob").await.fault("SoftwareTokenMFANotFoundException", missing);
        lab.call("VerifySoftwareToken", first_code(&session, "123456")).await
            .fault("SoftwareTokenMFANotFoundException", missing);
        let (_, session) = associate(&lab, &session).await;
        set_up(&bob.client, &session, "bob").await.fault("SoftwareTokenMFANotFoundException", missing);
        lab.call("AssociateSoftwareToken", json!({ "Session": "x".repeat(100) })).await
            .fault("InvalidParameterException", INVALID);
    }

    async fn an_older_set_up_does_not_replace_the_app_that_was_enrolled(lab: Lab) {
        let bob = bob(&lab).await;
        let (older, older_session) = associate(&lab, &sign_in_to(&bob, "MFA_SETUP").await).await;
        let (app, session) = associate(&lab, &sign_in_to(&bob, "MFA_SETUP").await).await;
        let code = app.code(&lab.clock);
        lab.call("VerifySoftwareToken", first_code(&session, &code)).await.ok();
        lab.call("VerifySoftwareToken", first_code(&older_session, &older.code(&lab.clock))).await
            .fault("InvalidParameterException", INVALID);
        lab.call("AssociateSoftwareToken", json!({ "Session": older_session })).await
            .fault("InvalidParameterException", INVALID);
        answer(&bob, "MFA_SETUP", &older_session, "email", EMAIL).await.fault("NotAuthorizedException", INVALID);
    }

    async fn five_wrong_first_codes_end_the_session(lab: Lab) {
        let bob = bob(&lab).await;
        let (app, session) = associate(&lab, &sign_in_to(&bob, "MFA_SETUP").await).await;
        for _ in 0..5 {
            let wrong = app.wrong_code(&lab.clock);
            lab.call("VerifySoftwareToken", first_code(&session, &wrong)).await
                .fault("EnableSoftwareTokenMFAException", NOT_PROVED);
        }
        lab.call("VerifySoftwareToken", first_code(&session, &app.code(&lab.clock))).await
            .fault("NotAuthorizedException", USED);
    }

    async fn a_mailbox_is_set_up_by_its_code(lab: Lab) {
        let bob = bob(&lab).await;
        let session = sign_in_to(&bob, "MFA_SETUP").await;
        let output = answer(&bob, "MFA_SETUP", &session, "email", EMAIL).await.ok();
        let session = challenged(&output, "EMAIL_OTP");
        assert_eq!(bob.client.pool.attribute("bob", "email").await, None);
        let code = lab.mailbox.code_for(EMAIL).await;
        Tokens::of(&answer(&bob, "EMAIL_OTP", &session, "EMAIL_OTP_CODE", &code).await.ok());
        let user = bob.client.pool.user("bob").await;
        assert_eq!(user["UserMFASettingList"], json!(["EMAIL_OTP"]));
        let verified = bob.client.pool.attribute("bob", "email_verified").await;
        assert_eq!(verified.as_deref(), Some("true"));
        sign_in_to(&bob, "EMAIL_OTP").await;
    }

    async fn a_temporary_password_is_replaced_before_a_factor_is_set_up(lab: Lab) {
        let client = pool(&lab, "ON").await.client().await;
        let carol = json!({ "Username": "carol", "TemporaryPassword": "Temporary-1!", "MessageAction": "SUPPRESS" });
        client.pool.call("AdminCreateUser", carol).await.ok();
        let session = challenged(&client.sign_in("carol", "Temporary-1!").await.ok(), "NEW_PASSWORD_REQUIRED");
        let responses = json!({ "USERNAME": "carol", "NEW_PASSWORD": PASSWORD });
        let output = client.respond("NEW_PASSWORD_REQUIRED", &session, responses).await.ok();
        assert_eq!(output.get("AuthenticationResult"), None);
        assert_eq!(client.pool.user("carol").await["UserStatus"], "CONFIRMED");
        let (app, session) = associate(&lab, &challenged(&output, "MFA_SETUP")).await;
        let output = lab.call("VerifySoftwareToken", first_code(&session, &app.code(&lab.clock))).await.ok();
        let session = output["Session"].as_str().unwrap();
        Tokens::of(&set_up(&client, session, "carol").await.ok());
    }
}
