//! What administrators and users see of a user.

use poolhouse_tests::scenario;
use serde_json::json;

use super::create;

scenario! {
    async fn an_administrator_sees_everything(lab: Lab) {
        let pool = lab.pool().await;
        create(&pool, "alice", json!({ "name": "Alice" })).await.ok();
        let sub = pool.attribute("alice", "sub").await.unwrap();
        let user = pool.user("alice").await;
        let expected = json!({
            "Username": "alice",
            "UserAttributes": [{ "Name": "sub", "Value": sub }, { "Name": "name", "Value": "Alice" }],
            "UserCreateDate": user["UserCreateDate"],
            "UserLastModifiedDate": user["UserCreateDate"],
            "Enabled": true,
            "UserStatus": "FORCE_CHANGE_PASSWORD",
        });
        assert_eq!(user, expected);
        assert_eq!(user["UserCreateDate"].as_f64(), Some(1_800_000_000.0));
        assert_eq!(pool.user(&sub).await, expected);
    }

    async fn a_user_sees_what_the_client_may_read(lab: Lab) {
        let pool = lab.pool().await;
        let narrow = pool.client_with(json!({ "ReadAttributes": ["name"] })).await;
        let alice = narrow.confirmed_user_with("alice", json!({ "name": "Alice", "email": "a@example.com" })).await;
        let expected = json!({
            "Username": "alice",
            "UserAttributes": [{ "Name": "sub", "Value": alice.sub }, { "Name": "name", "Value": "Alice" }],
        });
        assert_eq!(alice.sign_in().await.get_user().await.ok(), expected);
        let wide = pool.client().await;
        let token = wide.sign_in("alice", &alice.password).await.ok()["AuthenticationResult"]["AccessToken"].clone();
        let all = lab.call("GetUser", json!({ "AccessToken": token })).await.ok();
        assert_eq!(
            all["UserAttributes"],
            json!([
                { "Name": "sub", "Value": alice.sub },
                { "Name": "email", "Value": "a@example.com" },
                { "Name": "email_verified", "Value": "false" },
                { "Name": "name", "Value": "Alice" },
            ])
        );
    }
}
