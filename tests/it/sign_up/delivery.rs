//! Codes that can't be delivered.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{ALICE, sign_alice_up, status, verifying_client};

const FAILURE: &str = "Failed to deliver the message.";

scenario! {
    async fn the_user_stays_when_the_code_cannot_be_delivered(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        lab.relay.break_down();
        client
            .sign_up("alice", PASSWORD, json!({ "email": ALICE }))
            .await
            .fault("CodeDeliveryFailureException", FAILURE);
        assert_eq!(status(&client, "alice").await, "UNCONFIRMED");
        client
            .sign_up("alice", PASSWORD, json!({ "email": ALICE }))
            .await
            .fault("UsernameExistsException", "User already exists");
        client
            .resend_code("alice")
            .await
            .fault("CodeDeliveryFailureException", FAILURE);
        assert!(lab.mailbox.messages_for(ALICE).is_empty());
        lab.relay.repair();
        client.resend_code("alice").await.ok();
        client
            .confirm_sign_up("alice", &lab.mailbox.code_for(ALICE).await)
            .await
            .ok();
    }

    async fn who_needs_no_message_is_not_stopped_by_a_broken_relay(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let code = sign_alice_up(&lab, &client).await;
        lab.relay.break_down();
        client.confirm_sign_up("alice", &code).await.ok();
        client.sign_up("bob", PASSWORD, json!({})).await.ok();
    }
}
