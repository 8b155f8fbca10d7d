//! GetUserAttributeVerificationCode and VerifyUserAttribute.

use poolhouse_outbound::Kind;
use poolhouse_tests::clock::{minutes, seconds};
use poolhouse_tests::scenario;
use serde_json::json;

use super::{admin_update, other_code, request_code, update, value, verify};

const EXPIRED: &str = "Invalid code provided, please request a code again.";
const MISMATCH: &str = "Invalid verification code provided, please try again.";
const LIMIT: &str = "Attempt limit exceeded, please try after some time.";

scenario! {
    async fn a_code_verifies_once(lab: Lab) {
        let client = lab.pool().await.client().await;
        let contacts = json!({ "email": "a@example.com", "phone_number": "+15550100" });
        let alice = client.confirmed_user_with("alice", contacts).await.sign_in().await;
        for (attribute, to, details) in [
            (
                "email",
                "a@example.com",
                json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "a***@e***" }),
            ),
            (
                "phone_number",
                "+15550100",
                json!({ "AttributeName": "phone_number", "DeliveryMedium": "SMS", "Destination": "+****0100" }),
            ),
        ] {
            assert_eq!(request_code(&alice, attribute).await.ok(), json!({ "CodeDeliveryDetails": details }));
            assert_eq!(lab.mailbox.newest_for(to).await.kind, Kind::VerifyUserAttribute);
            let code = lab.mailbox.code_for(to).await;
            assert_eq!(code.len(), 6);
            verify(&alice, attribute, other_code(&code)).await.fault("CodeMismatchException", MISMATCH);
            assert_eq!(verify(&alice, attribute, &code).await.ok(), json!({}));
            assert_eq!(value(&alice.user, &format!("{attribute}_verified")).await.as_deref(), Some("true"));
            verify(&alice, attribute, &code).await.fault("ExpiredCodeException", EXPIRED);
        }
        // What is verified may be verified again.
        request_code(&alice, "email").await.ok();
        let code = lab.mailbox.code_for("a@example.com").await;
        verify(&alice, "email", &code).await.ok();
    }

    async fn a_newer_code_replaces_the_older(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user_with("alice", json!({ "email": "a@example.com" })).await.sign_in().await;
        request_code(&alice, "email").await.ok();
        let old = lab.mailbox.code_for("a@example.com").await;
        request_code(&alice, "email").await.ok();
        let new = lab.mailbox.code_for("a@example.com").await;
        assert_ne!(old, new);
        verify(&alice, "email", &old).await.fault("CodeMismatchException", MISMATCH);
        verify(&alice, "email", &new).await.ok();
    }

    async fn a_code_lasts_a_day(lab: Lab) {
        let client = lab.pool().await.client().await;
        let user = client.confirmed_user_with("alice", json!({ "email": "a@example.com" })).await;
        request_code(&user.sign_in().await, "email").await.ok();
        let code = lab.mailbox.code_for("a@example.com").await;
        lab.clock.advance(seconds(24 * 60 * 60 - 1));
        let alice = user.sign_in().await;
        verify(&alice, "email", other_code(&code)).await.fault("CodeMismatchException", MISMATCH);
        lab.clock.advance(seconds(1));
        verify(&alice, "email", &code).await.fault("ExpiredCodeException", EXPIRED);
    }

    async fn a_code_proves_the_address_it_was_sent_to_and_no_other(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user_with("alice", json!({ "email": "a@example.com" })).await.sign_in().await;
        request_code(&alice, "email").await.ok();
        let code = lab.mailbox.code_for("a@example.com").await;
        update(&alice, json!({ "email": "victim@example.com" })).await.ok();
        verify(&alice, "email", &code).await.fault("ExpiredCodeException", EXPIRED);
        assert_eq!(value(&alice.user, "email_verified").await.as_deref(), Some("false"));
        update(&alice, json!({ "email": "" })).await.ok();
        verify(&alice, "email", &code).await.fault("ExpiredCodeException", EXPIRED);
        assert_eq!(value(&alice.user, "email").await, None);
    }

    async fn a_code_is_good_for_one_user_one_attribute_one_purpose(lab: Lab) {
        let client = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await.client().await;
        let contacts = json!({ "email": "a@example.com", "phone_number": "+15550100" });
        let alice = client.confirmed_user_with("alice", contacts).await.sign_in().await;
        // The code of the sign-up, which an administrator confirmed instead.
        let sign_up = lab.mailbox.code_for("a@example.com").await;
        verify(&alice, "email", &sign_up).await.fault("ExpiredCodeException", EXPIRED);
        request_code(&alice, "email").await.ok();
        let code = lab.mailbox.code_for("a@example.com").await;
        verify(&alice, "phone_number", &code).await.fault("ExpiredCodeException", EXPIRED);
        let bob = client.confirmed_user_with("bob", json!({ "email": "a@example.com" })).await.sign_in().await;
        verify(&bob, "email", &code).await.fault("ExpiredCodeException", EXPIRED);
        verify(&alice, "email", &code).await.ok();
    }

    async fn only_contacts_that_are_there_are_verified(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        request_code(&alice, "email").await.fault("InvalidParameterException", "User has no email to verify.");
        request_code(&alice, "phone_number")
            .await
            .fault("InvalidParameterException", "User has no phone_number to verify.");
        for name in ["name", "email_verified", "sub"] {
            let sentence = format!("{name} is not an attribute that can be verified.");
            request_code(&alice, name).await.fault("InvalidParameterException", &sentence);
            verify(&alice, name, "123456").await.fault("InvalidParameterException", &sentence);
        }
        verify(&alice, "email", "123456").await.fault("ExpiredCodeException", EXPIRED);
    }

    async fn codes_are_sent_five_times_an_hour(lab: Lab) {
        let client = lab.pool().await.client().await;
        let user = client.confirmed_user_with("alice", json!({ "email": "a@example.com" })).await;
        let alice = user.sign_in().await;
        for _ in 0..5 {
            request_code(&alice, "email").await.ok();
        }
        request_code(&alice, "email").await.fault("LimitExceededException", LIMIT);
        assert_eq!(lab.mailbox.messages_for("a@example.com").len(), 5);
        lab.clock.advance(minutes(60));
        request_code(&user.sign_in().await, "email").await.ok();
    }

    async fn guessing_ends_after_fifteen_attempts(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user_with("alice", json!({ "email": "a@example.com" })).await.sign_in().await;
        request_code(&alice, "email").await.ok();
        let code = lab.mailbox.code_for("a@example.com").await;
        for _ in 0..15 {
            verify(&alice, "email", other_code(&code)).await.fault("CodeMismatchException", MISMATCH);
        }
        verify(&alice, "email", &code).await.fault("LimitExceededException", LIMIT);
        assert_eq!(value(&alice.user, "email_verified").await.as_deref(), Some("false"));
    }

    async fn of_two_who_use_a_code_at_once_one_succeeds(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user_with("alice", json!({ "email": "a@example.com" })).await.sign_in().await;
        request_code(&alice, "email").await.ok();
        let code = lab.mailbox.code_for("a@example.com").await;
        let replies = tokio::join!(
            verify(&alice, "email", &code),
            verify(&alice, "email", &code),
            verify(&alice, "email", &code),
        );
        let mut verified = 0;
        for reply in [replies.0, replies.1, replies.2] {
            if reply.status == 200 {
                verified += 1;
            } else {
                reply.fault("ExpiredCodeException", EXPIRED);
            }
        }
        assert_eq!(verified, 1);
        assert_eq!(value(&alice.user, "email_verified").await.as_deref(), Some("true"));
    }

    async fn a_verification_survives_another_change_at_the_same_time(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user_with("alice", json!({ "email": "a@example.com" })).await.sign_in().await;
        request_code(&alice, "email").await.ok();
        let code = lab.mailbox.code_for("a@example.com").await;
        let replies = tokio::join!(
            verify(&alice, "email", &code),
            admin_update(&alice.user, json!({ "name": "A" })),
            update(&alice, json!({ "nickname": "B" })),
        );
        for reply in [replies.0, replies.1, replies.2] {
            reply.ok();
        }
        for (name, expected) in [("email_verified", "true"), ("name", "A"), ("nickname", "B")] {
            assert_eq!(value(&alice.user, name).await.as_deref(), Some(expected), "{name}");
        }
    }
}
