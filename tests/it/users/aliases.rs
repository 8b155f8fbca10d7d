//! Names that lead to users, and whose they are.

use poolhouse_tests::actors::{Client, PASSWORD, Pool};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{create, create_with};

async fn aliased(lab: &Lab) -> Pool {
    lab.pool_with(json!({ "AliasAttributes": ["email", "phone_number", "preferred_username"] }))
        .await
}

fn verified(email: &str) -> Value {
    json!({ "email": email, "email_verified": "true" })
}

/// Gives a user a password for good.
async fn set_password(client: &Client, username: &str, password: &str) {
    let input = json!({ "Username": username, "Password": password, "Permanent": true });
    client.pool.call("AdminSetUserPassword", input).await.ok();
}

scenario! {
    async fn a_verified_address_is_an_alias_of_one_user(lab: Lab) {
        let pool = aliased(&lab).await;
        create(&pool, "alice", verified("a@example.com")).await.ok();
        create(&pool, "mallory", verified("a@example.com"))
            .await
            .fault("UsernameExistsException", "An account with the given email already exists.");
        create(&pool, "bob", json!({ "email": "a@example.com" })).await.ok();
        assert_eq!(pool.user("a@example.com").await["Username"], "alice");
        let phone = json!({ "phone_number": "+15550100", "phone_number_verified": "true" });
        create(&pool, "carol", phone.clone()).await.ok();
        create(&pool, "dave", phone)
            .await
            .fault("UsernameExistsException", "An account with the given phone_number already exists.");
    }

    async fn force_alias_creation_moves_the_alias_and_leaves_the_attribute_unverified(lab: Lab) {
        let client = aliased(&lab).await.client().await;
        create(&client.pool, "alice", verified("a@example.com")).await.ok();
        set_password(&client, "alice", PASSWORD).await;
        create_with(&client.pool, "bob", verified("a@example.com"), json!({ "ForceAliasCreation": true })).await.ok();
        assert_eq!(client.pool.user("a@example.com").await["Username"], "bob");
        assert_eq!(client.pool.attribute("alice", "email").await.as_deref(), Some("a@example.com"));
        assert_eq!(client.pool.attribute("alice", "email_verified").await.as_deref(), Some("false"));
        client
            .sign_in("a@example.com", PASSWORD)
            .await
            .fault("NotAuthorizedException", "Incorrect username or password.");
        client.sign_in("alice", PASSWORD).await.ok();
    }

    async fn force_alias_creation_without_a_verified_address_takes_nothing(lab: Lab) {
        let pool = aliased(&lab).await;
        create(&pool, "alice", verified("a@example.com")).await.ok();
        let force = json!({ "ForceAliasCreation": true });
        create_with(&pool, "bob", json!({ "email": "a@example.com" }), force.clone()).await.ok();
        create_with(&pool, "alice", json!({}), force).await.fault("UsernameExistsException", "User account already exists");
        assert_eq!(pool.user("a@example.com").await["Username"], "alice");
        assert_eq!(pool.attribute("alice", "email_verified").await.as_deref(), Some("true"));
    }

    async fn of_users_who_force_an_alias_at_once_one_has_it_in_the_end(lab: Lab) {
        let pool = aliased(&lab).await;
        create(&pool, "alice", verified("a@example.com")).await.ok();
        let tasks: Vec<_> = (0..4)
            .map(|number| {
                let pool = pool.clone();
                let name = format!("user{number}");
                tokio::spawn(async move {
                    create_with(&pool, &name, verified("a@example.com"), json!({ "ForceAliasCreation": true })).await
                })
            })
            .collect();
        let mut created = Vec::new();
        for (number, task) in tasks.into_iter().enumerate() {
            let reply = task.await.unwrap();
            if reply.status == 200 {
                created.push(format!("user{number}"));
            } else {
                // Somebody else's new user got there between the look and the write.
                reply.fault("UsernameExistsException", "An account with the given email already exists.");
            }
        }
        let mut holders = Vec::new();
        for name in created.iter().map(String::as_str).chain(["alice"]) {
            if pool.attribute(name, "email_verified").await.as_deref() == Some("true") {
                holders.push(name.to_owned());
            }
        }
        assert_eq!(holders.len(), 1, "{holders:?}");
        assert_eq!(pool.user("a@example.com").await["Username"], holders[0].as_str());
        assert_ne!(holders[0], "alice");
    }

    async fn a_username_is_nobody_elses_preferred_username_and_the_other_way_round(lab: Lab) {
        let pool = aliased(&lab).await;
        create(&pool, "alice", json!({ "preferred_username": "ali" })).await.ok();
        create(&pool, "ali", json!({})).await.fault("UsernameExistsException", "User account already exists");
        create(&pool, "bob", json!({ "preferred_username": "alice" }))
            .await
            .fault("UsernameExistsException", "An account with the given preferred_username already exists.");
        create(&pool, "bob", json!({ "preferred_username": "bob" })).await.ok();
        assert_eq!(pool.user("ali").await["Username"], "alice");
    }

    async fn names_do_not_pass_for_contacts_or_subs_of_others(lab: Lab) {
        let pool = aliased(&lab).await;
        create(&pool, "a@example.com", json!({})).await.fault(
            "InvalidParameterException",
            "Username cannot be of email format, since user pool is configured for email alias.",
        );
        create(&pool, "+15550100", json!({})).await.fault(
            "InvalidParameterException",
            "Username cannot be of phone number format, since user pool is configured for phone_number alias.",
        );
        create(&pool, "mallory", json!({ "preferred_username": "a@example.com" })).await.fault(
            "InvalidParameterException",
            "Preferred username cannot be of email format, since user pool is configured for email alias.",
        );
        create(&pool, "alice", json!({})).await.ok();
        let sub = pool.attribute("alice", "sub").await.unwrap();
        create(&pool, &sub, json!({})).await.fault("UsernameExistsException", "User account already exists");
        assert_eq!(pool.user(&sub).await["Username"], "alice");
    }

    async fn where_addresses_are_usernames_the_service_makes_the_username(lab: Lab) {
        let pool = lab.pool_with(json!({ "UsernameAttributes": ["email"] })).await;
        let user = create(&pool, "a@example.com", json!({})).await.ok();
        let sub = pool.attribute("a@example.com", "sub").await.unwrap();
        assert_eq!(user["User"]["Username"], sub.as_str());
        assert_eq!(pool.attribute(&sub, "email").await.as_deref(), Some("a@example.com"));
        for given in [json!({}), verified("a@example.com")] {
            create(&pool, "a@example.com", given)
                .await
                .fault("UsernameExistsException", "An account with the given email already exists.");
        }
        create_with(&pool, "a@example.com", verified("a@example.com"), json!({ "ForceAliasCreation": true }))
            .await
            .fault("UsernameExistsException", "An account with the given email already exists.");
        for name in ["alice", "+15550100"] {
            create(&pool, name, json!({})).await.fault("InvalidParameterException", "Username should be an email.");
        }
        let both = lab.pool_with(json!({ "UsernameAttributes": ["email", "phone_number"] })).await;
        create(&both, "+15550100", json!({})).await.ok();
        create(&both, "alice", json!({}))
            .await
            .fault("InvalidParameterException", "Username should be either an email or a phone number.");
    }
}
