//! A server whose messages reach nobody.

use poolhouse_tests::scenario;
use serde_json::json;

const FAILURE: &str = "Failed to deliver the message.";

scenario! {
    async fn nobody_is_created_whose_invitation_cannot_be_sent(lab: Lab) {
        let client = lab.pool().await.client().await;
        let invitation = |members| poolhouse_tests::actors::merge(members, json!({
            "Username": "alice", "DesiredDeliveryMediums": ["EMAIL"],
            "UserAttributes": [{ "Name": "email", "Value": "alice@example.com" }],
        }));
        let first = invitation(json!({ "TemporaryPassword": "Temporary-1" }));
        let again = invitation(json!({ "TemporaryPassword": "Temporary-2", "MessageAction": "RESEND" }));
        lab.relay.break_down();
        client.pool.call("AdminCreateUser", first.clone()).await.fault("CodeDeliveryFailureException", FAILURE);
        client.pool.call("AdminGetUser", json!({ "Username": "alice" })).await
            .fault("UserNotFoundException", "User does not exist.");
        lab.relay.repair();
        client.pool.call("AdminCreateUser", first).await.ok();

        lab.relay.break_down();
        client.pool.call("AdminCreateUser", again.clone()).await.fault("CodeDeliveryFailureException", FAILURE);
        client.sign_in("alice", "Temporary-1").await.ok();
        lab.relay.repair();
        client.pool.call("AdminCreateUser", again).await.ok();
        client.sign_in("alice", "Temporary-2").await.ok();
        assert_eq!(lab.mailbox.messages_for("alice@example.com").len(), 2);
    }

    async fn an_address_stays_whose_new_one_cannot_be_sent_a_code(lab: Lab) {
        let client = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await.client().await;
        let alice = client.confirmed_user_with("alice", json!({ "email": "old@example.com" })).await;
        let signed_in = alice.sign_in().await;
        let email = |address: &str| json!({ "UserAttributes": [{ "Name": "email", "Value": address }] });
        let stored = async || client.pool.attribute("alice", "email").await;
        lab.relay.break_down();
        signed_in.call("UpdateUserAttributes", email("a@example.com")).await
            .fault("CodeDeliveryFailureException", FAILURE);
        assert_eq!(stored().await.as_deref(), Some("old@example.com"));
        // AdminUpdateUserAttributes has no error for it.
        alice.admin_call("AdminUpdateUserAttributes", email("b@example.com")).await.ok();
        assert_eq!(stored().await.as_deref(), Some("b@example.com"));
        assert_eq!(client.pool.attribute("alice", "email_verified").await.as_deref(), Some("false"));
        lab.relay.repair();
        signed_in.call("UpdateUserAttributes", email("c@example.com")).await.ok();
        assert_eq!(lab.mailbox.messages_for("b@example.com").len(), 0);
        assert_eq!(lab.mailbox.messages_for("c@example.com").len(), 1);
    }
}
