//! The message that welcomes a user whom a function knows.

use poolhouse_outbound::Medium;
use poolhouse_tests::scenario;

use super::*;

const WELCOME: &str = "Your username is alice and temporary password is the one that you already have. ";

/// What the function says of Alice with both contacts and these members, and without a word about messages.
fn answer(members: Value) -> Value {
    let attributes = json!({ "email": ALICE, "phone_number": PHONE_NUMBER });
    merge(
        json!({ "userAttributes": attributes, "finalUserStatus": "CONFIRMED" }),
        members,
    )
}

scenario! {
    async fn a_welcome_goes_by_sms_unless_the_function_says_otherwise(lab: Lab) {
        for (members, mails, texts) in [
            (json!({}), 0, 1),
            (json!({ "desiredDeliveryMediums": [] }), 0, 1),
            (json!({ "desiredDeliveryMediums": ["EMAIL"] }), 1, 0),
            (json!({ "desiredDeliveryMediums": ["SMS", "EMAIL"] }), 1, 1),
            (json!({ "desiredDeliveryMediums": ["EMAIL"], "messageAction": "SUPPRESS" }), 0, 0),
        ] {
            let before = (lab.mailbox.messages_for(ALICE).len(), lab.mailbox.messages_for(PHONE_NUMBER).len());
            let client = client(&lab, answer(members)).await;
            client.sign_in("alice", OLD).await.ok();
            client.sign_in("alice", OLD).await.ok();
            let (mail, text) = (lab.mailbox.messages_for(ALICE), lab.mailbox.messages_for(PHONE_NUMBER));
            assert_eq!((mail.len() - before.0, text.len() - before.1), (mails, texts));
            let newest = [mail.last().filter(|_| mails > 0), text.last().filter(|_| texts > 0)];
            for message in newest.into_iter().flatten() {
                assert_eq!((message.body.as_str(), &message.temporary_password), (WELCOME, &None));
                assert_eq!(message.subject.is_some(), message.medium == Medium::Email);
            }
        }
    }

    async fn a_medium_that_reaches_nobody_is_a_mistake_of_the_function(lab: Lab) {
        let response = merge(alice(), json!({
            "userAttributes": { "name": "Alice" }, "desiredDeliveryMediums": ["EMAIL"], "messageAction": null,
        }));
        let client = client(&lab, response).await;
        client.sign_in("alice", OLD).await.fault(
            "InvalidLambdaResponseException",
            "Invalid lambda function output : No email provided but desired delivery medium was Email",
        );
        assert_nobody(&client.pool, "alice").await;
    }

    async fn a_function_may_word_the_welcome(lab: Lab) {
        let words = json!({ "smsMessage": "Welcome {username}, {####}" });
        let triggers = json!({
            "UserMigration": lab.functions.answering("migrate", answer(json!({}))),
            "CustomMessage": lab.functions.answering("words", words),
        });
        let client = lab.pool_with(json!({ "LambdaConfig": triggers })).await.client().await;
        client.sign_in("alice", OLD).await.ok();
        assert_eq!(lab.functions.event("words")["triggerSource"], "CustomMessage_AdminCreateUser");
        assert_eq!(
            lab.mailbox.newest_for(PHONE_NUMBER).await.body,
            "Welcome alice, the one that you already have"
        );
    }
}
