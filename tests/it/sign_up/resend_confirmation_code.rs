use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::clock::hours;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{ALICE, sign_alice_up, verifying_client};

const LIMIT: &str = "Attempt limit exceeded, please try after some time.";

scenario! {
    async fn a_new_code_is_sent_and_the_older_one_is_worth_nothing(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let older = sign_alice_up(&lab, &client).await;
        assert_eq!(
            client.resend_code("alice").await.ok(),
            json!({ "CodeDeliveryDetails": {
            "Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"
        } })
        );
        // At once again: there is no pause between two.
        client.resend_code("alice").await.ok();
        let codes: Vec<_> = lab
            .mailbox
            .messages_for(ALICE)
            .into_iter()
            .map(|message| message.code.unwrap())
            .collect();
        let [first, second, newest] = &codes[..] else {
            panic!("{} codes", codes.len())
        };
        assert_eq!(*first, older);
        for old in [first, second] {
            client.confirm_sign_up("alice", old).await.fault(
                "CodeMismatchException",
                "Invalid verification code provided, please try again.",
            );
        }
        client.confirm_sign_up("alice", newest).await.ok();
    }

    async fn a_new_code_lasts_its_own_24_hours(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        sign_alice_up(&lab, &client).await;
        lab.clock.advance(hours(30));
        client.resend_code("alice").await.ok();
        lab.clock.advance(hours(23));
        client
            .confirm_sign_up("alice", &lab.mailbox.code_for(ALICE).await)
            .await
            .ok();
    }

    async fn five_codes_an_hour_are_sent(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        sign_alice_up(&lab, &client).await;
        for _ in 0..5 {
            client.resend_code("alice").await.ok();
        }
        client.resend_code("alice").await.fault("LimitExceededException", LIMIT);
        assert_eq!(lab.mailbox.messages_for(ALICE).len(), 6);
        lab.clock.advance(hours(1));
        client.resend_code("alice").await.ok();
    }

    async fn a_confirmed_user_needs_no_code(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        client.confirmed_user_with("alice", json!({ "email": ALICE })).await;
        client
            .resend_code("alice")
            .await
            .fault("InvalidParameterException", "User is already confirmed.");
        assert_eq!(lab.mailbox.messages_for(ALICE).len(), 1);
    }

    async fn where_nothing_is_verified_nothing_is_sent_again(lab: Lab) {
        let sentence = "Cannot resend codes. Auto verification not turned on.";
        let client = lab.pool().await.client().await;
        client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        client
            .resend_code("alice")
            .await
            .fault("InvalidParameterException", sentence);
        let verifying = verifying_client(&lab, json!({})).await;
        verifying
            .sign_up("alice", PASSWORD, json!({ "phone_number": "+12345679934" }))
            .await
            .ok();
        verifying
            .resend_code("alice")
            .await
            .fault("InvalidParameterException", sentence);
    }

    async fn the_code_goes_to_the_name_that_was_given_where_both_contacts_are_names(lab: Lab) {
        let settings = json!({
            "UsernameAttributes": ["email", "phone_number"], "AutoVerifiedAttributes": ["email", "phone_number"]
        });
        let client = verifying_client(&lab, settings).await;
        client
            .sign_up(ALICE, PASSWORD, json!({ "phone_number": "+12345679934" }))
            .await
            .ok();
        for (name, attribute) in [(ALICE, "email"), ("+12345679934", "phone_number")] {
            assert_eq!(
                client.resend_code(name).await.ok()["CodeDeliveryDetails"]["AttributeName"],
                attribute
            );
        }
        client
            .confirm_sign_up(ALICE, &lab.mailbox.code_for("+12345679934").await)
            .await
            .ok();
        assert_eq!(
            client.pool.attribute(ALICE, "phone_number_verified").await.as_deref(),
            Some("true")
        );
        assert_eq!(
            client.pool.attribute(ALICE, "email_verified").await.as_deref(),
            Some("false")
        );
    }

    async fn the_client_must_be_of_the_users_pool(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        sign_alice_up(&lab, &client).await;
        let stranger = verifying_client(&lab, json!({})).await;
        stranger
            .resend_code("alice")
            .await
            .fault("UserNotFoundException", "Username/client id combination not found.");
        lab.call(
            "ResendConfirmationCode",
            json!({ "ClientId": "unknown", "Username": "alice" }),
        )
        .await
        .fault("ResourceNotFoundException", "User pool client unknown does not exist.");
        assert_eq!(lab.mailbox.messages_for(ALICE).len(), 1);
    }
}
