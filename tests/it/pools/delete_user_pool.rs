//! DeleteUserPool.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::scenario;
use serde_json::json;

scenario! {
    async fn a_protected_pool_stays(lab: Lab) {
        let pool = lab.pool_with(json!({ "DeletionProtection": "ACTIVE" })).await;
        pool.call("DeleteUserPool", json!({})).await.fault(
            "InvalidParameterException",
            "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be \
             inactivated first.",
        );
        pool.call("UpdateUserPool", json!({ "DeletionProtection": "INACTIVE" })).await.ok();
        let reply = pool.call("DeleteUserPool", json!({})).await;
        assert!(reply.status.is_success() && reply.body.is_empty(), "{reply:?}");
        let gone = format!("User pool {} does not exist.", pool.id);
        pool.call("DescribeUserPool", json!({})).await.fault("ResourceNotFoundException", &gone);
        pool.call("DeleteUserPool", json!({})).await.fault("ResourceNotFoundException", &gone);
    }

    async fn nothing_of_a_deleted_pool_works_any_longer(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        client.pool.call("DeleteUserPool", json!({})).await.ok();

        let no_client = format!("User pool client {} does not exist.", client.id);
        client.sign_in("alice", PASSWORD).await.fault("ResourceNotFoundException", &no_client);
        client.sign_up("bob", PASSWORD, json!({})).await.fault("ResourceNotFoundException", &no_client);
        alice.refresh().await.fault("ResourceNotFoundException", &no_client);
        alice.get_user().await.fault("NotAuthorizedException", "Invalid Access Token");
        let jwks = lab.get(&format!("/{}/.well-known/jwks.json", client.pool.id)).await;
        assert!(jwks.status.is_client_error(), "{jwks:?}");
        let pools = lab.admin().call("ListUserPools", json!({ "MaxResults": 60 })).await.ok();
        assert_eq!(pools, json!({ "UserPools": [] }));
    }

    async fn a_pool_made_again_under_its_id_is_another_pool(lab: Lab) {
        // All labs share one Postgres: the id must be this lab's own.
        let id = format!("us-east-1_{}", lab.account_id());
        let settings = json!({ "UserPoolTags": { "_custom_id_": id } });
        let client = lab.pool_with(settings.clone()).await.client().await;
        client.pool.call("CreateGroup", json!({ "GroupName": "staff" })).await.ok();
        let alice = client.confirmed_user("alice").await.sign_in().await;
        for _ in 0..6 {
            client.sign_in("bob", "wrong-Password-1").await;
            client.sign_in("alice", "wrong-Password-1").await;
        }
        client.sign_in("alice", PASSWORD).await.fault("NotAuthorizedException", "Password attempts exceeded");
        client.pool.call("DeleteUserPool", json!({})).await.ok();

        let again = lab.pool_with(settings).await.client().await;
        assert_eq!(again.pool.id, client.pool.id);
        assert_eq!(again.pool.call("ListUsers", json!({})).await.ok(), json!({ "Users": [] }));
        assert_eq!(again.pool.call("ListGroups", json!({})).await.ok(), json!({ "Groups": [] }));
        alice.get_user().await.fault("NotAuthorizedException", "Invalid Access Token");
        let refresh = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": { "REFRESH_TOKEN": alice.tokens.refresh } });
        again.call("InitiateAuth", refresh).await.fault("NotAuthorizedException", "Invalid Refresh Token");
        // The lockout of a namesake is gone too.
        again.confirmed_user("alice").await.sign_in().await;
    }

    async fn of_two_who_delete_one_succeeds(lab: Lab) {
        let pool = lab.pool().await;
        let delete = || {
            let pool = pool.clone();
            tokio::spawn(async move { pool.call("DeleteUserPool", json!({})).await })
        };
        let (one, two) = tokio::join!(delete(), delete());
        let mut replies = [one.unwrap(), two.unwrap()];
        replies.sort_by_key(|reply| reply.status);
        replies[0].ok();
        replies[1].fault("ResourceNotFoundException", &format!("User pool {} does not exist.", pool.id));
    }
}
