//! Groups and roles in the tokens.

use poolhouse_tests::actors::{Pool, User, merge};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

const ADMINS: &str = "arn:aws:iam::111122223333:role/admins";
const STAFF: &str = "arn:aws:iam::111122223333:role/staff";

/// Makes groups and puts the user in them.
async fn join(pool: &Pool, user: &User, groups: &[(&str, Value)]) {
    for (name, settings) in groups {
        let group = json!({ "GroupName": name });
        pool.call("CreateGroup", merge(group.clone(), settings.clone()))
            .await
            .ok();
        user.admin_call("AdminAddUserToGroup", group).await.ok();
    }
}

scenario! {
    async fn groups_stand_in_both_tokens_by_precedence_and_roles_in_the_id_token(lab: Lab) {
        let pool = lab.pool().await;
        let alice = pool.client().await.confirmed_user("alice").await;
        let groups = [
            ("zeta", json!({})),
            ("staff", json!({ "Precedence": 5, "RoleArn": STAFF })),
            ("alpha", json!({})),
            ("admins", json!({ "Precedence": 1, "RoleArn": ADMINS })),
            ("first", json!({ "Precedence": 0 })),
        ];
        join(&pool, &alice, &groups).await;
        pool.call("CreateGroup", json!({ "GroupName": "others", "Precedence": 0, "RoleArn": STAFF })).await.ok();
        let alice = alice.sign_in().await;
        let (id, access) = (alice.id_claims().await, alice.access_claims().await);
        let expected = json!(["first", "admins", "staff", "alpha", "zeta"]);
        assert_eq!((&id["cognito:groups"], &access["cognito:groups"]), (&expected, &expected));
        assert_eq!(id["cognito:roles"], json!([ADMINS, STAFF]));
        assert_eq!(id["cognito:preferred_role"], ADMINS);
        assert_eq!((access.get("cognito:roles"), access.get("cognito:preferred_role")), (None, None));
    }

    async fn groups_that_disagree_prefer_no_role(lab: Lab) {
        let pool = lab.pool().await;
        let alice = pool.client().await.confirmed_user("alice").await;
        let role = |role: &str| json!({ "Precedence": 1, "RoleArn": role });
        join(&pool, &alice, &[("admins", role(ADMINS)), ("staff", role(STAFF))]).await;
        let id = alice.sign_in().await.id_claims().await;
        assert_eq!((&id["cognito:roles"], id.get("cognito:preferred_role")), (&json!([ADMINS, STAFF]), None));
    }

    async fn a_group_without_a_role_gives_none(lab: Lab) {
        let pool = lab.pool().await;
        let alice = pool.client().await.confirmed_user("alice").await;
        join(&pool, &alice, &[("staff", json!({ "Precedence": 1 }))]).await;
        let id = alice.sign_in().await.id_claims().await;
        assert_eq!(id["cognito:groups"], json!(["staff"]));
        assert_eq!((id.get("cognito:roles"), id.get("cognito:preferred_role")), (None, None));
    }

    async fn groups_of_another_user_or_pool_are_not_ours(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let alice = client.confirmed_user("alice").await;
        let bob = client.confirmed_user("bob").await;
        join(&pool, &bob, &[("admins", json!({ "RoleArn": ADMINS }))]).await;
        let claims = alice.sign_in().await.id_claims().await;
        assert_eq!((claims.get("cognito:groups"), claims.get("cognito:roles")), (None, None));
    }
}
