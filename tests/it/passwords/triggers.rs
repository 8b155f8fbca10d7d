//! Pools with Lambda triggers, which can't be called yet: nothing happens without them.

use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ALICE, NEW, alice, forget, status};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:trigger";

async fn set_triggers(alice: &poolhouse_tests::actors::User, triggers: Value) {
    let input = json!({ "LambdaConfig": triggers });
    alice.client.pool.call("UpdateUserPool", input).await.ok();
}

fn refusal(trigger: &str) -> String {
    format!("{trigger} invocation failed due to configuration")
}

scenario! {
    async fn a_code_whose_message_a_function_was_to_write_is_not_sent(lab: Lab) {
        let alice = alice(&lab).await;
        set_triggers(&alice, json!({ "CustomMessage": FUNCTION })).await;
        alice
            .client
            .forgot_password("alice")
            .await
            .fault("UnexpectedLambdaException", &refusal("CustomMessage"));
        alice
            .admin_call("AdminResetUserPassword", json!({}))
            .await
            .fault("UnexpectedLambdaException", &refusal("CustomMessage"));
        assert_eq!(status(&alice).await, "CONFIRMED");
        assert!(lab.mailbox.messages_for(ALICE).is_empty());
        alice.sign_in().await;
    }

    async fn a_reset_that_a_function_was_to_hear_of_is_refused(lab: Lab) {
        let alice = alice(&lab).await;
        let code = forget(&lab, &alice).await;
        set_triggers(&alice, json!({ "PostConfirmation": FUNCTION })).await;
        alice
            .client
            .confirm_forgot_password("alice", &code, NEW)
            .await
            .fault("UnexpectedLambdaException", &refusal("PostConfirmation"));
        alice.sign_in().await;
        set_triggers(&alice, json!({})).await;
        alice.client.confirm_forgot_password("alice", &code, NEW).await.ok();
    }

    async fn a_stranger_whom_a_function_was_to_know_is_refused(lab: Lab) {
        let alice = alice(&lab).await;
        set_triggers(&alice, json!({ "UserMigration": FUNCTION })).await;
        alice
            .client
            .forgot_password("nobody")
            .await
            .fault("UnexpectedLambdaException", &refusal("UserMigration"));
        alice.client.forgot_password("alice").await.ok();
    }
}
