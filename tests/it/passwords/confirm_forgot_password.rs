use poolhouse_tests::actors::{PASSWORD, attributes};
use poolhouse_tests::clock::{hours, seconds};
use poolhouse_tests::scenario;
use serde_json::json;

use super::{
    ALICE, EXPIRED, INCORRECT, LIMIT, MISMATCH, NEW, STATE, alice, forget, other_than, reachable, status, write,
};

scenario! {
    async fn the_code_sets_a_new_password_and_signs_out_everywhere(lab: Lab) {
        let alice = alice(&lab).await;
        let signed_in = alice.sign_in().await;
        let code = forget(&lab, &alice).await;
        assert_eq!(
            alice.client.confirm_forgot_password("alice", &code, NEW).await.ok(),
            json!({})
        );
        assert_eq!(status(&alice).await, "CONFIRMED");
        alice.try_sign_in().await.fault("NotAuthorizedException", INCORRECT);
        alice.client.sign_in("alice", NEW).await.ok();
        // Whoever knew the old password is out.
        signed_in
            .get_user()
            .await
            .fault("NotAuthorizedException", "Access Token has been revoked");
        signed_in
            .refresh()
            .await
            .fault("NotAuthorizedException", "Refresh Token has been revoked");
    }

    async fn a_reset_lets_a_user_in_who_pauses_after_wrong_passwords(lab: Lab) {
        let alice = alice(&lab).await;
        for _ in 0..5 {
            alice
                .client
                .sign_in("alice", "Wrong-Horse-0")
                .await
                .fault("NotAuthorizedException", INCORRECT);
        }
        alice
            .try_sign_in()
            .await
            .fault("NotAuthorizedException", "Password attempts exceeded");
        let code = forget(&lab, &alice).await;
        alice.client.confirm_forgot_password("alice", &code, NEW).await.ok();
        alice.client.sign_in("alice", NEW).await.ok();
    }

    async fn a_wrong_code_changes_nothing_and_the_right_one_works_once(lab: Lab) {
        let alice = alice(&lab).await;
        let signed_in = alice.sign_in().await;
        let code = forget(&lab, &alice).await;
        for wrong in [other_than(&code), &code[..5], "x"] {
            alice
                .client
                .confirm_forgot_password("alice", wrong, NEW)
                .await
                .fault("CodeMismatchException", MISMATCH);
        }
        signed_in.get_user().await.ok();
        alice.client.confirm_forgot_password("alice", &code, NEW).await.ok();
        alice
            .client
            .confirm_forgot_password("alice", &code, "Third-Horse-3")
            .await
            .fault("ExpiredCodeException", EXPIRED);
        alice.client.sign_in("alice", NEW).await.ok();
    }

    async fn a_password_that_is_refused_does_not_use_the_code_up(lab: Lab) {
        let alice = alice(&lab).await;
        let code = forget(&lab, &alice).await;
        alice
            .client
            .confirm_forgot_password("alice", &code, "weakling")
            .await
            .fault(
                "InvalidPasswordException",
                "Password did not conform with policy: Password must have uppercase characters",
            );
        let (name, message) = alice.client.confirm_forgot_password("alice", &code, "p").await.error();
        assert_eq!(name, "InvalidParameterException");
        assert!(
            message.starts_with("2 validation errors detected: Value at 'password' failed"),
            "{message}"
        );
        alice
            .client
            .confirm_forgot_password("alice", &code, &"Aa1!".repeat(65))
            .await
            .fault(
                "InvalidParameterException",
                "1 validation error detected: Value at 'password' failed to satisfy constraint: \
             Member must have length less than or equal to 256",
            );
        alice
            .client
            .confirm_forgot_password("alice", &code, &"Aa1!".repeat(64))
            .await
            .ok();
        alice.client.sign_in("alice", &"Aa1!".repeat(64)).await.ok();
    }

    async fn a_code_lasts_an_hour(lab: Lab) {
        let alice = alice(&lab).await;
        let code = forget(&lab, &alice).await;
        lab.clock.advance(hours(1));
        alice
            .client
            .confirm_forgot_password("alice", &code, NEW)
            .await
            .fault("ExpiredCodeException", EXPIRED);
        lab.clock.rewind(seconds(1));
        alice.client.confirm_forgot_password("alice", &code, NEW).await.ok();
    }

    async fn guesses_are_limited_to_twenty_an_hour(lab: Lab) {
        let alice = alice(&lab).await;
        let code = forget(&lab, &alice).await;
        for _ in 0..20 {
            alice
                .client
                .confirm_forgot_password("alice", other_than(&code), NEW)
                .await
                .fault("CodeMismatchException", MISMATCH);
        }
        alice
            .client
            .confirm_forgot_password("alice", &code, NEW)
            .await
            .fault("LimitExceededException", LIMIT);
        let newer = forget(&lab, &alice).await;
        alice
            .client
            .confirm_forgot_password(&alice.sub, &newer, NEW)
            .await
            .fault("LimitExceededException", LIMIT);
        alice.sign_in().await;
        lab.clock.advance(seconds(3_599));
        alice
            .client
            .confirm_forgot_password("alice", &newer, NEW)
            .await
            .fault("LimitExceededException", LIMIT);
        lab.clock.advance(seconds(1));
        let newest = forget(&lab, &alice).await;
        alice.client.confirm_forgot_password("alice", &newest, NEW).await.ok();
    }

    async fn of_two_who_use_a_code_at_once_one_sets_the_password(lab: Lab) {
        let alice = alice(&lab).await;
        let code = forget(&lab, &alice).await;
        let reset = |password: &'static str| {
            let (client, code) = (alice.client.clone(), code.clone());
            tokio::spawn(async move { client.confirm_forgot_password("alice", &code, password).await })
        };
        let (one, other) = tokio::join!(reset("First-Horse-1"), reset("Second-Horse-2"));
        let (one, other) = (one.unwrap(), other.unwrap());
        let one_won = one.status == 200;
        let (winner, loser) = if one_won { (one, other) } else { (other, one) };
        winner.ok();
        loser.fault("ExpiredCodeException", EXPIRED);
        let passwords = if one_won {
            ["First-Horse-1", "Second-Horse-2"]
        } else {
            ["Second-Horse-2", "First-Horse-1"]
        };
        alice.client.sign_in("alice", passwords[0]).await.ok();
        alice
            .client
            .sign_in("alice", passwords[1])
            .await
            .fault("NotAuthorizedException", INCORRECT);
    }

    async fn a_code_of_another_purpose_is_worthless(lab: Lab) {
        let client = lab
            .pool_with(json!({ "AutoVerifiedAttributes": ["email"] }))
            .await
            .client()
            .await;
        let alice = reachable(&client, "alice", json!({ "email": ALICE })).await;
        let sign_up = lab.mailbox.code_for(ALICE).await;
        let signed_in = alice.sign_in().await;
        signed_in
            .call("GetUserAttributeVerificationCode", json!({ "AttributeName": "email" }))
            .await
            .ok();
        let attribute = lab.mailbox.code_for(ALICE).await;
        for code in [&sign_up, &attribute] {
            client
                .confirm_forgot_password("alice", code, NEW)
                .await
                .fault("ExpiredCodeException", EXPIRED);
        }
        let reset = forget(&lab, &alice).await;
        for code in [&sign_up, &attribute] {
            client
                .confirm_forgot_password("alice", code, NEW)
                .await
                .fault("CodeMismatchException", MISMATCH);
        }
        signed_in
            .call(
                "VerifyUserAttribute",
                json!({ "AttributeName": "email", "Code": reset }),
            )
            .await
            .fault("CodeMismatchException", MISMATCH);
        client.confirm_forgot_password("alice", &reset, NEW).await.ok();
    }

    async fn a_code_is_of_one_user_of_one_pool(lab: Lab) {
        let alice = alice(&lab).await;
        let code = forget(&lab, &alice).await;
        let bob = reachable(&alice.client, "bob", json!({ "email": "bob@example.com" })).await;
        alice
            .client
            .confirm_forgot_password("bob", &code, NEW)
            .await
            .fault("ExpiredCodeException", EXPIRED);
        alice.client.forgot_password("bob").await.ok();
        alice
            .client
            .confirm_forgot_password("bob", &code, NEW)
            .await
            .fault("CodeMismatchException", MISMATCH);
        bob.sign_in().await;
        let stranger = lab.pool().await.client().await;
        stranger
            .confirm_forgot_password("alice", &code, NEW)
            .await
            .fault("UserNotFoundException", "Username/client id combination not found.");
        reachable(&stranger, "alice", json!({ "email": "other@example.com" })).await;
        stranger
            .confirm_forgot_password("alice", &code, NEW)
            .await
            .fault("ExpiredCodeException", EXPIRED);
        let unknown = json!({ "ClientId": "unknown", "Username": "alice", "ConfirmationCode": code, "Password": NEW });
        lab.call("ConfirmForgotPassword", unknown)
            .await
            .fault("ResourceNotFoundException", "User pool client unknown does not exist.");
    }

    async fn a_code_to_an_address_that_is_no_longer_the_users_is_worthless(lab: Lab) {
        let alice = alice(&lab).await;
        let code = forget(&lab, &alice).await;
        write(&alice, json!({ "email": "new@example.com", "email_verified": "true" })).await;
        alice
            .client
            .confirm_forgot_password("alice", &code, NEW)
            .await
            .fault("ExpiredCodeException", EXPIRED);
        alice.sign_in().await;

        alice.client.forgot_password("alice").await.ok();
        let code = lab.mailbox.code_for("new@example.com").await;
        write(&alice, json!({ "email_verified": "false" })).await;
        alice
            .client
            .confirm_forgot_password("alice", &code, NEW)
            .await
            .fault("ExpiredCodeException", EXPIRED);
        write(&alice, json!({ "email_verified": "true" })).await;
        alice.client.confirm_forgot_password("alice", &code, NEW).await.ok();
    }

    async fn an_address_that_waits_for_its_code_gets_no_other(lab: Lab) {
        let settings = json!({
            "AutoVerifiedAttributes": ["email"],
            "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] }
        });
        let client = lab.pool_with(settings).await.client().await;
        let alice = reachable(&client, "alice", json!({ "email": ALICE })).await;
        let change = json!({ "UserAttributes": attributes(&json!({ "email": "new@example.com" })) });
        alice.sign_in().await.call("UpdateUserAttributes", change).await.ok();
        client.forgot_password("alice").await.ok();
        assert_eq!(
            lab.mailbox.newest_for(ALICE).await.kind,
            poolhouse_outbound::Kind::ForgotPassword
        );
        assert_eq!(lab.mailbox.messages_for("new@example.com").len(), 1);
    }

    async fn a_user_whose_status_changed_is_reset_no_more(lab: Lab) {
        let alice = alice(&lab).await;
        let code = forget(&lab, &alice).await;
        alice
            .admin_call("AdminSetUserPassword", json!({ "Password": "Temporary-Horse-1" }))
            .await
            .ok();
        alice
            .client
            .confirm_forgot_password("alice", &code, NEW)
            .await
            .fault("NotAuthorizedException", STATE);
        assert_eq!(status(&alice).await, "FORCE_CHANGE_PASSWORD");
        let permanent = json!({ "Password": PASSWORD, "Permanent": true });
        alice.admin_call("AdminSetUserPassword", permanent).await.ok();
        alice.admin_call("AdminDisableUser", json!({})).await.ok();
        alice
            .client
            .confirm_forgot_password("alice", &code, NEW)
            .await
            .fault("NotAuthorizedException", "User is disabled.");
        alice.admin_call("AdminEnableUser", json!({})).await.ok();
        alice.client.confirm_forgot_password("alice", &code, NEW).await.ok();

        alice
            .client
            .sign_up("unconfirmed", PASSWORD, json!({ "email": "u@example.com" }))
            .await
            .ok();
        alice
            .client
            .confirm_forgot_password("unconfirmed", "123456", NEW)
            .await
            .fault("UserNotConfirmedException", "User is not confirmed.");
    }

    async fn a_new_user_of_an_old_name_needs_a_new_code(lab: Lab) {
        let alice = alice(&lab).await;
        let code = forget(&lab, &alice).await;
        alice.admin_call("AdminDeleteUser", json!({})).await.ok();
        reachable(&alice.client, "alice", json!({ "email": ALICE })).await;
        alice
            .client
            .confirm_forgot_password("alice", &code, NEW)
            .await
            .fault("ExpiredCodeException", EXPIRED);
    }
}
