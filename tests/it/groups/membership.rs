//! AdminAddUserToGroup, AdminRemoveUserFromGroup, AdminListGroupsForUser and ListUsersInGroup.

use poolhouse_tests::actors::Pool;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

async fn add(pool: &Pool, username: &str, group: &str) -> Reply {
    pool.call(
        "AdminAddUserToGroup",
        json!({ "Username": username, "GroupName": group }),
    )
    .await
}

async fn remove(pool: &Pool, username: &str, group: &str) -> Reply {
    pool.call(
        "AdminRemoveUserFromGroup",
        json!({ "Username": username, "GroupName": group }),
    )
    .await
}

async fn create(pool: &Pool, group: Value) {
    pool.call("CreateGroup", group).await.ok();
}

/// The names of the groups of a user.
async fn groups_of(pool: &Pool, username: &str) -> Vec<String> {
    let listed = pool
        .call("AdminListGroupsForUser", json!({ "Username": username }))
        .await
        .ok();
    let groups = listed["Groups"].as_array().unwrap().iter();
    groups
        .map(|group| group["GroupName"].as_str().unwrap().to_owned())
        .collect()
}

/// The names of the members of a group, sorted.
async fn members_of(pool: &Pool, group: &str) -> Vec<String> {
    let listed = pool.call("ListUsersInGroup", json!({ "GroupName": group })).await.ok();
    let users = listed["Users"].as_array().unwrap().iter();
    let mut names: Vec<_> = users
        .map(|user| user["Username"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

scenario! {
    async fn members_come_and_go(lab: Lab) {
        let client = lab.pool().await.client().await;
        let pool = &client.pool;
        for name in ["alice", "bob"] {
            client.confirmed_user(name).await;
        }
        create(pool, json!({ "GroupName": "staff" })).await;
        create(pool, json!({ "GroupName": "cooks" })).await;
        let reply = add(pool, "alice", "staff").await;
        assert!(reply.status.is_success() && reply.body.is_empty(), "{reply:?}");
        add(pool, "alice", "staff").await.ok();
        add(pool, "alice", "cooks").await.ok();
        add(pool, "bob", "staff").await.ok();
        assert_eq!(groups_of(pool, "alice").await, ["cooks", "staff"]);
        assert_eq!(members_of(pool, "staff").await, ["alice", "bob"]);

        remove(pool, "alice", "staff").await.ok();
        remove(pool, "alice", "staff").await.ok();
        assert_eq!(groups_of(pool, "alice").await, ["cooks"]);
        assert_eq!(members_of(pool, "staff").await, ["bob"]);
    }

    async fn both_lists_tell_groups_and_users_whole(lab: Lab) {
        let client = lab.pool().await.client().await;
        let pool = &client.pool;
        client.confirmed_user_with("alice", json!({ "email": "alice@example.com" })).await;
        let group = pool.call("CreateGroup", json!({ "GroupName": "staff", "Precedence": 1 })).await.ok()["Group"].take();
        add(pool, "alice", "staff").await.ok();
        let groups = pool.call("AdminListGroupsForUser", json!({ "Username": "alice" })).await.ok();
        assert_eq!(groups, json!({ "Groups": [group] }));
        let users = pool.call("ListUsersInGroup", json!({ "GroupName": "staff" })).await.ok();
        assert_eq!(users["Users"], pool.call("ListUsers", json!({})).await.ok()["Users"]);
        assert_eq!(users["Users"][0]["Username"], "alice");
        assert_eq!(users["Users"][0]["UserStatus"], "CONFIRMED");
    }

    async fn a_user_may_be_named_by_any_of_their_names(lab: Lab) {
        let pool = lab.pool_with(json!({
            "UsernameAttributes": ["email"], "UsernameConfiguration": { "CaseSensitive": false }
        })).await;
        let alice = pool.client().await.confirmed_user_with("alice@example.com", json!({})).await;
        create(&pool, json!({ "GroupName": "staff" })).await;
        add(&pool, "Alice@Example.com", "staff").await.ok();
        assert_eq!(members_of(&pool, "staff").await, [alice.sub.as_str()]);
        assert_eq!(groups_of(&pool, &alice.sub).await, ["staff"]);
        remove(&pool, &alice.sub, "staff").await.ok();
        assert_eq!(groups_of(&pool, "alice@example.com").await, [""; 0]);
    }

    async fn unknown_users_and_groups_are_told_apart(lab: Lab) {
        let client = lab.pool().await.client().await;
        let pool = &client.pool;
        client.confirmed_user("alice").await;
        create(pool, json!({ "GroupName": "staff" })).await;
        for reply in [add(pool, "nobody", "staff").await, remove(pool, "nobody", "staff").await] {
            reply.fault("UserNotFoundException", "User does not exist.");
        }
        pool.call("AdminListGroupsForUser", json!({ "Username": "nobody" })).await
            .fault("UserNotFoundException", "User does not exist.");
        for reply in [add(pool, "alice", "Staff").await, remove(pool, "alice", "nothing").await] {
            reply.fault("ResourceNotFoundException", "Group not found.");
        }
        pool.call("ListUsersInGroup", json!({ "GroupName": "nothing" })).await
            .fault("ResourceNotFoundException", "Group not found.");
    }

    async fn a_deleted_user_leaves_their_groups(lab: Lab) {
        let client = lab.pool().await.client().await;
        let pool = &client.pool;
        create(pool, json!({ "GroupName": "staff" })).await;
        let alice = client.confirmed_user("alice").await;
        add(pool, "alice", "staff").await.ok();
        alice.admin_call("AdminDeleteUser", json!({})).await.ok();
        assert_eq!(members_of(pool, "staff").await, [""; 0]);
        client.confirmed_user("alice").await;
        assert_eq!(groups_of(pool, "alice").await, [""; 0]);
    }

    async fn a_deleted_group_leaves_its_members(lab: Lab) {
        let client = lab.pool().await.client().await;
        let pool = &client.pool;
        let alice = client.confirmed_user("alice").await;
        create(pool, json!({ "GroupName": "staff" })).await;
        add(pool, "alice", "staff").await.ok();
        assert_eq!(alice.sign_in().await.access_claims().await["cognito:groups"], json!(["staff"]));
        pool.call("DeleteGroup", json!({ "GroupName": "staff" })).await.ok();
        assert_eq!(groups_of(pool, "alice").await, [""; 0]);
        assert_eq!(alice.sign_in().await.access_claims().await.get("cognito:groups"), None);
        // A new group of the name has no members.
        create(pool, json!({ "GroupName": "staff" })).await;
        assert_eq!(members_of(pool, "staff").await, [""; 0]);
    }

    async fn tokens_list_groups_by_precedence_and_the_role_of_the_best(lab: Lab) {
        let client = lab.pool().await.client().await;
        let pool = &client.pool;
        let role = |name: &str| format!("arn:aws:iam::000000000000:role/{name}");
        let alice = client.confirmed_user("alice").await;
        for (name, precedence) in [("none", None), ("second", Some(2)), ("first", Some(1)), ("equal", Some(2))] {
            let mut group = json!({ "GroupName": name, "RoleArn": role(name) });
            if let Some(precedence) = precedence {
                group["Precedence"] = precedence.into();
            }
            create(pool, group).await;
            add(pool, "alice", name).await.ok();
        }
        let signed_in = alice.sign_in().await;
        let (id, access) = (signed_in.id_claims().await, signed_in.access_claims().await);
        let names = json!(["first", "equal", "second", "none"]);
        assert_eq!((&id["cognito:groups"], &access["cognito:groups"]), (&names, &names));
        assert_eq!(id["cognito:preferred_role"], role("first"));
        let mut roles: Vec<_> = id["cognito:roles"].as_array().unwrap().clone();
        roles.sort_by_key(ToString::to_string);
        assert_eq!(roles, ["equal", "first", "none", "second"].map(|name| json!(role(name))));
        assert_eq!(access.get("cognito:roles"), None);

        // Without the best there are two equals, and no role is preferred.
        remove(pool, "alice", "first").await.ok();
        let id = alice.sign_in().await.id_claims().await;
        assert_eq!(id["cognito:groups"], json!(["equal", "second", "none"]));
        assert_eq!(id.get("cognito:preferred_role"), None);
    }
}
