//! What a client learns about who has an account, with and without PreventUserExistenceErrors.

use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{ALICE, sign_alice_up, verifying_client};

const EXPIRED: &str = "Invalid code provided, please request a code again.";

/// Two clients of a pool that verifies e-mail addresses: one that tells, and one that doesn't.
async fn clients(lab: &Lab) -> (Client, Client) {
    let open = verifying_client(lab, json!({})).await;
    let discreet = open
        .pool
        .client_with(json!({ "PreventUserExistenceErrors": "ENABLED" }))
        .await;
    (open, discreet)
}

scenario! {
    async fn a_missing_user_cannot_be_confirmed(lab: Lab) {
        let (open, discreet) = clients(&lab).await;
        open.confirm_sign_up("nobody", "123456")
            .await
            .fault("UserNotFoundException", "Username/client id combination not found.");
        discreet
            .confirm_sign_up("nobody", "123456")
            .await
            .fault("ExpiredCodeException", EXPIRED);
        // As for a user without a code.
        open.sign_up("alice", PASSWORD, json!({})).await.ok();
        discreet
            .confirm_sign_up("alice", "123456")
            .await
            .fault("ExpiredCodeException", EXPIRED);
        let legacy = open
            .pool
            .client_with(json!({ "PreventUserExistenceErrors": "LEGACY" }))
            .await;
        legacy
            .confirm_sign_up("nobody", "123456")
            .await
            .fault("UserNotFoundException", "Username/client id combination not found.");
    }

    async fn a_code_is_seemingly_sent_again_to_who_is_missing_disabled_or_out_of_reach(lab: Lab) {
        let (open, discreet) = clients(&lab).await;
        open.sign_up("disabled", PASSWORD, json!({ "email": ALICE })).await.ok();
        open.pool
            .call("AdminDisableUser", json!({ "Username": "disabled" }))
            .await
            .ok();
        open.sign_up("unreachable", PASSWORD, json!({})).await.ok();
        for (name, error, sentence) in [
            (
                "nobody",
                "UserNotFoundException",
                "Username/client id combination not found.",
            ),
            (
                "nobody@example.com",
                "UserNotFoundException",
                "Username/client id combination not found.",
            ),
            ("disabled", "NotAuthorizedException", "User is disabled."),
            (
                "unreachable",
                "InvalidParameterException",
                "Cannot resend codes. Auto verification not turned on.",
            ),
        ] {
            open.resend_code(name).await.fault(error, sentence);
            let details = discreet.resend_code(name).await.ok();
            assert_eq!(details["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL", "{name}");
            assert_eq!(details["CodeDeliveryDetails"]["AttributeName"], "email", "{name}");
            // Always the same, or it would be known for an invention.
            assert_eq!(discreet.resend_code(name).await.ok(), details, "{name}");
        }
        let details = discreet.resend_code("somebody@example.com").await.ok();
        assert_eq!(details["CodeDeliveryDetails"]["Destination"], "s***@e***");
        assert_eq!(lab.mailbox.messages_for(ALICE).len(), 1);
        assert!(lab.mailbox.messages_for("nobody@example.com").is_empty());
    }

    async fn where_nothing_is_verified_everybody_is_told_so(lab: Lab) {
        let pool = lab.pool().await;
        let discreet = pool
            .client_with(json!({ "PreventUserExistenceErrors": "ENABLED" }))
            .await;
        discreet
            .sign_up("alice", PASSWORD, json!({ "email": ALICE }))
            .await
            .ok();
        for name in ["alice", "nobody"] {
            discreet.resend_code(name).await.fault(
                "InvalidParameterException",
                "Cannot resend codes. Auto verification not turned on.",
            );
        }
    }

    async fn attempts_on_nobody_run_out_as_on_a_user(lab: Lab) {
        let (_, discreet) = clients(&lab).await;
        sign_alice_up(&lab, &discreet).await;
        for name in ["alice", "nobody"] {
            for _ in 0..5 {
                discreet.resend_code(name).await.ok();
            }
            discreet.resend_code(name).await.fault(
                "LimitExceededException",
                "Attempt limit exceeded, please try after some time.",
            );
        }
    }

    async fn a_name_that_is_taken_is_told_all_the_same(lab: Lab) {
        let (_, discreet) = clients(&lab).await;
        sign_alice_up(&lab, &discreet).await;
        discreet
            .sign_up("alice", PASSWORD, json!({}))
            .await
            .fault("UsernameExistsException", "User already exists");
    }
}
