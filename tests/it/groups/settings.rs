//! CreateGroup, GetGroup, UpdateGroup, DeleteGroup and ListGroups.

use poolhouse_tests::clock::minutes;
use poolhouse_tests::scenario;
use serde_json::json;

const ROLE: &str = "arn:aws:iam::000000000000:role/staff";

scenario! {
    async fn a_group_is_told_as_it_was_made(lab: Lab) {
        let pool = lab.pool().await;
        let full = json!({ "GroupName": "staff", "Description": "They work here.", "RoleArn": ROLE, "Precedence": 3 });
        let created = pool.call("CreateGroup", full).await.ok();
        let now = created["Group"]["CreationDate"].clone();
        assert!(now.is_number());
        assert_eq!(created, json!({ "Group": {
            "GroupName": "staff", "UserPoolId": pool.id, "Description": "They work here.", "RoleArn": ROLE,
            "Precedence": 3, "LastModifiedDate": now, "CreationDate": now
        } }));
        assert_eq!(pool.call("GetGroup", json!({ "GroupName": "staff" })).await.ok(), created);

        let plain = pool.call("CreateGroup", json!({ "GroupName": "guests" })).await.ok();
        assert_eq!(plain, json!({ "Group": {
            "GroupName": "guests", "UserPoolId": pool.id, "LastModifiedDate": now, "CreationDate": now
        } }));
        let listed = pool.call("ListGroups", json!({})).await.ok();
        assert_eq!(listed, json!({ "Groups": [plain["Group"], created["Group"]] }));
    }

    async fn an_update_changes_what_it_names(lab: Lab) {
        let pool = lab.pool().await;
        let full = json!({ "GroupName": "staff", "Description": "Old", "RoleArn": ROLE, "Precedence": 3 });
        let mut group = pool.call("CreateGroup", full).await.ok()["Group"].take();
        lab.clock.advance(minutes(1));
        let reply = pool.call("UpdateGroup", json!({ "GroupName": "staff", "Precedence": 0 })).await.ok();
        assert_ne!(reply["Group"]["LastModifiedDate"], group["LastModifiedDate"]);
        group["LastModifiedDate"] = reply["Group"]["LastModifiedDate"].clone();
        group["Precedence"] = 0.into();
        assert_eq!(reply["Group"], group);
        let other = "arn:aws:iam::000000000000:role/other";
        pool.call("UpdateGroup", json!({ "GroupName": "staff", "Description": "New", "RoleArn": other })).await.ok();
        group["Description"] = "New".into();
        group["RoleArn"] = other.into();
        assert_eq!(pool.call("GetGroup", json!({ "GroupName": "staff" })).await.ok()["Group"], group);
    }

    async fn names_are_unique_in_a_pool_and_differ_by_case(lab: Lab) {
        let pool = lab.pool_with(json!({ "UsernameConfiguration": { "CaseSensitive": false } })).await;
        let create = async |name: &str| pool.call("CreateGroup", json!({ "GroupName": name })).await;
        create("staff").await.ok();
        create("staff").await.fault("GroupExistsException", "A group with the name already exists.");
        create("Staff").await.ok();
        lab.pool().await.call("CreateGroup", json!({ "GroupName": "staff" })).await.ok();
        let listed = pool.call("ListGroups", json!({})).await.ok();
        let names = listed["Groups"].as_array().unwrap().iter().map(|group| group["GroupName"].as_str().unwrap());
        assert_eq!(names.collect::<Vec<_>>(), ["Staff", "staff"]);
    }

    async fn of_two_who_create_a_group_one_succeeds(lab: Lab) {
        let pool = lab.pool().await;
        for round in 0..4 {
            let create = |description: &str| {
                let input = json!({ "GroupName": format!("group{round}"), "Description": description });
                let pool = pool.clone();
                tokio::spawn(async move { pool.call("CreateGroup", input).await })
            };
            let (one, two) = tokio::join!(create("one"), create("two"));
            let mut replies = [one.unwrap(), two.unwrap()];
            replies.sort_by_key(|reply| reply.status);
            let winner = replies[0].ok();
            replies[1].fault("GroupExistsException", "A group with the name already exists.");
            let stored = pool.call("GetGroup", json!({ "GroupName": format!("group{round}") })).await.ok();
            assert_eq!(stored, winner);
        }
    }

    async fn two_who_change_a_group_both_succeed(lab: Lab) {
        let pool = lab.pool().await;
        pool.call("CreateGroup", json!({ "GroupName": "staff" })).await.ok();
        let update = |mut input: serde_json::Value| {
            input["GroupName"] = "staff".into();
            let pool = pool.clone();
            tokio::spawn(async move { pool.call("UpdateGroup", input).await.ok() })
        };
        let (one, two) = tokio::join!(update(json!({ "Description": "Both" })), update(json!({ "Precedence": 7 })));
        one.unwrap();
        two.unwrap();
        let group = pool.call("GetGroup", json!({ "GroupName": "staff" })).await.ok()["Group"].take();
        assert_eq!((&group["Description"], &group["Precedence"]), (&json!("Both"), &json!(7)));
    }

    async fn a_deleted_group_is_gone(lab: Lab) {
        let pool = lab.pool().await;
        pool.call("CreateGroup", json!({ "GroupName": "staff" })).await.ok();
        let reply = pool.call("DeleteGroup", json!({ "GroupName": "staff" })).await;
        assert!(reply.status.is_success() && reply.body.is_empty(), "{reply:?}");
        for operation in ["GetGroup", "UpdateGroup", "DeleteGroup", "ListUsersInGroup"] {
            pool.call(operation, json!({ "GroupName": "staff" })).await
                .fault("ResourceNotFoundException", "Group not found.");
        }
        assert_eq!(pool.call("ListGroups", json!({})).await.ok(), json!({ "Groups": [] }));
        pool.call("CreateGroup", json!({ "GroupName": "staff" })).await.ok();
    }

    async fn what_the_model_forbids_is_refused(lab: Lab) {
        let pool = lab.pool().await;
        let long = "g".repeat(129);
        let cases = [
            (
                json!({ "GroupName": "two words" }),
                "1 validation error detected: Value 'two words' at 'groupName' failed to satisfy constraint: Member must \
                 satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+".to_owned(),
            ),
            (
                json!({ "GroupName": long }),
                format!("1 validation error detected: Value '{long}' at 'groupName' failed to satisfy constraint: Member \
                         must have length less than or equal to 128"),
            ),
            (
                json!({ "GroupName": "staff", "Precedence": -1 }),
                "1 validation error detected: Value '-1' at 'precedence' failed to satisfy constraint: Member must have \
                 value greater than or equal to 0".to_owned(),
            ),
            (
                json!({}),
                "1 validation error detected: Value null at 'groupName' failed to satisfy constraint: Member must not be \
                 null".to_owned(),
            ),
        ];
        for (input, message) in cases {
            pool.call("CreateGroup", input).await.fault("InvalidParameterException", &message);
        }
        let arn = json!({ "GroupName": "staff", "RoleArn": "arn:aws:iam::account:role/x" });
        assert_eq!(pool.call("CreateGroup", arn).await.error().0, "InvalidParameterException");
        pool.call("CreateGroup", json!({ "GroupName": "staff", "Precedence": 2_147_483_647 })).await.ok();
        pool.call("CreateGroup", json!({ "GroupName": "more", "Precedence": 2_147_483_648_u32 })).await
            .fault("SerializationException", "NUMBER_VALUE can not be converted to an Integer");
        pool.call("CreateGroup", json!({ "GroupName": "Gruppe-\u{1f600}-'\";--" })).await.ok();
    }
}
