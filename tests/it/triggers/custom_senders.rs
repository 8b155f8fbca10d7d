//! CustomEmailSender and CustomSMSSender: functions that send instead of the server, and are told what in secret.

use poolhouse_tests::custom_sender::decrypt;
use poolhouse_tests::scenario;

use super::*;

const KEY: &str = "arn:aws:kms:us-east-1:000000000000:key/12345678-1234-1234-1234-123456789012";

/// A client of a pool with these triggers besides its senders, in a lab whose messages have to be delivered.
async fn client(lab: &Lab, triggers: Value) -> Client {
    lab.relay.take_deliveries();
    let sender = |name| json!({ "LambdaArn": lab.functions.listening(name), "LambdaVersion": "V1_0" });
    let senders = json!({
        "CustomEmailSender": sender("mail"), "CustomSMSSender": sender("text"), "KMSKeyID": KEY,
    });
    pool(lab, merge(senders, triggers)).await.client().await
}

/// What the code of an event says, once it is decrypted.
fn secret(event: &Value) -> String {
    decrypt(event["request"]["code"].as_str().unwrap()).plaintext
}

scenario! {
    alone async fn a_sender_receives_the_code_in_secret_and_nobody_else_sends(lab: Lab) {
        let words = lab.functions.listening("words");
        let client = client(&lab, json!({ "CustomMessage": words })).await;
        let input = json!({
            "ClientId": client.id, "Username": "alice", "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": ALICE }], "ClientMetadata": { "shop": "1" },
        });
        let output = lab.call("SignUp", input).await.ok();
        assert_eq!(lab.deliver_due().await, 1);
        let mut event = lab.functions.event("mail");
        let code = event["request"]["code"].take();
        assert_eq!(event, json!({
            "version": "1", "triggerSource": "CustomEmailSender_SignUp", "region": "us-east-1",
            "userPoolId": client.pool.id, "userName": "alice",
            "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client.id },
            "request": {
                "type": "customEmailSenderRequestV1", "code": null, "clientMetadata": { "shop": "1" },
                "userAttributes": {
                    "sub": output["UserSub"], "email": ALICE, "email_verified": "false",
                    "cognito:user_status": "UNCONFIRMED",
                },
            },
            "response": {},
        }));
        let decrypted = decrypt(code.as_str().unwrap());
        assert_eq!(decrypted.kms_key_id, KEY);
        assert_eq!(decrypted.context.get("userpool-id"), Some(&client.pool.id));
        assert_eq!((lab.functions.events("words").len(), lab.relay.attempts()), (0, 0));
        client.confirm_sign_up("alice", &decrypted.plaintext).await.ok();
    }

    alone async fn temporary_passwords_are_told_as_html(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let password = "<Temporary>&1";
        let input = json!({
            "Username": "alice", "TemporaryPassword": password, "DesiredDeliveryMediums": ["SMS"],
            "UserAttributes": [{ "Name": "phone_number", "Value": PHONE_NUMBER }], "ClientMetadata": { "shop": "1" },
        });
        client.pool.call("AdminCreateUser", input).await.ok();
        assert_eq!(lab.deliver_due().await, 1);
        let event = lab.functions.event("text");
        assert_eq!(event["triggerSource"], "CustomSMSSender_AdminCreateUser");
        assert_eq!(event["request"]["type"], "customSMSSenderRequestV1");
        assert_eq!(event["request"]["clientMetadata"], json!({}));
        assert_eq!(secret(&event), "&lt;Temporary&gt;&amp;1");
        challenged(&client.sign_in("alice", password).await.ok(), "NEW_PASSWORD_REQUIRED");
    }

    alone async fn who_moves_in_is_told_of_no_temporary_password(lab: Lab) {
        let known = json!({
            "userAttributes": { "email": ALICE }, "finalUserStatus": "CONFIRMED", "desiredDeliveryMediums": ["EMAIL"],
        });
        let client = client(&lab, json!({ "UserMigration": lab.functions.answering("migrate", known) })).await;
        client.sign_in("alice", PASSWORD).await.ok();
        assert_eq!(lab.deliver_due().await, 1);
        assert_eq!(secret(&lab.functions.event("mail")), "the one that you already have");
    }

    alone async fn a_sender_that_fails_is_called_three_times(lab: Lab) {
        let client = client(&lab, json!({})).await;
        lab.functions.failing("mail", "no");
        client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        for calls in 1..=3 {
            assert_eq!(lab.deliver_due().await, 1);
            assert_eq!(lab.functions.events("mail").len(), calls);
            lab.clock.advance(std::time::Duration::from_mins(10));
        }
        assert_eq!((lab.deliver_due().await, lab.relay.attempts()), (0, 0));
    }
}
