//! Codes that can't be delivered.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{ALICE, sign_alice_up, verifying_client};

const FAILURE: &str = "Failed to deliver the message.";

scenario! {
    async fn nobody_is_signed_up_whose_code_cannot_be_delivered(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        lab.relay.break_down();
        client
            .sign_up("alice", PASSWORD, json!({ "email": ALICE }))
            .await
            .fault("CodeDeliveryFailureException", FAILURE);
        client
            .pool
            .call("AdminGetUser", json!({ "Username": "alice" }))
            .await
            .fault("UserNotFoundException", "User does not exist.");
        lab.relay.repair();
        let code = sign_alice_up(&lab, &client).await;
        lab.relay.break_down();
        client
            .resend_code("alice")
            .await
            .fault("CodeDeliveryFailureException", FAILURE);
        assert_eq!(lab.mailbox.messages_for(ALICE).len(), 1);
        // The code that was sent is still the one.
        client.confirm_sign_up("alice", &code).await.ok();
    }

    async fn who_needs_no_message_is_not_stopped_by_a_broken_relay(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let code = sign_alice_up(&lab, &client).await;
        lab.relay.break_down();
        client.confirm_sign_up("alice", &code).await.ok();
        client.sign_up("bob", PASSWORD, json!({})).await.ok();
    }
}
