use poolhouse_outbound::Kind;
use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{ALICE, MISMATCH, NEW, STATE, UNREACHABLE, alice, other_than, status};

const RESET_REQUIRED: &str = "Password reset required for the user";

scenario! {
    async fn the_password_is_unusable_until_the_code_comes_back(lab: Lab) {
        let alice = alice(&lab).await;
        let input = json!({ "ClientMetadata": { "why": "leaked" } });
        assert_eq!(alice.admin_call("AdminResetUserPassword", input).await.ok(), json!({}));
        assert_eq!(status(&alice).await, "RESET_REQUIRED");
        let mail = lab.mailbox.newest_for(ALICE).await;
        assert_eq!(mail.kind, Kind::ForgotPassword);
        for password in [PASSWORD, "Wrong-Horse-0"] {
            alice
                .client
                .sign_in("alice", password)
                .await
                .fault("PasswordResetRequiredException", RESET_REQUIRED);
        }
        let code = mail.code.unwrap();
        alice
            .client
            .confirm_forgot_password("alice", other_than(&code), NEW)
            .await
            .fault("CodeMismatchException", MISMATCH);
        alice.client.confirm_forgot_password("alice", &code, NEW).await.ok();
        assert_eq!(status(&alice).await, "CONFIRMED");
        alice.client.sign_in("alice", NEW).await.ok();
    }

    async fn a_client_that_does_not_tell_hears_of_wrong_codes_only(lab: Lab) {
        let alice = alice(&lab).await;
        let discreet = alice
            .client
            .pool
            .client_with(json!({ "PreventUserExistenceErrors": "ENABLED" }))
            .await;
        alice.admin_call("AdminResetUserPassword", json!({})).await.ok();
        let code = lab.mailbox.code_for(ALICE).await;
        discreet
            .confirm_forgot_password("alice", other_than(&code), NEW)
            .await
            .fault("CodeMismatchException", MISMATCH);
        discreet.confirm_forgot_password("alice", &code, NEW).await.ok();
    }

    async fn a_reset_may_be_repeated_and_the_user_may_ask_again(lab: Lab) {
        let alice = alice(&lab).await;
        let mut codes = Vec::new();
        for _ in 0..2 {
            alice.admin_call("AdminResetUserPassword", json!({})).await.ok();
            codes.push(lab.mailbox.code_for(ALICE).await);
        }
        alice.client.forgot_password("alice").await.ok();
        for old in &codes {
            alice
                .client
                .confirm_forgot_password("alice", old, NEW)
                .await
                .fault("CodeMismatchException", MISMATCH);
        }
        assert_eq!(status(&alice).await, "RESET_REQUIRED");
        alice
            .client
            .confirm_forgot_password("alice", &lab.mailbox.code_for(ALICE).await, NEW)
            .await
            .ok();
    }

    async fn tokens_are_no_way_around(lab: Lab) {
        let alice = alice(&lab).await;
        let signed_in = alice.sign_in().await;
        alice.admin_call("AdminResetUserPassword", json!({})).await.ok();
        signed_in
            .get_user()
            .await
            .fault("PasswordResetRequiredException", RESET_REQUIRED);
        alice
            .client
            .confirm_forgot_password("alice", &lab.mailbox.code_for(ALICE).await, NEW)
            .await
            .ok();
        signed_in
            .get_user()
            .await
            .fault("NotAuthorizedException", "Access Token has been revoked");
    }

    async fn only_a_user_with_a_password_and_a_verified_contact_is_reset(lab: Lab) {
        let client = lab.pool().await.client().await;
        let pool = &client.pool;
        client
            .sign_up("unconfirmed", PASSWORD, json!({ "email": ALICE }))
            .await
            .ok();
        pool.call(
            "AdminCreateUser",
            json!({ "Username": "invited", "MessageAction": "SUPPRESS" }),
        )
        .await
        .ok();
        client
            .confirmed_user_with("unverified", json!({ "email": ALICE }))
            .await;
        for (username, error, sentence, left) in [
            ("unconfirmed", "NotAuthorizedException", STATE, "UNCONFIRMED"),
            ("invited", "NotAuthorizedException", STATE, "FORCE_CHANGE_PASSWORD"),
            ("unverified", "InvalidParameterException", UNREACHABLE, "CONFIRMED"),
        ] {
            pool.call("AdminResetUserPassword", json!({ "Username": username }))
                .await
                .fault(error, sentence);
            assert_eq!(pool.user(username).await["UserStatus"], left);
        }
        pool.call("AdminResetUserPassword", json!({ "Username": "nobody" }))
            .await
            .fault("UserNotFoundException", "User does not exist.");
        let input = json!({ "UserPoolId": "us-east-1_unknown00", "Username": "unverified" });
        lab.admin().call("AdminResetUserPassword", input).await.fault(
            "ResourceNotFoundException",
            "User pool us-east-1_unknown00 does not exist.",
        );
        assert!(lab.mailbox.messages_for(ALICE).is_empty());
    }

    async fn a_message_that_is_lost_does_not_bring_the_password_back(lab: Lab) {
        let alice = alice(&lab).await;
        lab.relay.break_down();
        alice.admin_call("AdminResetUserPassword", json!({})).await.ok();
        lab.relay.repair();
        alice
            .try_sign_in()
            .await
            .fault("PasswordResetRequiredException", RESET_REQUIRED);
        alice.client.forgot_password("alice").await.ok();
        alice
            .client
            .confirm_forgot_password("alice", &lab.mailbox.code_for(ALICE).await, NEW)
            .await
            .ok();
    }
}
