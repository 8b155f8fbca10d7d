use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{ALICE, sign_alice_up, status, verifying_client};

scenario! {
    async fn an_administrator_confirms_a_user_and_verifies_nothing(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let code = sign_alice_up(&lab, &client).await;
        let input = json!({ "Username": "alice", "ClientMetadata": { "why": "known" } });
        assert_eq!(client.pool.call("AdminConfirmSignUp", input).await.ok(), json!({}));
        assert_eq!(status(&client, "alice").await, "CONFIRMED");
        assert_eq!(
            client.pool.attribute("alice", "email_verified").await.as_deref(),
            Some("false")
        );
        client.sign_in("alice", PASSWORD).await.ok();
        client.confirm_sign_up("alice", &code).await.fault(
            "NotAuthorizedException",
            "User cannot be confirmed. Current status is CONFIRMED",
        );
        assert_eq!(
            client.pool.attribute("alice", "email_verified").await.as_deref(),
            Some("false")
        );
    }

    async fn only_an_unconfirmed_user_is_confirmed(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        client.confirmed_user("alice").await;
        client
            .pool
            .call(
                "AdminCreateUser",
                json!({ "Username": "bob", "MessageAction": "SUPPRESS" }),
            )
            .await
            .ok();
        for (username, current) in [("alice", "CONFIRMED"), ("bob", "FORCE_CHANGE_PASSWORD")] {
            let sentence = format!("User cannot be confirmed. Current status is {current}");
            client
                .pool
                .call("AdminConfirmSignUp", json!({ "Username": username }))
                .await
                .fault("NotAuthorizedException", &sentence);
            assert_eq!(status(&client, username).await, current);
        }
    }

    async fn the_user_is_named_by_username_or_sub_and_must_be_of_the_pool(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let sub = client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok()["UserSub"].clone();
        let other = lab.pool().await;
        for (pool, name) in [
            (&other, json!("alice")),
            (&client.pool, json!("bob")),
            (&client.pool, json!(ALICE)),
        ] {
            pool.call("AdminConfirmSignUp", json!({ "Username": name }))
                .await
                .fault("UserNotFoundException", "User does not exist.");
        }
        client
            .pool
            .call("AdminConfirmSignUp", json!({ "Username": sub }))
            .await
            .ok();
        assert_eq!(status(&client, "alice").await, "CONFIRMED");
    }

    async fn the_pool_must_be_the_administrators(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        sign_alice_up(&lab, &client).await;
        let input = json!({ "UserPoolId": client.pool.id, "Username": "alice" });
        let sentence = format!("User pool {} does not exist.", client.pool.id);
        for stranger in [
            lab.admin().in_account("999999999999"),
            lab.admin().in_region("eu-west-1"),
        ] {
            stranger
                .call("AdminConfirmSignUp", input.clone())
                .await
                .fault("ResourceNotFoundException", &sentence);
        }
        lab.admin()
            .call(
                "AdminConfirmSignUp",
                json!({ "UserPoolId": "us-east-1_unknown00", "Username": "alice" }),
            )
            .await
            .fault(
                "ResourceNotFoundException",
                "User pool us-east-1_unknown00 does not exist.",
            );
        assert_eq!(status(&client, "alice").await, "UNCONFIRMED");
    }
}
