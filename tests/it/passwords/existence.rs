//! What a client learns about who has an account, with and without PreventUserExistenceErrors.

use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::clock::hours;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{ALICE, EXPIRED, LIMIT, MISMATCH, NEW, STATE, UNREACHABLE, forget, other_than, reachable};

const NOT_FOUND: &str = "Username/client id combination not found.";

/// Two clients of one pool: one that tells, and one that doesn't.
async fn clients(lab: &Lab) -> (Client, Client) {
    let pool = lab.pool().await;
    let discreet = pool
        .client_with(json!({ "PreventUserExistenceErrors": "ENABLED" }))
        .await;
    (pool.client().await, discreet)
}

/// A user of every kind who can't reset a password.
async fn out_of_reach(client: &Client) {
    client
        .sign_up("unconfirmed", PASSWORD, json!({ "email": ALICE }))
        .await
        .ok();
    client
        .confirmed_user_with("unverified", json!({ "email": ALICE }))
        .await;
    let invited = json!({ "Username": "invited", "MessageAction": "SUPPRESS" });
    client.pool.call("AdminCreateUser", invited).await.ok();
    let disabled = reachable(client, "disabled", json!({ "email": ALICE })).await;
    disabled.admin_call("AdminDisableUser", json!({})).await.ok();
}

const NAMES: [&str; 5] = ["nobody", "unconfirmed", "unverified", "invited", "disabled"];

scenario! {
    async fn a_client_that_tells_says_why_no_code_is_sent(lab: Lab) {
        let (open, _) = clients(&lab).await;
        out_of_reach(&open).await;
        let refusals = [
            ("UserNotFoundException", NOT_FOUND),
            ("InvalidParameterException", UNREACHABLE),
            ("InvalidParameterException", UNREACHABLE),
            ("NotAuthorizedException", STATE),
            ("NotAuthorizedException", "User is disabled."),
        ];
        for (name, (error, sentence)) in NAMES.into_iter().zip(refusals) {
            open.forgot_password(name).await.fault(error, sentence);
        }
    }

    async fn a_client_that_does_not_tell_seems_to_send_codes_to_everybody(lab: Lab) {
        let (open, discreet) = clients(&lab).await;
        out_of_reach(&open).await;
        for name in NAMES {
            let details = discreet.forgot_password(name).await.ok();
            assert_eq!(details["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL", "{name}");
            assert_eq!(details["CodeDeliveryDetails"]["AttributeName"], "email", "{name}");
            assert_eq!(discreet.forgot_password(name).await.ok(), details, "{name}");
        }
        let details = discreet.forgot_password("nobody@example.com").await.ok();
        assert_eq!(details["CodeDeliveryDetails"]["Destination"], "n***@e***");
        assert!(lab.mailbox.messages_for(ALICE).is_empty());
        assert!(lab.mailbox.messages_for("nobody@example.com").is_empty());
    }

    async fn who_asked_for_no_code_has_none_and_who_did_has_a_wrong_one(lab: Lab) {
        let (open, discreet) = clients(&lab).await;
        out_of_reach(&open).await;
        reachable(&open, "alice", json!({ "email": "a@example.com" })).await;
        for name in NAMES.into_iter().chain(["alice"]) {
            discreet
                .confirm_forgot_password(name, "123456", NEW)
                .await
                .fault("ExpiredCodeException", EXPIRED);
        }
        for name in NAMES.into_iter().chain(["alice"]) {
            discreet.forgot_password(name).await.ok();
        }
        let code = lab.mailbox.code_for("a@example.com").await;
        for name in NAMES.into_iter().chain(["alice"]) {
            discreet
                .confirm_forgot_password(name, other_than(&code), NEW)
                .await
                .fault("CodeMismatchException", MISMATCH);
        }
    }

    async fn a_client_that_tells_says_whose_password_cannot_be_reset(lab: Lab) {
        let (open, _) = clients(&lab).await;
        out_of_reach(&open).await;
        let refusals = [
            ("UserNotFoundException", NOT_FOUND),
            ("UserNotConfirmedException", "User is not confirmed."),
            ("ExpiredCodeException", EXPIRED),
            ("NotAuthorizedException", STATE),
            ("NotAuthorizedException", "User is disabled."),
        ];
        for (name, (error, sentence)) in NAMES.into_iter().zip(refusals) {
            open.confirm_forgot_password(name, "123456", NEW)
                .await
                .fault(error, sentence);
        }
    }

    async fn a_code_that_expired_is_told_from_none_by_nobody(lab: Lab) {
        let (_, discreet) = clients(&lab).await;
        let alice = reachable(&discreet, "alice", json!({ "email": ALICE })).await;
        discreet.forgot_password("nobody").await.ok();
        let code = forget(&lab, &alice).await;
        lab.clock.advance(hours(1));
        for name in ["alice", "nobody"] {
            discreet
                .confirm_forgot_password(name, &code, NEW)
                .await
                .fault("ExpiredCodeException", EXPIRED);
        }
    }

    async fn a_code_that_was_used_is_a_wrong_one(lab: Lab) {
        let (_, discreet) = clients(&lab).await;
        let alice = reachable(&discreet, "alice", json!({ "email": ALICE })).await;
        let code = forget(&lab, &alice).await;
        discreet.confirm_forgot_password("alice", &code, NEW).await.ok();
        discreet
            .confirm_forgot_password("alice", &code, NEW)
            .await
            .fault("CodeMismatchException", MISMATCH);
    }

    async fn attempts_on_nobody_run_out_as_on_a_user(lab: Lab) {
        let (_, discreet) = clients(&lab).await;
        reachable(&discreet, "alice", json!({ "email": ALICE })).await;
        for name in ["alice", "nobody"] {
            for _ in 0..20 {
                discreet
                    .confirm_forgot_password(name, "123456", NEW)
                    .await
                    .fault("ExpiredCodeException", EXPIRED);
            }
            discreet
                .confirm_forgot_password(name, "123456", NEW)
                .await
                .fault("LimitExceededException", LIMIT);
        }
    }
}
