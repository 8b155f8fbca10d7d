//! Pools with Lambda triggers, which can't be called yet: nothing happens without them.

use poolhouse_tests::actors::{Client, PASSWORD, merge};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ALICE, sign_alice_up, status, verifying_client};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:trigger";

/// Gives the pool of `client` these triggers, and none else.
async fn set_triggers(client: &Client, triggers: Value) {
    let settings = json!({ "AutoVerifiedAttributes": ["email"] });
    let settings = merge(settings, json!({ "LambdaConfig": triggers }));
    client.pool.call("UpdateUserPool", settings).await.ok();
}

fn refusal(trigger: &str) -> String {
    format!("{trigger} invocation failed due to configuration")
}

scenario! {
    async fn a_sign_up_that_a_function_was_to_judge_is_refused(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        for (member, trigger) in [("PreSignUp", "PreSignUp"), ("CustomMessage", "CustomMessage")] {
            set_triggers(&client, json!({ member: FUNCTION })).await;
            client
                .sign_up("alice", PASSWORD, json!({ "email": ALICE }))
                .await
                .fault("UnexpectedLambdaException", &refusal(trigger));
            client
                .pool
                .call("AdminGetUser", json!({ "Username": "alice" }))
                .await
                .fault("UserNotFoundException", "User does not exist.");
        }
        assert!(lab.mailbox.messages_for(ALICE).is_empty());
        set_triggers(&client, json!({})).await;
        sign_alice_up(&lab, &client).await;
    }

    async fn what_a_function_need_not_judge_is_refused_before(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        sign_alice_up(&lab, &client).await;
        set_triggers(&client, json!({ "PreSignUp": FUNCTION })).await;
        client
            .sign_up("alice", PASSWORD, json!({}))
            .await
            .fault("UsernameExistsException", "User already exists");
        client
            .sign_up("bob", PASSWORD, json!({ "email": "bob" }))
            .await
            .fault("InvalidParameterException", "Invalid email address format.");
    }

    async fn a_confirmation_that_a_function_was_to_hear_of_is_refused(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let code = sign_alice_up(&lab, &client).await;
        set_triggers(&client, json!({ "PostConfirmation": FUNCTION })).await;
        client
            .confirm_sign_up("alice", &code)
            .await
            .fault("UnexpectedLambdaException", &refusal("PostConfirmation"));
        client
            .pool
            .call("AdminConfirmSignUp", json!({ "Username": "alice" }))
            .await
            .fault("UnexpectedLambdaException", &refusal("PostConfirmation"));
        assert_eq!(status(&client, "alice").await, "UNCONFIRMED");
        set_triggers(&client, json!({})).await;
        client.confirm_sign_up("alice", &code).await.ok();
    }

    async fn a_new_code_whose_message_a_function_was_to_write_is_not_sent(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let code = sign_alice_up(&lab, &client).await;
        set_triggers(&client, json!({ "CustomMessage": FUNCTION })).await;
        client
            .resend_code("alice")
            .await
            .fault("UnexpectedLambdaException", &refusal("CustomMessage"));
        assert_eq!(lab.mailbox.messages_for(ALICE).len(), 1);
        client.confirm_sign_up("alice", &code).await.ok();
    }
}
