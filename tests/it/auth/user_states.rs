//! Users who don't exist, or aren't in a state to sign in.

use poolhouse_crypto::password::{Parameters, PasswordHasher};
use poolhouse_tests::actors::{Client, PASSWORD, Pool};
use poolhouse_tests::clock::{days, seconds};
use poolhouse_tests::scenario;
use serde_json::json;

use super::{INCORRECT, TEMPORARY_PASSWORD, admin_initiate, invite, new_password_session};

/// A client that tells who doesn't exist, and one that doesn't.
async fn open_and_silent(pool: &Pool) -> (Client, Client) {
    let silent = json!({ "PreventUserExistenceErrors": "ENABLED" });
    (pool.client().await, pool.client_with(silent).await)
}

scenario! {
    async fn an_unknown_user_is_told_or_looks_like_a_wrong_password(lab: Lab) {
        let (open, silent) = open_and_silent(&lab.pool().await).await;
        open.sign_in("nobody", PASSWORD).await.fault("UserNotFoundException", "User does not exist.");
        silent.sign_in("nobody", PASSWORD).await.fault("NotAuthorizedException", INCORRECT);
        let parameters = json!({ "USERNAME": "nobody", "PASSWORD": PASSWORD });
        let flow = "ADMIN_USER_PASSWORD_AUTH";
        admin_initiate(&open, flow, parameters.clone()).await.fault("UserNotFoundException", "User does not exist.");
        admin_initiate(&silent, flow, parameters).await.fault("NotAuthorizedException", INCORRECT);
    }

    async fn a_wrong_password_is_incorrect(lab: Lab) {
        let (open, silent) = open_and_silent(&lab.pool().await).await;
        open.confirmed_user("alice").await;
        for client in [open, silent] {
            client.sign_in("alice", "Wrong-Horse-1").await.fault("NotAuthorizedException", INCORRECT);
        }
    }

    async fn a_disabled_user_is_told_so_after_the_right_password_only(lab: Lab) {
        let (open, silent) = open_and_silent(&lab.pool().await).await;
        let alice = open.confirmed_user("alice").await;
        alice.admin_call("AdminDisableUser", json!({})).await.ok();
        for client in [&open, &silent] {
            client.sign_in("alice", PASSWORD).await.fault("NotAuthorizedException", "User is disabled.");
            client.sign_in("alice", "Wrong-Horse-1").await.fault("NotAuthorizedException", INCORRECT);
        }
        alice.admin_call("AdminEnableUser", json!({})).await.ok();
        alice.sign_in().await;
    }

    async fn an_unconfirmed_user_does_not_sign_in(lab: Lab) {
        let (open, silent) = open_and_silent(&lab.pool().await).await;
        open.sign_up("alice", PASSWORD, json!({})).await.ok();
        for password in [PASSWORD, "Wrong-Horse-1"] {
            open.sign_in("alice", password).await.fault("UserNotConfirmedException", "User is not confirmed.");
        }
        silent.sign_in("alice", PASSWORD).await.fault("UserNotConfirmedException", "User is not confirmed.");
        silent.sign_in("alice", "Wrong-Horse-1").await.fault("NotAuthorizedException", INCORRECT);
    }

    async fn a_user_whose_password_was_reset_does_not_sign_in_with_the_old_one(lab: Lab) {
        let pool = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await;
        let (open, silent) = open_and_silent(&pool).await;
        open.sign_up("alice", PASSWORD, json!({ "email": "alice@example.com" })).await.ok();
        let code = lab.mailbox.code_for("alice@example.com").await;
        open.confirm_sign_up("alice", &code).await.ok();
        pool.call("AdminResetUserPassword", json!({ "Username": "alice" })).await.ok();
        for password in [PASSWORD, "Wrong-Horse-1"] {
            let sentence = "Password reset required for the user";
            open.sign_in("alice", password).await.fault("PasswordResetRequiredException", sentence);
            silent.sign_in("alice", password).await.fault("NotAuthorizedException", INCORRECT);
        }
    }

    async fn a_temporary_password_is_good_for_seven_days(lab: Lab) {
        let client = lab.pool().await.client().await;
        invite(&client.pool, "alice", json!({})).await;
        lab.clock.advance(seconds(7 * 86_400 - 1));
        new_password_session(&client, "alice").await;
        lab.clock.advance(seconds(1));
        let sentence = "Temporary password has expired and must be reset by an administrator.";
        client.sign_in("alice", TEMPORARY_PASSWORD).await.fault("NotAuthorizedException", sentence);
        client.sign_in("alice", "Wrong-Horse-1").await.fault("NotAuthorizedException", INCORRECT);
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": TEMPORARY_PASSWORD });
        admin_initiate(&client, "ADMIN_NO_SRP_AUTH", parameters).await.fault("NotAuthorizedException", sentence);

        let again = json!({ "Username": "alice", "Password": TEMPORARY_PASSWORD, "Permanent": false });
        client.pool.call("AdminSetUserPassword", again).await.ok();
        new_password_session(&client, "alice").await;
    }

    async fn a_pool_says_how_long_temporary_passwords_are_good(lab: Lab) {
        let policy = json!({ "Policies": { "PasswordPolicy": { "MinimumLength": 8, "TemporaryPasswordValidityDays": 1 } } });
        let client = lab.pool_with(policy).await.client().await;
        invite(&client.pool, "alice", json!({})).await;
        lab.clock.advance(days(1));
        let sentence = "Temporary password has expired and must be reset by an administrator.";
        client.sign_in("alice", TEMPORARY_PASSWORD).await.fault("NotAuthorizedException", sentence);
    }

    async fn a_user_signs_in_by_username_sub_and_verified_aliases(lab: Lab) {
        let pool = lab.pool_with(json!({ "AliasAttributes": ["email", "preferred_username"], "UsernameConfiguration": { "CaseSensitive": false } })).await;
        let client = pool.client().await;
        let alice = client.confirmed_user_with("alice", json!({ "email": "alice@example.com" })).await;
        let unknown = "User does not exist.";
        client.sign_in("alice@example.com", PASSWORD).await.fault("UserNotFoundException", unknown);
        client.sign_in("wonder", PASSWORD).await.fault("UserNotFoundException", unknown);
        let attributes = json!({ "UserAttributes": [
            { "Name": "email_verified", "Value": "true" },
            { "Name": "preferred_username", "Value": "wonder" },
        ] });
        alice.admin_call("AdminUpdateUserAttributes", attributes).await.ok();
        for name in ["alice", "Alice", alice.sub.as_str(), "alice@example.com", "ALICE@example.com", "wonder"] {
            let output = client.sign_in(name, PASSWORD).await.ok();
            let claims = pool.verify(output["AuthenticationResult"]["AccessToken"].as_str().unwrap()).await;
            assert_eq!((&claims["username"], &claims["sub"]), (&json!("alice"), &json!(alice.sub)), "{name}");
        }
    }

    async fn names_of_a_case_sensitive_pool_are_not_folded(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        client.confirmed_user("alice").await;
        client.sign_in("Alice", PASSWORD).await.fault("UserNotFoundException", "User does not exist.");
    }

    async fn a_hash_of_other_strength_is_renewed_by_the_right_password(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await;
        let world = lab.world();
        let pool = world.store.pools().get(&client.pool.id).await.unwrap().unwrap();
        let stored = async || world.store.users().by_sub(pool.id(), &alice.sub).await.unwrap().unwrap();
        let other = Parameters { memory_kib: 64, ..Parameters::DEVELOPMENT };
        let hasher = PasswordHasher::new(other, world.workers.clone(), world.entropy.clone()).unwrap();
        let old = hasher.hash(PASSWORD).await.unwrap();
        let mut user = stored().await;
        user.password.as_mut().unwrap().hash = old.clone();
        world.store.users().replace(&pool, &mut user).await.unwrap();
        let hash = async || stored().await.password.unwrap().hash;
        client.sign_in("alice", "Wrong-Horse-1").await.fault("NotAuthorizedException", INCORRECT);
        assert_eq!(hash().await, old);
        alice.sign_in().await;
        let renewed = hash().await;
        assert!(renewed.contains("$m=4096,t=1,p=1$"), "{renewed}");
        alice.sign_in().await;
        assert_eq!(hash().await, renewed);
    }

    async fn a_deleted_user_does_not_sign_in(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        alice.admin_call("AdminDeleteUser", json!({})).await.ok();
        alice.try_sign_in().await.fault("UserNotFoundException", "User does not exist.");
    }

    async fn a_sign_in_beside_a_deletion_is_a_clean_refusal_or_comes_first(lab: Lab) {
        let client = lab.pool().await.client().await;
        for round in 0..5 {
            let alice = client.confirmed_user(&format!("alice{round}")).await;
            let (signed_in, deleted) =
                tokio::join!(alice.try_sign_in(), alice.admin_call("AdminDeleteUser", json!({})));
            deleted.ok();
            if signed_in.status.is_success() {
                let token = signed_in.ok()["AuthenticationResult"]["AccessToken"].clone();
                let reply = lab.call("GetUser", json!({ "AccessToken": token })).await;
                reply.fault("UserNotFoundException", "User does not exist.");
            } else {
                let name = signed_in.error().0;
                assert!(["UserNotFoundException", "TooManyRequestsException"].contains(&name.as_str()), "{name}");
            }
        }
    }
}
