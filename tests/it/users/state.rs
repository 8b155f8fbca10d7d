//! Disabling, enabling and deleting users.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::clock::seconds;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::create;

scenario! {
    async fn a_disabled_user_is_shut_out_and_their_tokens_end(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let signed_in = alice.sign_in().await;
        lab.clock.advance(seconds(5));
        assert_eq!(alice.admin_call("AdminDisableUser", json!({})).await.ok(), json!({}));
        let user = alice.client.pool.user("alice").await;
        assert_eq!(user["Enabled"], false);
        assert_eq!(user["UserStatus"], "CONFIRMED");
        assert_eq!(user["UserLastModifiedDate"].as_f64(), Some(1_800_000_005.0));
        let disabled = ("NotAuthorizedException", "User is disabled.");
        alice.try_sign_in().await.fault(disabled.0, disabled.1);
        signed_in.get_user().await.fault(disabled.0, disabled.1);
        assert_eq!(signed_in.refresh().await.error().0, "NotAuthorizedException");

        assert_eq!(alice.admin_call("AdminEnableUser", json!({})).await.ok(), json!({}));
        assert_eq!(alice.client.pool.user("alice").await["Enabled"], true);
        signed_in.get_user().await.fault("NotAuthorizedException", "Access Token has been revoked");
        signed_in.refresh().await.fault("NotAuthorizedException", "Refresh Token has been revoked");
        alice.sign_in().await.get_user().await.ok();
    }

    async fn disabling_twice_is_no_error_and_neither_is_a_race(lab: Lab) {
        let pool = lab.pool().await;
        create(&pool, "alice", json!({})).await.ok();
        let tasks: Vec<_> = (0..6)
            .map(|number| {
                let pool = pool.clone();
                let operation = if number % 2 == 0 { "AdminDisableUser" } else { "AdminEnableUser" };
                tokio::spawn(async move { pool.call(operation, json!({ "Username": "alice" })).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().ok();
        }
        for _ in 0..2 {
            pool.call("AdminDisableUser", json!({ "Username": "alice" })).await.ok();
        }
        assert_eq!(pool.user("alice").await["Enabled"], false);
    }

    async fn operations_on_users_want_a_pool_and_a_user_that_exist(lab: Lab) {
        let pool = lab.pool().await;
        let other = lab.pool().await;
        create(&other, "alice", json!({})).await.ok();
        for operation in ["AdminDisableUser", "AdminEnableUser", "AdminDeleteUser", "AdminGetUser"] {
            pool.call(operation, json!({ "Username": "alice" }))
                .await
                .fault("UserNotFoundException", "User does not exist.");
            pool.call(operation, json!({ "UserPoolId": "us-east-1_nothing", "Username": "alice" }))
                .await
                .fault("ResourceNotFoundException", "User pool us-east-1_nothing does not exist.");
            lab.admin()
                .in_account("123456789012")
                .call(operation, json!({ "UserPoolId": other.id, "Username": "alice" }))
                .await
                .fault("ResourceNotFoundException", &format!("User pool {} does not exist.", other.id));
        }
        assert_eq!(other.user("alice").await["Enabled"], true);
    }

    async fn a_deleted_user_is_gone_and_the_name_is_free(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await;
        let signed_in = alice.sign_in().await;
        assert_eq!(alice.admin_call("AdminDeleteUser", json!({})).await.ok(), Value::Null);
        let gone = ("UserNotFoundException", "User does not exist.");
        signed_in.get_user().await.fault(gone.0, gone.1);
        alice.try_sign_in().await.fault(gone.0, gone.1);
        alice.admin_call("AdminDeleteUser", json!({})).await.fault(gone.0, gone.1);

        let again = client.confirmed_user("alice").await;
        assert_ne!(again.sub, alice.sub);
        signed_in.get_user().await.fault(gone.0, gone.1);
        assert_eq!(client.pool.user("alice").await["UserStatus"], "CONFIRMED");
    }

    async fn a_user_deletes_themselves_once(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let replies = tokio::join!(alice.call("DeleteUser", json!({})), alice.call("DeleteUser", json!({})));
        let deleted = [replies.0, replies.1].into_iter().filter(|reply| {
            if reply.status != 200 {
                reply.fault("UserNotFoundException", "User does not exist.");
            }
            reply.status == 200
        });
        assert_eq!(deleted.count(), 1);
        client.sign_in("alice", PASSWORD).await.fault("UserNotFoundException", "User does not exist.");
        let forged = json!({ "AccessToken": "eyJ.eyJ.x" });
        lab.call("DeleteUser", forged).await.fault("NotAuthorizedException", "Invalid Access Token");
    }
}
