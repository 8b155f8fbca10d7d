//! EMAIL_OTP and SMS_OTP as first factors.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::clock::{hours, minutes};
use poolhouse_tests::scenario;

use super::*;

scenario! {
    async fn a_code_by_mail_signs_in(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        let output = begin(&client, "alice", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
        let session = challenged(&output, "EMAIL_OTP");
        assert_eq!(output["AvailableChallenges"], json!(["EMAIL_OTP"]));
        let delivery = json!({
            "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL", "CODE_DELIVERY_DESTINATION": "a***@e***",
        });
        assert_eq!(output["ChallengeParameters"], delivery);
        let code = lab.mailbox.code_for(EMAIL).await;
        assert!(code.len() == 8 && code.chars().all(|digit| digit.is_ascii_digit()), "{code}");
        assert_eq!(client.pool.attribute("alice", "email_verified").await.as_deref(), Some("false"));
        let output = answer_email(&client, "alice", &session, &code).await.ok();
        assert_eq!(output["ChallengeParameters"], json!({}));
        assert_eq!(output["AuthenticationResult"]["ExpiresIn"], 3600);
        let claims = signed_in(&alice, &output).id_claims().await;
        assert_eq!((&claims["sub"], &claims["email_verified"]), (&json!(alice.sub), &json!(true)));
        assert_eq!(client.pool.attribute("alice", "phone_number_verified").await.as_deref(), Some("false"));
        answer_email(&client, "alice", &session, &code).await.fault("NotAuthorizedException", USED);
    }

    async fn a_code_by_sms_signs_in(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await;
        let output = begin(&client, "alice", json!({ "PREFERRED_CHALLENGE": "SMS_OTP" })).await.ok();
        let session = challenged(&output, "SMS_OTP");
        assert_eq!(output["AvailableChallenges"], json!(["SMS_OTP"]));
        let delivery = json!({
            "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "CODE_DELIVERY_DESTINATION": "+*******1234",
        });
        assert_eq!(output["ChallengeParameters"], delivery);
        let code = lab.mailbox.code_for(PHONE_NUMBER).await;
        let responses = json!({ "SMS_OTP_CODE": code });
        answer_email(&client, "alice", &session, &code).await.fault("NotAuthorizedException", INVALID);
        Tokens::of(&answer(&client, "alice", "SMS_OTP", &session, responses).await.ok());
        assert_eq!(client.pool.attribute("alice", "phone_number_verified").await.as_deref(), Some("true"));
    }

    async fn wrong_codes_make_nobody_pause_but_stop_counting(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await;
        let session = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        for _ in 0..6 {
            answer_email(&client, "alice", &session, &wrong(&code)).await.fault("CodeMismatchException", MISMATCH);
        }
        // The session is still there, and nothing opens it any more.
        answer_email(&client, "alice", &session, &code).await.fault("CodeMismatchException", MISMATCH);
        let session = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        for _ in 0..4 {
            answer_email(&client, "alice", &session, &wrong(&code)).await.fault("CodeMismatchException", MISMATCH);
        }
        Tokens::of(&answer_email(&client, "alice", &session, &code).await.ok());
        Tokens::of(&client.sign_in("alice", PASSWORD).await.ok());
    }

    async fn each_sign_in_has_a_code_of_its_own(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await;
        let first = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code_of_first = lab.mailbox.code_for(EMAIL).await;
        let second = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code_of_second = lab.mailbox.code_for(EMAIL).await;
        assert_ne!(code_of_first, code_of_second);
        answer_email(&client, "alice", &second, &code_of_first).await.fault("CodeMismatchException", MISMATCH);
        Tokens::of(&answer_email(&client, "alice", &first, &code_of_first).await.ok());
        Tokens::of(&answer_email(&client, "alice", &second, &code_of_second).await.ok());
    }

    async fn a_code_is_of_its_user_its_client_and_its_time(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await;
        client.confirmed_user_with("bob", json!({ "email": "bob@example.com" })).await;
        let session = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        answer_email(&client, "bob", &session, &code).await.fault("NotAuthorizedException", INVALID);
        let other = client.pool.client_with(with_choice(json!({}))).await;
        answer_email(&other, "alice", &session, &code).await.fault("NotAuthorizedException", INVALID);
        let bobs = begin_with(&client, "bob", "EMAIL_OTP").await;
        answer_email(&client, "bob", &bobs, &code).await.fault("CodeMismatchException", MISMATCH);
        answer_email(&client, "alice", &"x".repeat(100), &code).await.fault("NotAuthorizedException", INVALID);
        // A code to sign in with is no code that confirms or resets.
        client.confirm_forgot_password("alice", &code, "Another-Horse-2").await
            .fault("ExpiredCodeException", "Invalid code provided, please request a code again.");
        lab.clock.advance(minutes(3));
        answer_email(&client, "alice", &session, &code).await.fault("NotAuthorizedException", EXPIRED);
    }

    async fn a_mailbox_gets_twenty_codes_an_hour(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        let sent = lab.mailbox.messages_for(EMAIL).len();
        for _ in 0..20 {
            begin_with(&client, "alice", "EMAIL_OTP").await;
        }
        // By whatever name and through whatever door.
        let session = challenged(&begin(&client, &alice.sub, json!({})).await.ok(), "SELECT_CHALLENGE");
        select(&client, "alice", &session, "EMAIL_OTP").await.fault("TooManyRequestsException", TOO_MANY);
        begin(&client, "alice", json!({ "PREFERRED_CHALLENGE": "SMS_OTP" })).await
            .fault("TooManyRequestsException", TOO_MANY);
        assert_eq!(lab.mailbox.messages_for(EMAIL).len(), sent + 20);
        Tokens::of(&client.sign_in("alice", PASSWORD).await.ok());
        lab.clock.advance(hours(1));
        begin_with(&client, "alice", "EMAIL_OTP").await;
    }

    async fn a_code_confirms_a_sign_up(lab: Lab) {
        let client = client(&lab).await;
        client.sign_up("alice", PASSWORD, json!({ "email": EMAIL })).await.ok();
        let given = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
        begin(&client, "alice", given).await.fault("UserNotConfirmedException", "User is not confirmed.");
        let session = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        Tokens::of(&answer_email(&client, "alice", &session, &code).await.ok());
        assert_eq!(client.pool.user("alice").await["UserStatus"], "CONFIRMED");
        assert_eq!(client.pool.attribute("alice", "email_verified").await.as_deref(), Some("true"));
        client.confirm_sign_up("alice", &code).await
            .fault("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED");
    }

    async fn guesses_of_passwords_keep_nobody_from_a_code(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await;
        for _ in 0..5 {
            client.sign_in("alice", "Wrong-Password-1").await.fault("NotAuthorizedException", INCORRECT);
        }
        client.sign_in("alice", PASSWORD).await.fault("NotAuthorizedException", "Password attempts exceeded");
        let session = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        Tokens::of(&answer_email(&client, "alice", &session, &code).await.ok());
    }

    async fn a_sign_in_changes_no_user_who_is_verified(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        let verified = json!([{ "Name": "email_verified", "Value": "true" }]);
        alice.admin_call("AdminUpdateUserAttributes", json!({ "UserAttributes": verified })).await.ok();
        let before = client.pool.user("alice").await["UserLastModifiedDate"].take();
        lab.clock.advance(minutes(1));
        let session = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        Tokens::of(&answer_email(&client, "alice", &session, &code).await.ok());
        assert_eq!(client.pool.user("alice").await["UserLastModifiedDate"], before);
    }

    async fn a_code_that_cannot_be_delivered_lets_nobody_in(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await;
        lab.relay.break_down();
        begin(&client, "alice", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await
            .fault("InvalidUserPoolConfigurationException", "Failed to deliver the message.");
        lab.relay.repair();
        begin_with(&client, "alice", "EMAIL_OTP").await;
    }

    async fn a_user_without_a_password_has_none_until_they_set_one(lab: Lab) {
        let client = client(&lab).await;
        let contact = json!([{ "Name": "email", "Value": EMAIL }, { "Name": "email_verified", "Value": "true" }]);
        let input = json!({ "Username": "dave", "MessageAction": "SUPPRESS", "UserAttributes": contact });
        client.pool.call("AdminCreateUser", input).await.ok();
        client.sign_in("dave", PASSWORD).await.fault("NotAuthorizedException", INCORRECT);
        let given = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
        let session = challenged(&begin(&client, "dave", given).await.ok(), "SELECT_CHALLENGE");
        select(&client, "dave", &session, "PASSWORD").await
            .fault("InvalidParameterException", "ANSWER is not one of the available challenges.");
        let session = begin_with(&client, "dave", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        let tokens = Tokens::of(&answer_email(&client, "dave", &session, &code).await.ok());
        let change = json!({ "AccessToken": tokens.access, "ProposedPassword": PASSWORD });
        lab.call("ChangePassword", change).await.ok();
        Tokens::of(&client.sign_in("dave", PASSWORD).await.ok());
        client.forgot_password("dave").await.ok();
        let code = lab.mailbox.code_for(EMAIL).await;
        client.confirm_forgot_password("dave", &code, "Another-Horse-2").await.ok();
        Tokens::of(&client.sign_in("dave", "Another-Horse-2").await.ok());
    }

    async fn a_forgotten_password_that_never_was_is_made(lab: Lab) {
        let client = client(&lab).await;
        let contact = json!([{ "Name": "email", "Value": EMAIL }, { "Name": "email_verified", "Value": "true" }]);
        let input = json!({ "Username": "dave", "MessageAction": "SUPPRESS", "UserAttributes": contact });
        client.pool.call("AdminCreateUser", input).await.ok();
        client.forgot_password("dave").await.ok();
        let code = lab.mailbox.code_for(EMAIL).await;
        client.confirm_forgot_password("dave", &code, PASSWORD).await.ok();
        Tokens::of(&client.sign_in("dave", PASSWORD).await.ok());
    }
}
