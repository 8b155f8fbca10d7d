//! Who may write what.

use poolhouse_tests::scenario;
use serde_json::json;

use super::{admin_delete, admin_update, delete, update, value, verified_user};

const UNAUTHORIZED: &str = "A client attempted to write unauthorized attribute";

scenario! {
    async fn nobody_but_the_service_writes_who_a_user_is(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let signed_in = alice.sign_in().await;
        for name in ["sub", "identities"] {
            update(&signed_in, json!({ name: "x" })).await.fault("NotAuthorizedException", UNAUTHORIZED);
            delete(&signed_in, &[name]).await.fault("NotAuthorizedException", UNAUTHORIZED);
            let sentence = format!("Cannot modify the non-mutable attribute {name}");
            admin_update(&alice, json!({ name: "x" })).await.fault("InvalidParameterException", &sentence);
            admin_delete(&alice, &[name]).await.fault("InvalidParameterException", &sentence);
        }
        assert_eq!(value(&alice, "sub").await, Some(alice.sub));
    }

    async fn users_do_not_say_that_they_are_verified(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        for name in ["email_verified", "phone_number_verified"] {
            let changes = json!({ "email": "a@example.com", "phone_number": "+15550100", name: "true" });
            update(&alice, changes).await.fault("NotAuthorizedException", UNAUTHORIZED);
            delete(&alice, &[name]).await.fault("NotAuthorizedException", UNAUTHORIZED);
        }
        assert_eq!(value(&alice.user, "email").await, None);
    }

    async fn a_client_writes_what_it_may_write(lab: Lab) {
        let schema = json!([
            { "Name": "role", "AttributeDataType": "String" },
            { "Name": "rank", "AttributeDataType": "String", "DeveloperOnlyAttribute": true },
        ]);
        let pool = lab.pool_with(json!({ "Schema": schema })).await;
        let client = pool.client_with(json!({ "WriteAttributes": ["name"] })).await;
        let alice = client.confirmed_user("alice").await;
        let signed_in = alice.sign_in().await;
        update(&signed_in, json!({ "name": "Alice" })).await.ok();
        for name in ["custom:role", "nickname", "custom:nothing", "dev:custom:rank"] {
            update(&signed_in, json!({ "name": "A", name: "x" })).await.fault("NotAuthorizedException", UNAUTHORIZED);
            delete(&signed_in, &[name]).await.fault("NotAuthorizedException", UNAUTHORIZED);
        }
        assert_eq!(value(&alice, "name").await.as_deref(), Some("Alice"));
        delete(&signed_in, &["name"]).await.ok();

        admin_update(&alice, json!({ "custom:role": "chief", "dev:custom:rank": "1" })).await.ok();
        assert_eq!(value(&alice, "custom:role").await.as_deref(), Some("chief"));
        assert_eq!(value(&alice, "dev:custom:rank").await.as_deref(), Some("1"));
    }

    async fn no_client_writes_developer_only_attributes(lab: Lab) {
        let schema = json!([{ "Name": "rank", "AttributeDataType": "String", "DeveloperOnlyAttribute": true }]);
        let client = lab.pool_with(json!({ "Schema": schema })).await.client().await;
        let alice = client.confirmed_user("alice").await;
        admin_update(&alice, json!({ "dev:custom:rank": "1" })).await.ok();
        let signed_in = alice.sign_in().await;
        let name = "dev:custom:rank";
        update(&signed_in, json!({ name: "2" })).await.fault("NotAuthorizedException", UNAUTHORIZED);
        delete(&signed_in, &[name]).await.fault("NotAuthorizedException", UNAUTHORIZED);
        assert_eq!(value(&alice, name).await.as_deref(), Some("1"));
    }

    async fn a_token_changes_its_own_user_only(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = verified_user(&client, "alice", "a@example.com").await;
        let bob = client.confirmed_user("bob").await.sign_in().await;
        // Members of the administrator's operation mean nothing here.
        let input = json!({
            "UserPoolId": client.pool.id, "Username": "alice", "UserAttributes": [{ "Name": "name", "Value": "x" }],
        });
        bob.call("UpdateUserAttributes", input).await.ok();
        assert_eq!(value(&alice, "name").await, None);
        assert_eq!(value(&bob.user, "name").await.as_deref(), Some("x"));
    }
}
