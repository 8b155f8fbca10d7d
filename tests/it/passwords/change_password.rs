use poolhouse_tests::actors::{PASSWORD, SignedIn};
use poolhouse_tests::clock::{hours, seconds};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{INCORRECT, LIMIT, NEW, STATE, alice};

async fn change(user: &SignedIn, previous: &str, proposed: &str) -> Reply {
    let input = json!({ "PreviousPassword": previous, "ProposedPassword": proposed });
    user.call("ChangePassword", input).await
}

scenario! {
    async fn who_knows_the_old_password_sets_a_new_one_and_stays_signed_in(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let signed_in = alice.sign_in().await;
        let before = alice.client.pool.user("alice").await;
        lab.clock.advance(seconds(1));
        assert_eq!(change(&signed_in, PASSWORD, NEW).await.ok(), json!({}));
        alice.try_sign_in().await.fault("NotAuthorizedException", INCORRECT);
        alice.client.sign_in("alice", NEW).await.ok();
        signed_in.get_user().await.ok();
        signed_in.refresh().await.ok();
        let after = alice.client.pool.user("alice").await;
        assert_eq!(after["UserStatus"], "CONFIRMED");
        assert_ne!(after["UserLastModifiedDate"], before["UserLastModifiedDate"]);
    }

    async fn who_does_not_know_the_old_password_changes_nothing(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let signed_in = alice.sign_in().await;
        change(&signed_in, "Wrong-Horse-0", NEW)
            .await
            .fault("NotAuthorizedException", INCORRECT);
        signed_in
            .call("ChangePassword", json!({ "ProposedPassword": NEW }))
            .await
            .fault("NotAuthorizedException", INCORRECT);
        alice
            .client
            .sign_in("alice", NEW)
            .await
            .fault("NotAuthorizedException", INCORRECT);
        alice.sign_in().await;
    }

    async fn the_new_password_must_conform(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let signed_in = alice.sign_in().await;
        change(&signed_in, PASSWORD, "weakling").await.fault(
            "InvalidPasswordException",
            "Password did not conform with policy: Password must have uppercase characters",
        );
        for (input, member) in [
            (
                json!({ "PreviousPassword": PASSWORD, "ProposedPassword": " Padded-1" }),
                "proposedPassword",
            ),
            (
                json!({ "PreviousPassword": " Padded-1", "ProposedPassword": NEW }),
                "previousPassword",
            ),
        ] {
            signed_in.call("ChangePassword", input).await.fault(
                "InvalidParameterException",
                &format!(
                    "1 validation error detected: Value at '{member}' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: ^[\\S]+.*[\\S]+$"
                ),
            );
        }
        signed_in.call("ChangePassword", json!({ "PreviousPassword": PASSWORD })).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value null at 'proposedPassword' failed to satisfy constraint: \
             Member must not be null",
        );
        // Without a history the same again is a change like any other.
        change(&signed_in, PASSWORD, PASSWORD).await.ok();
    }

    async fn five_changes_an_hour_are_tried_and_sign_in_is_not_touched(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let (thief, owner) = (alice.sign_in().await, alice.sign_in().await);
        for _ in 0..5 {
            change(&thief, "Wrong-Horse-0", NEW)
                .await
                .fault("NotAuthorizedException", INCORRECT);
        }
        for user in [&thief, &owner] {
            change(user, PASSWORD, NEW).await.fault("LimitExceededException", LIMIT);
        }
        // Guesses with a stolen token don't keep the owner from signing in.
        alice.sign_in().await;
        lab.clock.advance(seconds(3_599));
        let owner = alice.sign_in().await;
        change(&owner, PASSWORD, NEW)
            .await
            .fault("LimitExceededException", LIMIT);
        lab.clock.advance(seconds(1));
        change(&owner, PASSWORD, NEW).await.ok();
    }

    async fn a_pause_at_sign_in_does_not_keep_from_changing_the_password(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let signed_in = alice.sign_in().await;
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
        change(&signed_in, PASSWORD, NEW).await.ok();
    }

    async fn of_two_changes_of_one_password_one_is_made(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let signed_in = alice.sign_in().await;
        let spawn = |proposed: &'static str| {
            let signed_in = signed_in.clone();
            tokio::spawn(async move { change(&signed_in, PASSWORD, proposed).await })
        };
        let (one, other) = tokio::join!(spawn("First-Horse-1"), spawn("Second-Horse-2"));
        let (one, other) = (one.unwrap(), other.unwrap());
        let (winner, password, loser) = if one.status == 200 {
            (one, "First-Horse-1", other)
        } else {
            (other, "Second-Horse-2", one)
        };
        winner.ok();
        loser.fault("NotAuthorizedException", INCORRECT);
        alice.client.sign_in("alice", password).await.ok();
    }

    async fn only_a_valid_access_token_will_do(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let signed_in = alice.sign_in().await;
        let call = async |token: &str| {
            let input = json!({ "AccessToken": token, "PreviousPassword": PASSWORD, "ProposedPassword": NEW });
            lab.call("ChangePassword", input).await
        };
        for token in [
            signed_in.tokens.id.as_str(),
            "a.b.c",
            "x",
            &signed_in.tokens.access[..200],
        ] {
            call(token)
                .await
                .fault("NotAuthorizedException", "Invalid Access Token");
        }
        signed_in.global_sign_out().await.ok();
        call(&signed_in.tokens.access)
            .await
            .fault("NotAuthorizedException", "Access Token has been revoked");
        let later = alice.sign_in().await;
        lab.clock.advance(hours(1));
        call(&later.tokens.access)
            .await
            .fault("NotAuthorizedException", "Access Token has expired");
        alice.sign_in().await;
    }

    async fn a_user_who_cannot_use_the_password_does_not_change_it(lab: Lab) {
        let alice = alice(&lab).await;
        let signed_in = alice.sign_in().await;
        let temporary = "Temporary-Horse-1";
        alice
            .admin_call("AdminSetUserPassword", json!({ "Password": temporary }))
            .await
            .ok();
        change(&signed_in, temporary, NEW)
            .await
            .fault("NotAuthorizedException", STATE);
        let permanent = json!({ "Password": PASSWORD, "Permanent": true });
        alice.admin_call("AdminSetUserPassword", permanent).await.ok();
        alice.admin_call("AdminResetUserPassword", json!({})).await.ok();
        change(&signed_in, PASSWORD, NEW)
            .await
            .fault("PasswordResetRequiredException", "Password reset required for the user");
        alice.admin_call("AdminDisableUser", json!({})).await.ok();
        change(&signed_in, PASSWORD, NEW)
            .await
            .fault("NotAuthorizedException", "User is disabled.");
        alice.admin_call("AdminDeleteUser", json!({})).await.ok();
        change(&signed_in, PASSWORD, NEW)
            .await
            .fault("UserNotFoundException", "User does not exist.");
    }
}
