use poolhouse_outbound::{Kind, Medium};
use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::clock::hours;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ALICE, LIMIT, MISMATCH, NEW, PHONE, STATE, UNREACHABLE, alice, forget, reachable, write};

fn by(mechanisms: &[&str]) -> Value {
    let mechanisms = mechanisms.iter().zip(1..);
    let mechanisms: Value = mechanisms
        .map(|(name, priority)| json!({ "Name": name, "Priority": priority }))
        .collect();
    json!({ "AccountRecoverySetting": { "RecoveryMechanisms": mechanisms } })
}

scenario! {
    async fn the_code_is_sent_and_the_answer_says_where(lab: Lab) {
        let alice = alice(&lab).await;
        assert_eq!(
            alice.client.forgot_password("alice").await.ok(),
            json!({ "CodeDeliveryDetails": {
            "Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"
        } })
        );
        let mail = lab.mailbox.newest_for(ALICE).await;
        let code = mail.code.unwrap();
        assert_eq!(
            (mail.medium, mail.kind, mail.username.as_str()),
            (Medium::Email, Kind::ForgotPassword, "alice")
        );
        assert_eq!(mail.subject.as_deref(), Some("Your verification code"));
        assert_eq!(mail.body, format!("Your verification code is {code}. "));
        assert!(
            code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()),
            "{code}"
        );
        // Until the code comes back, all is as it was.
        alice.sign_in().await;
        alice.client.confirm_forgot_password("alice", &code, NEW).await.ok();
    }

    async fn without_a_setting_the_phone_is_preferred(lab: Lab) {
        let client = lab.pool().await.client().await;
        let user = reachable(&client, "alice", json!({ "email": ALICE, "phone_number": PHONE })).await;
        let details = client.forgot_password("alice").await.ok();
        assert_eq!(
            details["CodeDeliveryDetails"],
            json!({
                "Destination": "+*******9934", "DeliveryMedium": "SMS", "AttributeName": "phone_number"
            })
        );
        let sms = lab.mailbox.newest_for(PHONE).await;
        assert_eq!((sms.medium, sms.kind), (Medium::Sms, Kind::ForgotPassword));
        write(&user, json!({ "phone_number_verified": "false" })).await;
        assert_eq!(
            client.forgot_password("alice").await.ok()["CodeDeliveryDetails"]["AttributeName"],
            "email"
        );
        write(&user, json!({ "email_verified": "false" })).await;
        client
            .forgot_password("alice")
            .await
            .fault("InvalidParameterException", UNREACHABLE);
        assert_eq!(
            lab.mailbox.messages_for(PHONE).len() + lab.mailbox.messages_for(ALICE).len(),
            2
        );
    }

    async fn with_a_setting_its_priorities_choose(lab: Lab) {
        let client = lab
            .pool_with(by(&["verified_email", "verified_phone_number"]))
            .await
            .client()
            .await;
        let user = reachable(&client, "alice", json!({ "email": ALICE, "phone_number": PHONE })).await;
        assert_eq!(
            client.forgot_password("alice").await.ok()["CodeDeliveryDetails"]["AttributeName"],
            "email"
        );
        write(&user, json!({ "email_verified": "false" })).await;
        assert_eq!(
            client.forgot_password("alice").await.ok()["CodeDeliveryDetails"]["AttributeName"],
            "phone_number"
        );

        let by_mail = lab.pool_with(by(&["verified_email"])).await.client().await;
        reachable(&by_mail, "alice", json!({ "phone_number": PHONE })).await;
        by_mail
            .forgot_password("alice")
            .await
            .fault("InvalidParameterException", UNREACHABLE);
    }

    async fn where_administrators_reset_passwords_everybody_is_sent_to_them(lab: Lab) {
        let pool = lab.pool_with(by(&["admin_only"])).await;
        let contact = "Contact administrator to reset password.";
        for setting in ["LEGACY", "ENABLED"] {
            let client = pool.client_with(json!({ "PreventUserExistenceErrors": setting })).await;
            let user = reachable(&client, setting, json!({ "email": ALICE })).await;
            for name in [setting, "nobody"] {
                client
                    .forgot_password(name)
                    .await
                    .fault("NotAuthorizedException", contact);
            }
            user.admin_call("AdminResetUserPassword", json!({}))
                .await
                .fault("NotAuthorizedException", contact);
            user.sign_in().await;
        }
        assert!(lab.mailbox.messages_for(ALICE).is_empty());
    }

    async fn only_a_confirmed_user_has_forgotten_a_password(lab: Lab) {
        let pool = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await;
        let client = pool.client().await;
        client
            .sign_up("unconfirmed", PASSWORD, json!({ "email": ALICE }))
            .await
            .ok();
        client
            .forgot_password("unconfirmed")
            .await
            .fault("InvalidParameterException", UNREACHABLE);
        let verified = json!([{ "Name": "email", "Value": ALICE }, { "Name": "email_verified", "Value": "true" }]);
        let invited = json!({ "Username": "invited", "UserAttributes": verified, "MessageAction": "SUPPRESS" });
        pool.call("AdminCreateUser", invited).await.ok();
        client
            .forgot_password("invited")
            .await
            .fault("NotAuthorizedException", STATE);
        client
            .forgot_password("nobody")
            .await
            .fault("UserNotFoundException", "Username/client id combination not found.");
        let disabled = reachable(&client, "disabled", json!({ "email": "disabled@example.com" })).await;
        disabled.admin_call("AdminDisableUser", json!({})).await.ok();
        client
            .forgot_password("disabled")
            .await
            .fault("NotAuthorizedException", "User is disabled.");
        // The first message is the one of the sign-up.
        assert_eq!(lab.mailbox.messages_for(ALICE).len(), 1);
        assert_eq!(lab.mailbox.messages_for("disabled@example.com").len(), 1);
    }

    async fn an_alias_or_a_sub_will_do(lab: Lab) {
        let client = lab
            .pool_with(json!({ "AliasAttributes": ["email"] }))
            .await
            .client()
            .await;
        let user = reachable(&client, "alice", json!({ "email": ALICE })).await;
        for name in [ALICE, &user.sub] {
            client.forgot_password(name).await.ok();
            let code = lab.mailbox.code_for(ALICE).await;
            client.confirm_forgot_password(name, &code, NEW).await.ok();
        }
        assert_eq!(lab.mailbox.messages_for(ALICE).len(), 2);
    }

    async fn a_new_code_ends_the_older_one(lab: Lab) {
        let alice = alice(&lab).await;
        let older = forget(&lab, &alice).await;
        let newer = forget(&lab, &alice).await;
        alice
            .client
            .confirm_forgot_password("alice", &older, NEW)
            .await
            .fault("CodeMismatchException", MISMATCH);
        alice.client.confirm_forgot_password("alice", &newer, NEW).await.ok();
    }

    async fn twenty_codes_an_hour_are_sent(lab: Lab) {
        let alice = alice(&lab).await;
        for _ in 0..20 {
            alice.client.forgot_password("alice").await.ok();
        }
        alice
            .client
            .forgot_password("alice")
            .await
            .fault("LimitExceededException", LIMIT);
        assert_eq!(lab.mailbox.messages_for(ALICE).len(), 20);
        lab.clock.advance(hours(1));
        alice.client.forgot_password("alice").await.ok();
    }

    async fn a_code_that_cannot_be_delivered_changes_nothing(lab: Lab) {
        let alice = alice(&lab).await;
        lab.relay.break_down();
        alice
            .client
            .forgot_password("alice")
            .await
            .fault("CodeDeliveryFailureException", "Failed to deliver the message.");
        alice.sign_in().await;
        lab.relay.repair();
        let code = forget(&lab, &alice).await;
        alice.client.confirm_forgot_password("alice", &code, NEW).await.ok();
    }

    async fn a_pool_that_confirms_by_link_resets_by_code(lab: Lab) {
        let template =
            json!({ "DefaultEmailOption": "CONFIRM_WITH_LINK", "EmailSubject": "Reset", "EmailMessage": "Use {####}" });
        let client = lab
            .pool_with(json!({ "VerificationMessageTemplate": template }))
            .await
            .client()
            .await;
        reachable(&client, "alice", json!({ "email": ALICE })).await;
        client.forgot_password("alice").await.ok();
        let mail = lab.mailbox.newest_for(ALICE).await;
        assert_eq!((mail.subject.as_deref(), mail.link), (Some("Reset"), None));
        assert_eq!(mail.body, format!("Use {}", mail.code.unwrap()));
    }

    async fn a_client_with_a_secret_proves_it_to_reset_a_password(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client_with(json!({ "GenerateSecret": true })).await;
        reachable(&client, "alice", json!({ "email": ALICE })).await;
        let confirmation = json!({ "ConfirmationCode": "123456", "Password": NEW });
        for (operation, mut input) in [("ForgotPassword", json!({})), ("ConfirmForgotPassword", confirmation)] {
            input["Username"] = "alice".into();
            client.call(operation, input.clone()).await.fault(
                "NotAuthorizedException",
                &format!(
                    "Client {} is configured with secret but SECRET_HASH was not received",
                    client.id
                ),
            );
            input["SecretHash"] = client.secret_hash("bob").into();
            client.call(operation, input).await.fault(
                "NotAuthorizedException",
                &format!("Unable to verify secret hash for client {}", client.id),
            );
        }
        assert!(lab.mailbox.messages_for(ALICE).is_empty());
        client.forgot_password("alice").await.ok();
        client
            .confirm_forgot_password("alice", &lab.mailbox.code_for(ALICE).await, NEW)
            .await
            .ok();
        client.sign_in("alice", NEW).await.ok();
    }

    async fn the_client_must_be_of_the_users_pool(lab: Lab) {
        alice(&lab).await;
        let stranger = lab.pool().await.client().await;
        stranger
            .forgot_password("alice")
            .await
            .fault("UserNotFoundException", "Username/client id combination not found.");
        lab.call("ForgotPassword", json!({ "ClientId": "unknown", "Username": "alice" }))
            .await
            .fault("ResourceNotFoundException", "User pool client unknown does not exist.");
        assert!(lab.mailbox.messages_for(ALICE).is_empty());
    }
}
