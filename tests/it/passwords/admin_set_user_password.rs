use poolhouse_tests::actors::{PASSWORD, Tokens};
use poolhouse_tests::clock::{days, seconds};
use poolhouse_tests::scenario;
use serde_json::json;

use super::{ALICE, INCORRECT, NEW, alice, status};

scenario! {
    async fn a_permanent_password_is_used_at_once(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let signed_in = alice.sign_in().await;
        let input = json!({ "Password": NEW, "Permanent": true });
        assert_eq!(alice.admin_call("AdminSetUserPassword", input).await.ok(), json!({}));
        assert_eq!(status(&alice).await, "CONFIRMED");
        alice.try_sign_in().await.fault("NotAuthorizedException", INCORRECT);
        alice.client.sign_in("alice", NEW).await.ok();
        signed_in.get_user().await.ok();
        signed_in.refresh().await.ok();
    }

    async fn a_temporary_password_is_to_be_changed_and_may_stay_the_same(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        for input in [
            json!({ "Password": NEW }),
            json!({ "Password": NEW, "Permanent": false }),
        ] {
            alice.admin_call("AdminSetUserPassword", input).await.ok();
            assert_eq!(status(&alice).await, "FORCE_CHANGE_PASSWORD");
        }
        alice.try_sign_in().await.fault("NotAuthorizedException", INCORRECT);
        let challenge = alice.client.sign_in("alice", NEW).await.ok();
        assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
        let responses = json!({ "USERNAME": "alice", "NEW_PASSWORD": NEW });
        let session = challenge["Session"].as_str().unwrap();
        let output = alice
            .client
            .respond("NEW_PASSWORD_REQUIRED", session, responses)
            .await
            .ok();
        Tokens::of(&output);
        assert_eq!(status(&alice).await, "CONFIRMED");
    }

    async fn a_temporary_password_expires_and_a_new_one_helps(lab: Lab) {
        let policy = json!({ "Policies": { "PasswordPolicy": { "TemporaryPasswordValidityDays": 2 } } });
        let alice = lab.pool_with(policy).await.client().await.confirmed_user("alice").await;
        let set = json!({ "Password": NEW });
        alice.admin_call("AdminSetUserPassword", set.clone()).await.ok();
        lab.clock.advance(seconds(2 * 86_400 - 1));
        alice.client.sign_in("alice", NEW).await.ok();
        lab.clock.advance(seconds(1));
        alice.client.sign_in("alice", NEW).await.fault(
            "NotAuthorizedException",
            "Temporary password has expired and must be reset by an administrator.",
        );
        // Who doesn't know it isn't told.
        alice.try_sign_in().await.fault("NotAuthorizedException", INCORRECT);
        alice.admin_call("AdminSetUserPassword", set).await.ok();
        alice.client.sign_in("alice", NEW).await.ok();
        alice
            .admin_call("AdminSetUserPassword", json!({ "Password": NEW, "Permanent": true }))
            .await
            .ok();
        lab.clock.advance(days(30));
        Tokens::of(&alice.client.sign_in("alice", NEW).await.ok());
    }

    async fn a_user_of_any_status_gets_a_password_and_nothing_else(lab: Lab) {
        let alice = alice(&lab).await;
        let permanent = json!({ "Password": NEW, "Permanent": true });
        alice.admin_call("AdminResetUserPassword", json!({})).await.ok();
        alice.admin_call("AdminSetUserPassword", permanent.clone()).await.ok();
        Tokens::of(&alice.client.sign_in("alice", NEW).await.ok());

        let pool = &alice.client.pool;
        alice
            .client
            .sign_up("unconfirmed", PASSWORD, json!({ "email": "u@example.com" }))
            .await
            .ok();
        pool.call(
            "AdminCreateUser",
            json!({ "Username": "invited", "MessageAction": "SUPPRESS" }),
        )
        .await
        .ok();
        for username in ["unconfirmed", "invited"] {
            let mut input = permanent.clone();
            input["Username"] = username.into();
            pool.call("AdminSetUserPassword", input).await.ok();
            assert_eq!(pool.user(username).await["UserStatus"], "CONFIRMED");
            Tokens::of(&alice.client.sign_in(username, NEW).await.ok());
        }
        assert_eq!(
            pool.attribute("unconfirmed", "email_verified").await.as_deref(),
            Some("false")
        );

        alice.admin_call("AdminDisableUser", json!({})).await.ok();
        alice.admin_call("AdminSetUserPassword", permanent).await.ok();
        assert_eq!(pool.user("alice").await["Enabled"], false);
        alice
            .client
            .sign_in("alice", NEW)
            .await
            .fault("NotAuthorizedException", "User is disabled.");
        // The one message is that of the reset.
        assert_eq!(lab.mailbox.messages_for(ALICE).len(), 1);
    }

    async fn a_new_password_ends_the_pause_after_wrong_ones(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
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
        alice
            .admin_call("AdminSetUserPassword", json!({ "Password": NEW, "Permanent": true }))
            .await
            .ok();
        alice.client.sign_in("alice", NEW).await.ok();
    }

    async fn the_password_must_conform(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let set = async |password: &str, permanent: bool| {
            alice
                .admin_call(
                    "AdminSetUserPassword",
                    json!({ "Password": password, "Permanent": permanent }),
                )
                .await
        };
        for permanent in [false, true] {
            set("aB1!", permanent).await.fault(
                "InvalidPasswordException",
                "Password did not conform with policy: Password not long enough",
            );
            for blank in ["", "p", " Padded-Horse-1"] {
                set(blank, permanent).await.fault(
                    "InvalidParameterException",
                    "1 validation error detected: Value at 'password' failed to satisfy constraint: \
                     Member must satisfy regular expression pattern: ^[\\S]+.*[\\S]+$",
                );
            }
            set(&"Aa1!".repeat(65), permanent).await.fault(
                "InvalidParameterException",
                "1 validation error detected: Value at 'password' failed to satisfy constraint: \
                 Member must have length less than or equal to 256",
            );
        }
        assert_eq!(status(&alice).await, "CONFIRMED");
        alice.sign_in().await;
    }

    async fn pool_and_user_must_exist(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let input = json!({ "Username": "nobody", "Password": NEW });
        alice
            .client
            .pool
            .call("AdminSetUserPassword", input)
            .await
            .fault("UserNotFoundException", "User does not exist.");
        let foreign = json!({ "Username": "alice", "Password": NEW });
        lab.pool()
            .await
            .call("AdminSetUserPassword", foreign)
            .await
            .fault("UserNotFoundException", "User does not exist.");
        let input =
            json!({ "UserPoolId": alice.client.pool.id, "Username": "alice", "Password": NEW, "Permanent": true });
        lab.admin()
            .in_account("999999999999")
            .call("AdminSetUserPassword", input)
            .await
            .fault(
                "ResourceNotFoundException",
                &format!("User pool {} does not exist.", alice.client.pool.id),
            );
        alice.sign_in().await;
    }

    async fn two_administrators_at_once_both_set_a_password(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let spawn = |password: &'static str| {
            let alice = alice.clone();
            let input = json!({ "Password": password, "Permanent": true });
            tokio::spawn(async move { alice.admin_call("AdminSetUserPassword", input).await })
        };
        let (one, other) = tokio::join!(spawn("First-Horse-1"), spawn("Second-Horse-2"));
        one.unwrap().ok();
        other.unwrap().ok();
        let first = alice.client.sign_in("alice", "First-Horse-1").await.status == 200;
        let second = alice.client.sign_in("alice", "Second-Horse-2").await.status == 200;
        assert!(first != second);
    }
}
