use poolhouse_tests::actors::{PASSWORD, Tokens, attributes};
use poolhouse_tests::clock::{hours, minutes, seconds};
use poolhouse_tests::scenario;
use serde_json::json;

use super::{ALICE, other_than, sign_alice_up, status, verifying_client};

const MISMATCH: &str = "Invalid verification code provided, please try again.";
const EXPIRED: &str = "Invalid code provided, please request a code again.";
const LIMIT: &str = "Attempt limit exceeded, please try after some time.";

scenario! {
    async fn the_code_confirms_the_user_and_verifies_what_it_was_sent_to(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        client
            .sign_up(
                "alice",
                PASSWORD,
                json!({ "email": ALICE, "phone_number": "+12345679934" }),
            )
            .await
            .ok();
        let code = lab.mailbox.code_for(ALICE).await;
        assert!(
            code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()),
            "{code}"
        );
        assert_eq!(client.confirm_sign_up("alice", &code).await.ok(), json!({}));
        assert_eq!(status(&client, "alice").await, "CONFIRMED");
        let tokens = Tokens::of(&client.sign_in("alice", PASSWORD).await.ok());
        let claims = client.pool.verify(&tokens.id).await;
        assert_eq!(
            (&claims["email_verified"], &claims["phone_number_verified"]),
            (&json!(true), &json!(false))
        );
    }

    async fn a_wrong_code_confirms_nothing_and_the_right_one_works_once(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let code = sign_alice_up(&lab, &client).await;
        for wrong in [
            other_than(&code),
            "x",
            "000000000000",
            &format!("{code}0"),
            &code[..5],
            "１２３４５６",
        ] {
            client
                .confirm_sign_up("alice", wrong)
                .await
                .fault("CodeMismatchException", MISMATCH);
        }
        assert_eq!(status(&client, "alice").await, "UNCONFIRMED");
        assert_eq!(
            client.pool.attribute("alice", "email_verified").await.as_deref(),
            Some("false")
        );
        client.confirm_sign_up("alice", &code).await.ok();
        client.confirm_sign_up("alice", &code).await.fault(
            "NotAuthorizedException",
            "User cannot be confirmed. Current status is CONFIRMED",
        );
    }

    async fn the_shape_of_a_code_is_checked_first(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let (name, message) = client.confirm_sign_up("alice", "").await.error();
        assert_eq!(name, "InvalidParameterException");
        let (count, list) = message.split_once(" detected: ").unwrap();
        assert_eq!(count, "2 validation errors");
        let mut violations: Vec<_> = list.split("; ").collect();
        violations.sort_unstable();
        assert_eq!(
            violations,
            [
                "Value '' at 'confirmationCode' failed to satisfy constraint: \
                 Member must have length greater than or equal to 1",
                "Value '' at 'confirmationCode' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: [\\S]+",
            ]
        );
        client.call_for("ConfirmSignUp", "alice", json!({})).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value null at 'confirmationCode' failed to satisfy constraint: \
             Member must not be null",
        );
    }

    async fn a_code_lasts_24_hours(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let code = sign_alice_up(&lab, &client).await;
        lab.clock.advance(hours(24));
        client
            .confirm_sign_up("alice", &code)
            .await
            .fault("ExpiredCodeException", EXPIRED);
        lab.clock.rewind(seconds(1));
        client.confirm_sign_up("alice", &code).await.ok();
    }

    async fn who_was_sent_no_code_has_none(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        client
            .confirm_sign_up("alice", "123456")
            .await
            .fault("ExpiredCodeException", EXPIRED);
    }

    async fn guesses_are_limited_to_fifteen_an_hour_for_each_user(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let code = sign_alice_up(&lab, &client).await;
        for guess in 0..15 {
            client
                .confirm_sign_up("alice", other_than(&code))
                .await
                .fault("CodeMismatchException", MISMATCH);
            lab.clock.advance(seconds(guess));
        }
        // Another spelling or another client makes no new account of guesses; nor does a new code.
        let other_client = client.pool.client().await;
        other_client
            .confirm_sign_up("alice", &code)
            .await
            .fault("LimitExceededException", LIMIT);
        let sub = client.pool.attribute("alice", "sub").await.unwrap();
        client
            .confirm_sign_up(&sub, &code)
            .await
            .fault("LimitExceededException", LIMIT);
        client.resend_code("alice").await.ok();
        let newer = lab.mailbox.code_for(ALICE).await;
        client
            .confirm_sign_up("alice", &newer)
            .await
            .fault("LimitExceededException", LIMIT);
        assert_eq!(status(&client, "alice").await, "UNCONFIRMED");
        lab.clock.advance(hours(1));
        client.confirm_sign_up("alice", &newer).await.ok();
    }

    async fn guesses_at_one_user_cost_another_nothing(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let code = sign_alice_up(&lab, &client).await;
        for _ in 0..16 {
            client.confirm_sign_up("bob", "123456").await.error();
        }
        client
            .confirm_sign_up("bob", "123456")
            .await
            .fault("LimitExceededException", LIMIT);
        client.confirm_sign_up("alice", &code).await.ok();
    }

    async fn of_two_who_use_a_code_at_once_one_confirms(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let code = sign_alice_up(&lab, &client).await;
        let confirm = || {
            let (client, code) = (client.clone(), code.clone());
            tokio::spawn(async move { client.confirm_sign_up("alice", &code).await })
        };
        let (one, other) = tokio::join!(confirm(), confirm());
        let (one, other) = (one.unwrap(), other.unwrap());
        let (winner, loser) = if one.status == 200 { (one, other) } else { (other, one) };
        winner.ok();
        let refusals = [
            ("ExpiredCodeException".to_owned(), EXPIRED.to_owned()),
            (
                "NotAuthorizedException".to_owned(),
                "User cannot be confirmed. Current status is CONFIRMED".to_owned(),
            ),
        ];
        assert!(refusals.contains(&loser.error()), "{loser:?}");
    }

    async fn a_code_confirms_its_user_in_its_pool_and_nobody_else(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let code = sign_alice_up(&lab, &client).await;
        client
            .sign_up("bob", PASSWORD, json!({ "email": "bob@example.com" }))
            .await
            .ok();
        let reply = client.confirm_sign_up("bob", &code).await;
        reply.fault("CodeMismatchException", MISMATCH);

        let stranger = verifying_client(&lab, json!({})).await;
        stranger
            .confirm_sign_up("alice", &code)
            .await
            .fault("UserNotFoundException", "Username/client id combination not found.");
        stranger
            .sign_up("alice", PASSWORD, json!({ "email": "other@example.com" }))
            .await
            .ok();
        stranger
            .confirm_sign_up("alice", &code)
            .await
            .fault("CodeMismatchException", MISMATCH);
        let unknown = json!({ "ClientId": "unknown", "Username": "alice", "ConfirmationCode": code });
        lab.call("ConfirmSignUp", unknown)
            .await
            .fault("ResourceNotFoundException", "User pool client unknown does not exist.");
        // Any client of the pool will do.
        client.pool.client().await.confirm_sign_up("alice", &code).await.ok();
    }

    async fn a_new_user_of_an_old_name_needs_a_new_code(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let old = sign_alice_up(&lab, &client).await;
        client
            .pool
            .call("AdminDeleteUser", json!({ "Username": "alice" }))
            .await
            .ok();
        client
            .confirm_sign_up("alice", &old)
            .await
            .fault("UserNotFoundException", "Username/client id combination not found.");
        let new = sign_alice_up(&lab, &client).await;
        client
            .confirm_sign_up("alice", &old)
            .await
            .fault("CodeMismatchException", MISMATCH);
        client.confirm_sign_up("alice", &new).await.ok();
    }

    async fn a_code_to_an_address_that_was_changed_is_worthless(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let code = sign_alice_up(&lab, &client).await;
        let change =
            json!({ "Username": "alice", "UserAttributes": attributes(&json!({ "email": "new@example.com" })) });
        client.pool.call("AdminUpdateUserAttributes", change).await.ok();
        client
            .confirm_sign_up("alice", &code)
            .await
            .fault("ExpiredCodeException", EXPIRED);
        // The code that verifies the new address is of another purpose.
        let verifies = lab.mailbox.code_for("new@example.com").await;
        client
            .confirm_sign_up("alice", &verifies)
            .await
            .fault("ExpiredCodeException", EXPIRED);
        client.resend_code("alice").await.ok();
        client
            .confirm_sign_up("alice", &lab.mailbox.code_for("new@example.com").await)
            .await
            .ok();
        assert_eq!(
            client.pool.attribute("alice", "email_verified").await.as_deref(),
            Some("true")
        );
    }

    async fn a_disabled_user_is_not_confirmed(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let code = sign_alice_up(&lab, &client).await;
        client
            .pool
            .call("AdminDisableUser", json!({ "Username": "alice" }))
            .await
            .ok();
        client
            .confirm_sign_up("alice", other_than(&code))
            .await
            .fault("CodeMismatchException", MISMATCH);
        client
            .confirm_sign_up("alice", &code)
            .await
            .fault("NotAuthorizedException", "User is disabled.");
        client
            .pool
            .call("AdminEnableUser", json!({ "Username": "alice" }))
            .await
            .ok();
        client.confirm_sign_up("alice", &code).await.ok();
    }

    async fn a_user_of_another_status_has_nothing_to_confirm(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let invited = json!({ "Username": "invited", "MessageAction": "SUPPRESS" });
        client.pool.call("AdminCreateUser", invited).await.ok();
        client.confirm_sign_up("invited", "123456").await.fault(
            "NotAuthorizedException",
            "User cannot be confirmed. Current status is FORCE_CHANGE_PASSWORD",
        );
        let user = client.confirmed_user_with("reset", json!({ "email": ALICE })).await;
        let verified = json!({ "UserAttributes": attributes(&json!({ "email_verified": "true" })) });
        user.admin_call("AdminUpdateUserAttributes", verified).await.ok();
        user.admin_call("AdminResetUserPassword", json!({})).await.ok();
        client
            .confirm_sign_up("reset", &lab.mailbox.code_for(ALICE).await)
            .await
            .fault(
                "NotAuthorizedException",
                "User cannot be confirmed. Current status is RESET_REQUIRED",
            );
    }

    async fn an_alias_that_somebody_has_is_kept_from_others(lab: Lab) {
        let client = verifying_client(&lab, json!({ "AliasAttributes": ["email"] })).await;
        let first = sign_alice_up(&lab, &client).await;
        client.confirm_sign_up("alice", &first).await.ok();
        // Signing up with the address of another succeeds, and tells nothing.
        client.sign_up("bob", PASSWORD, json!({ "email": ALICE })).await.ok();
        let code = lab.mailbox.code_for(ALICE).await;
        let taken = "An account with the email already exists.";
        client
            .confirm_sign_up("bob", &code)
            .await
            .fault("AliasExistsException", taken);
        let unforced = json!({ "ConfirmationCode": code, "ForceAliasCreation": false });
        client
            .call_for("ConfirmSignUp", "bob", unforced)
            .await
            .fault("AliasExistsException", taken);
        assert_eq!(status(&client, "bob").await, "UNCONFIRMED");
        assert_eq!(client.pool.user(ALICE).await["Username"], "alice");

        // The code was not used up, and its owner may take the alias over.
        let force = json!({ "ConfirmationCode": code, "ForceAliasCreation": true });
        client.call_for("ConfirmSignUp", "bob", force).await.ok();
        assert_eq!(client.pool.user(ALICE).await["Username"], "bob");
        assert_eq!(client.pool.attribute("alice", "email").await.as_deref(), Some(ALICE));
        assert_eq!(
            client.pool.attribute("alice", "email_verified").await.as_deref(),
            Some("false")
        );
        client.sign_in("alice", PASSWORD).await.ok();
    }

    async fn force_needs_the_code_too(lab: Lab) {
        let settings = json!({ "AliasAttributes": ["phone_number"], "AutoVerifiedAttributes": ["phone_number"] });
        let client = verifying_client(&lab, settings).await;
        let phone = "+12345679934";
        client
            .sign_up("alice", PASSWORD, json!({ "phone_number": phone }))
            .await
            .ok();
        client
            .confirm_sign_up("alice", &lab.mailbox.code_for(phone).await)
            .await
            .ok();
        client
            .sign_up("mallory", PASSWORD, json!({ "phone_number": phone }))
            .await
            .ok();
        let code = lab.mailbox.code_for(phone).await;
        client.confirm_sign_up("mallory", &code).await.fault(
            "AliasExistsException",
            "An account with the phone_number already exists.",
        );
        let force = json!({ "ConfirmationCode": other_than(&code), "ForceAliasCreation": true });
        client
            .call_for("ConfirmSignUp", "mallory", force)
            .await
            .fault("CodeMismatchException", MISMATCH);
        assert_eq!(client.pool.user(phone).await["Username"], "alice");
    }

    async fn of_two_who_confirm_one_alias_at_once_one_gets_it(lab: Lab) {
        let client = verifying_client(&lab, json!({ "AliasAttributes": ["email"] })).await;
        let mut codes = Vec::new();
        for username in ["alice", "bob"] {
            client.sign_up(username, PASSWORD, json!({ "email": ALICE })).await.ok();
            codes.push((username, lab.mailbox.code_for(ALICE).await));
        }
        let confirm = |(username, code): (&'static str, String)| {
            let client = client.clone();
            tokio::spawn(async move { client.confirm_sign_up(username, &code).await })
        };
        let (bob, alice) = (codes.pop().unwrap(), codes.pop().unwrap());
        let (alice, bob) = tokio::join!(confirm(alice), confirm(bob));
        let (alice, bob) = (alice.unwrap(), bob.unwrap());
        let (winner, name, loser) = if alice.status == 200 {
            (alice, "alice", bob)
        } else {
            (bob, "bob", alice)
        };
        winner.ok();
        loser.fault("AliasExistsException", "An account with the email already exists.");
        assert_eq!(client.pool.user(ALICE).await["Username"], name);
    }

    async fn a_session_that_no_sign_up_gave_is_refused(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let code = sign_alice_up(&lab, &client).await;
        let input = json!({ "ConfirmationCode": code, "Session": "AYABeKXYgpbCSVA_notasession" });
        client
            .call_for("ConfirmSignUp", "alice", input)
            .await
            .fault("NotAuthorizedException", "Invalid session for the user.");
        lab.clock.advance(minutes(1));
        client.confirm_sign_up("alice", &code).await.ok();
    }
}
