//! Changes of one user at the same time.

use poolhouse_domain::attributes::Attributes;
use poolhouse_domain::schema::Writer;
use poolhouse_engine::{Cx, Request};
use poolhouse_model::{Secret, VerifiedAttributeType};
use poolhouse_tests::lab::{Lab, REGION};
use poolhouse_tests::scenario;
use serde_json::json;

use super::{admin_delete, admin_update, request_code, value};

/// A request that a test goes through step by step.
fn slow_request(lab: &Lab) -> Cx {
    let request = Request {
        id: "slow".to_owned(),
        region: REGION.to_owned(),
        account_id: lab.account_id().to_owned(),
        source_ip: None,
        user_agent: None,
    };
    Cx::new(lab.world().clone(), request)
}

scenario! {
    async fn a_change_is_made_of_the_user_as_they_are_not_as_they_were(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user_with("alice", json!({ "name": "A" })).await;
        let slow = slow_request(&lab);
        let pool = slow.pool(&alice.client.pool.id).await.unwrap();
        let (first, second) = (slow.user(&pool, "alice").await.unwrap(), slow.user(&pool, "alice").await.unwrap());
        admin_update(&alice, json!({ "nickname": "quick" })).await.ok();

        let changes = Attributes::from_iter([("profile", "slow")]);
        slow.update_attributes(&pool, None, first, &changes).await.unwrap();
        slow.delete_attributes(&pool, second, &["name".to_owned()], Writer::Admin).await.unwrap();
        for (name, expected) in [("nickname", Some("quick")), ("profile", Some("slow")), ("name", None)] {
            assert_eq!(value(&alice, name).await.as_deref(), expected, "{name}");
        }
    }

    async fn a_code_is_checked_against_the_address_as_it_is_not_as_it_was(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user_with("alice", json!({ "email": "a@example.com" })).await.sign_in().await;
        request_code(&alice, "email").await.ok();
        let code = lab.mailbox.code_for("a@example.com").await;
        let slow = slow_request(&lab);
        let token = Secret::from(alice.tokens.access.as_str());
        let (first, second) = (slow.caller(&token).await.unwrap(), slow.caller(&token).await.unwrap());

        admin_update(&alice.user, json!({ "email": "b@example.com" })).await.ok();
        let refusal = slow.verify_attribute(first, VerifiedAttributeType::Email, &code).await.unwrap_err();
        assert_eq!(refusal.to_string(), "Invalid code provided, please request a code again.");
        assert_eq!(value(&alice.user, "email").await.as_deref(), Some("b@example.com"));
        assert_eq!(value(&alice.user, "email_verified").await.as_deref(), Some("false"));

        admin_update(&alice.user, json!({ "email": "a@example.com" })).await.ok();
        slow.verify_attribute(second, VerifiedAttributeType::Email, &code).await.unwrap();
        assert_eq!(value(&alice.user, "email_verified").await.as_deref(), Some("true"));
    }

    async fn administrators_who_change_different_attributes_all_succeed(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let names = ["name", "nickname", "given_name", "family_name", "profile", "website"];
        let tasks = names.map(|name| {
            let alice = alice.clone();
            tokio::spawn(async move { admin_update(&alice, json!({ name: name })).await })
        });
        for task in tasks {
            task.await.unwrap().ok();
        }
        for name in names {
            assert_eq!(value(&alice, name).await.as_deref(), Some(name));
        }
    }

    async fn what_is_deleted_and_what_is_disabled_at_once_stays_so(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user_with("alice", json!({ "name": "A" })).await;
        let replies = tokio::join!(
            admin_delete(&alice, &["name"]),
            alice.admin_call("AdminDisableUser", json!({})),
            admin_update(&alice, json!({ "nickname": "B" })),
            alice.admin_call("AdminDisableUser", json!({})),
        );
        for reply in [replies.0, replies.1, replies.2, replies.3] {
            reply.ok();
        }
        assert_eq!(value(&alice, "name").await, None);
        assert_eq!(value(&alice, "nickname").await.as_deref(), Some("B"));
        assert_eq!(alice.client.pool.user("alice").await["Enabled"], false);
    }

    async fn a_user_who_is_deleted_meanwhile_does_not_exist(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let (update, deletion) = tokio::join!(
            admin_update(&alice, json!({ "name": "A" })),
            alice.admin_call("AdminDeleteUser", json!({})),
        );
        deletion.ok();
        if update.status != 200 {
            update.fault("UserNotFoundException", "User does not exist.");
        }
        admin_update(&alice, json!({ "name": "A" })).await.fault("UserNotFoundException", "User does not exist.");
    }
}
