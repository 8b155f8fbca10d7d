//! DeleteUserAttributes and AdminDeleteUserAttributes.

use poolhouse_tests::scenario;
use serde_json::json;

use super::{admin_delete, admin_update, delete, update, value, verified_user};

scenario! {
    async fn an_address_goes_with_its_verification(lab: Lab) {
        let client = lab.pool_with(json!({ "AliasAttributes": ["email"] })).await.client().await;
        let alice = verified_user(&client, "alice", "a@example.com").await;
        assert_eq!(client.pool.user("a@example.com").await["Username"], "alice");
        assert_eq!(delete(&alice.sign_in().await, &["email"]).await.ok(), json!({}));
        for name in ["email", "email_verified"] {
            assert_eq!(value(&alice, name).await, None, "{name}");
        }
        client.pool.call("AdminGetUser", json!({ "Username": "a@example.com" }))
            .await
            .fault("UserNotFoundException", "User does not exist.");
        verified_user(&client, "bob", "a@example.com").await;
    }

    async fn what_is_not_there_is_deleted_already(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        assert_eq!(admin_delete(&alice, &["name", "nickname"]).await.ok(), json!({}));
        delete(&alice.sign_in().await, &["name"]).await.ok();
    }

    async fn required_fixed_and_unknown_attributes_stay(lab: Lab) {
        let schema = json!([
            { "Name": "name", "Required": true },
            { "Name": "fixed", "AttributeDataType": "String", "Mutable": false },
        ]);
        let client = lab.pool_with(json!({ "Schema": schema })).await.client().await;
        let given = json!({ "name": "Alice", "custom:fixed": "1", "nickname": "ally" });
        let alice = client.confirmed_user_with("alice", given).await;
        let signed_in = alice.sign_in().await;
        for (name, sentence) in [
            ("name", "Attributes did not conform to the schema: name: The attribute is required\n"),
            ("custom:fixed", "user.custom:fixed: Attribute cannot be updated.\n"),
            ("custom:nothing", "user.custom:nothing: Attribute does not exist in the schema.\n"),
        ] {
            for reply in [delete(&signed_in, &["nickname", name]).await, admin_delete(&alice, &["nickname", name]).await] {
                assert_eq!(reply.error(), ("InvalidParameterException".to_owned(), sentence.to_owned()));
            }
        }
        assert_eq!(value(&alice, "nickname").await.as_deref(), Some("ally"));
    }

    async fn the_address_that_a_user_is_named_by_stays(lab: Lab) {
        let client = lab.pool_with(json!({ "UsernameAttributes": ["email", "phone_number"] })).await.client().await;
        let alice = client.confirmed_user("a@example.com").await;
        let signed_in = alice.sign_in().await;
        let sentence = "The attribute that the user signs in with cannot be deleted.";
        delete(&signed_in, &["email"]).await.fault("InvalidParameterException", sentence);
        update(&signed_in, json!({ "email": "" })).await.fault("InvalidParameterException", sentence);
        admin_delete(&alice, &["email"]).await.fault("InvalidParameterException", sentence);
        admin_update(&alice, json!({ "phone_number": "+15550100" })).await.ok();
        admin_delete(&alice, &["email"]).await.ok();
        assert_eq!(client.pool.user("+15550100").await["Username"], alice.sub.as_str());
    }
}
