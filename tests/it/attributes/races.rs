//! Changes of one user at the same time.

use poolhouse_tests::scenario;
use serde_json::json;

use super::{admin_delete, admin_update, value};

scenario! {
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
