//! Attributes by which users are found.

use poolhouse_tests::actors::Client;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{admin_delete, admin_update, request_code, update, value, verified_user, verify};

const EMAIL_TAKEN: &str = "An account with the given email already exists.";
const PREFERRED_USERNAME_TAKEN: &str = "An account with the given preferred_username already exists.";

async fn aliased(lab: &Lab) -> Client {
    let settings = json!({
        "AliasAttributes": ["email", "phone_number", "preferred_username"],
        "AutoVerifiedAttributes": ["email"],
    });
    lab.pool_with(settings).await.client().await
}

scenario! {
    async fn an_address_becomes_an_alias_when_it_is_verified(lab: Lab) {
        let client = aliased(&lab).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        update(&alice, json!({ "email": "a@example.com" })).await.ok();
        client.sign_in("a@example.com", &alice.user.password)
            .await
            .fault("UserNotFoundException", "User does not exist.");
        let code = lab.mailbox.code_for("a@example.com").await;
        verify(&alice, "email", &code).await.ok();
        client.sign_in("a@example.com", &alice.user.password).await.ok();
    }

    async fn an_alias_of_somebody_else_can_be_given_but_not_verified(lab: Lab) {
        let client = aliased(&lab).await;
        let alice = verified_user(&client, "alice", "a@example.com").await;
        let bob = client.confirmed_user("bob").await.sign_in().await;
        update(&bob, json!({ "email": "a@example.com" })).await.ok();
        let code = lab.mailbox.code_for("a@example.com").await;
        verify(&bob, "email", &code).await.fault("AliasExistsException", EMAIL_TAKEN);
        admin_update(&bob.user, json!({ "email": "a@example.com", "email_verified": "true" }))
            .await
            .fault("AliasExistsException", EMAIL_TAKEN);
        assert_eq!(value(&bob.user, "email_verified").await.as_deref(), Some("false"));
        assert_eq!(client.pool.user("a@example.com").await["Username"], "alice");
        // The code is still good once the alias is free.
        admin_delete(&alice, &["email"]).await.ok();
        verify(&bob, "email", &code).await.ok();
        assert_eq!(client.pool.user("a@example.com").await["Username"], "bob");
    }

    async fn a_preferred_username_is_an_alias_at_once_and_of_one_user(lab: Lab) {
        let client = aliased(&lab).await;
        let alice = client.confirmed_user("alice").await;
        let bob = client.confirmed_user("bob").await.sign_in().await;
        let signed_in = alice.sign_in().await;
        update(&signed_in, json!({ "preferred_username": "ali" })).await.ok();
        // The first one changes no name that anybody signed in by.
        signed_in.get_user().await.ok();
        client.sign_in("ali", &alice.password).await.ok();
        update(&bob, json!({ "preferred_username": "ali" }))
            .await
            .fault("AliasExistsException", PREFERRED_USERNAME_TAKEN);
        admin_update(&bob.user, json!({ "preferred_username": "alice" }))
            .await
            .fault("AliasExistsException", PREFERRED_USERNAME_TAKEN);
        update(&bob, json!({ "preferred_username": alice.sub }))
            .await
            .fault("AliasExistsException", PREFERRED_USERNAME_TAKEN);
        update(&bob, json!({ "preferred_username": "a@example.com" })).await.fault(
            "InvalidParameterException",
            "Preferred username cannot be of email format, since user pool is configured for email alias.",
        );
        bob.get_user().await.ok();
        assert_eq!(value(&bob.user, "preferred_username").await, None);
    }

    async fn another_preferred_username_ends_the_tokens(lab: Lab) {
        let client = aliased(&lab).await;
        let alice = client.confirmed_user("alice").await;
        admin_update(&alice, json!({ "preferred_username": "ali" })).await.ok();
        let first = alice.sign_in().await;
        admin_update(&alice, json!({ "preferred_username": "ali", "name": "A" })).await.ok();
        first.get_user().await.ok();
        update(&first, json!({ "preferred_username": "lis" })).await.ok();
        first.get_user().await.fault("NotAuthorizedException", "Access Token has been revoked");
        first.refresh().await.fault("NotAuthorizedException", "Refresh Token has been revoked");
        client.sign_in("ali", &alice.password).await.fault("UserNotFoundException", "User does not exist.");

        let second = alice.sign_in().await;
        admin_delete(&alice, &["preferred_username"]).await.ok();
        second.get_user().await.fault("NotAuthorizedException", "Access Token has been revoked");
    }

    async fn where_it_is_no_alias_a_preferred_username_is_an_attribute_as_others(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let bob = client.confirmed_user("bob").await.sign_in().await;
        for name in ["ali", "a@example.com"] {
            update(&alice, json!({ "preferred_username": name })).await.ok();
            update(&bob, json!({ "preferred_username": name })).await.ok();
        }
        alice.get_user().await.ok();
    }

    async fn a_new_address_names_the_user_at_once_where_addresses_are_usernames(lab: Lab) {
        let client = lab.pool_with(json!({ "UsernameAttributes": ["email"] })).await.client().await;
        let alice = client.confirmed_user("a@example.com").await;
        let bob = client.confirmed_user("b@example.com").await.sign_in().await;
        for reply in [
            update(&bob, json!({ "email": "a@example.com" })).await,
            admin_update(&bob.user, json!({ "email": "a@example.com" })).await,
        ] {
            reply.fault("AliasExistsException", EMAIL_TAKEN);
        }
        update(&bob, json!({ "email": "c@example.com" })).await.ok();
        client.sign_in("c@example.com", &bob.user.password).await.ok();
        client.sign_in("b@example.com", &bob.user.password)
            .await
            .fault("UserNotFoundException", "User does not exist.");
        client.sign_in(&alice.sub, &alice.password).await.ok();
    }

    async fn of_users_who_verify_one_address_at_once_one_has_it(lab: Lab) {
        let client = aliased(&lab).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let bob = client.confirmed_user("bob").await.sign_in().await;
        let mut codes = Vec::new();
        for user in [&alice, &bob] {
            update(user, json!({ "email": "a@example.com" })).await.ok();
            request_code(user, "email").await.ok();
            codes.push(lab.mailbox.code_for("a@example.com").await);
        }
        let replies = tokio::join!(verify(&alice, "email", &codes[0]), verify(&bob, "email", &codes[1]));
        let mut verified = 0;
        for reply in [replies.0, replies.1] {
            if reply.status == 200 {
                verified += 1;
            } else {
                reply.fault("AliasExistsException", EMAIL_TAKEN);
            }
        }
        assert_eq!(verified, 1);
    }
}
