//! The words of CustomMessage functions: where they are used, and what they must hold.

use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ALICE, PHONE_NUMBER, TEMPORARY_PASSWORD, assert_nobody, invite, pool_with};

const TRIGGER: &str = "CustomMessage";

/// A client of a pool with these settings whose function answers this.
async fn client_with(lab: &Lab, answer: Value, settings: Value) -> Client {
    let functions = json!({ TRIGGER: lab.functions.answering(TRIGGER, answer) });
    pool_with(lab, functions, settings).await.client().await
}

async fn client(lab: &Lab, answer: Value) -> Client {
    client_with(lab, answer, json!({})).await
}

/// Members of AdminCreateUser that send an invitation by this medium.
fn inviting(medium: &str) -> Value {
    json!({
        "MessageAction": null, "DesiredDeliveryMediums": [medium],
        "UserAttributes": [{ "Name": "email", "Value": ALICE }, { "Name": "phone_number", "Value": PHONE_NUMBER }],
    })
}

/// Asserts that Alice's sign-up is refused because of the function's words.
async fn assert_unusable(lab: &Lab, client: &Client, answer: Value, message: &str) {
    lab.functions.answering(TRIGGER, answer);
    let reply = client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await;
    reply.fault("InvalidLambdaResponseException", message);
    assert_nobody(&client.pool, "alice").await;
    assert!(lab.mailbox.messages_for(ALICE).is_empty());
}

scenario! {
    async fn a_mail_has_the_functions_subject_and_text(lab: Lab) {
        let client = client(&lab, json!({
            "emailSubject": "Welcome", "emailMessage": "<p>{####}, once more {####}</p>", "smsMessage": "not this",
        })).await;
        client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        let message = lab.mailbox.newest_for(ALICE).await;
        let code = message.code.unwrap();
        assert_eq!(message.subject.as_deref(), Some("Welcome"));
        assert_eq!(message.body, format!("<p>{code}, once more {code}</p>"));
        client.confirm_sign_up("alice", &code).await.ok();
    }

    async fn what_the_function_does_not_say_the_template_says(lab: Lab) {
        let template = json!({
            "VerificationMessageTemplate": { "EmailSubject": "Ours", "EmailMessage": "Ours: {####}" }
        });
        let client = client_with(&lab, json!({ "emailSubject": "Theirs", "emailMessage": null }), template).await;
        for (number, (answer, subject, body)) in [
            (json!({ "emailSubject": "Theirs", "emailMessage": null }), "Theirs", "Ours: "),
            (json!({ "emailMessage": "Theirs: {####}" }), "Ours", "Theirs: "),
            (json!({}), "Ours", "Ours: "),
        ].into_iter().enumerate() {
            lab.functions.answering(TRIGGER, answer);
            let address = format!("a{number}@example.com");
            client.sign_up(&format!("alice{number}"), PASSWORD, json!({ "email": address })).await.ok();
            let message = lab.mailbox.newest_for(&address).await;
            assert_eq!(message.subject.as_deref(), Some(subject));
            assert_eq!(message.body, format!("{body}{}", message.code.unwrap()));
        }
    }

    async fn an_sms_has_the_functions_text(lab: Lab) {
        let settings = json!({ "AutoVerifiedAttributes": ["phone_number"] });
        let answer = json!({ "smsMessage": "{####} <is> it", "emailMessage": "no place for a code", "emailSubject": "x" });
        let client = client_with(&lab, answer, settings).await;
        client.sign_up("alice", PASSWORD, json!({ "phone_number": PHONE_NUMBER })).await.ok();
        let message = lab.mailbox.newest_for(PHONE_NUMBER).await;
        assert_eq!(message.subject, None);
        assert_eq!(message.body, format!("{} <is> it", message.code.unwrap()));
    }

    async fn an_invitation_has_the_functions_text_with_name_and_password(lab: Lab) {
        let client = client(&lab, json!({
            "emailSubject": "Come in", "emailMessage": "{username}: {####}", "smsMessage": "{####} for {username}",
        })).await;
        invite(&client.pool, "alice", inviting("EMAIL")).await.ok();
        let message = lab.mailbox.newest_for(ALICE).await;
        assert_eq!((message.subject.as_deref(), &*message.body), (Some("Come in"), "alice: Temporary-1!"));
        invite(&client.pool, "bob", inviting("SMS")).await.ok();
        assert_eq!(lab.mailbox.newest_for(PHONE_NUMBER).await.body, format!("{TEMPORARY_PASSWORD} for bob"));
    }

    async fn a_link_goes_where_the_function_puts_it(lab: Lab) {
        let by_link = json!({ "VerificationMessageTemplate": { "DefaultEmailOption": "CONFIRM_WITH_LINK" } });
        let client = client_with(&lab, json!({ "emailMessage": "Go {##there##}." }), by_link).await;
        client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        let message = lab.mailbox.newest_for(ALICE).await;
        let link = message.link.unwrap().replace('&', "&amp;");
        assert_eq!(message.body, format!("Go <a href=\"{link}\">there</a>."));
        assert_eq!(message.subject.as_deref(), Some("Your verification link"));

        lab.functions.answering(TRIGGER, json!({ "emailMessage": "Go there." }));
        let reply = client.sign_up("bob", PASSWORD, json!({ "email": "b@example.com" })).await;
        let message = "The custom message must contain the placeholder {##Click Here##}.";
        reply.fault("InvalidLambdaResponseException", message);
    }

    async fn words_without_a_place_for_the_code_are_refused(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let message = "The custom message must contain the placeholder {####}.";
        for words in ["", "Welcome", "{###}", "{username}", "####"] {
            assert_unusable(&lab, &client, json!({ "emailMessage": words }), message).await;
        }
    }

    async fn an_invitation_without_a_place_for_name_or_password_is_refused(lab: Lab) {
        let client = client(&lab, json!({})).await;
        for (words, placeholder) in [("{####}", "{username}"), ("{username}", "{####}")] {
            for (member, medium) in [("emailMessage", "EMAIL"), ("smsMessage", "SMS")] {
                lab.functions.answering(TRIGGER, json!({ member: words }));
                let message = format!("The custom message must contain the placeholder {placeholder}.");
                let reply = invite(&client.pool, "alice", inviting(medium)).await;
                reply.fault("InvalidLambdaResponseException", &message);
                assert_nobody(&client.pool, "alice").await;
            }
        }
    }

    async fn words_that_are_too_many_are_refused(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let mail = |length: usize| json!({ "emailMessage": format!("{{####}}{}", "ü".repeat(length - 6)) });
        let message = "The custom message is longer than 20000 characters.";
        assert_unusable(&lab, &client, mail(20_001), message).await;
        let subject = json!({ "emailSubject": "x".repeat(141) });
        let message = "The subject of the custom message is longer than 140 characters.";
        assert_unusable(&lab, &client, subject, message).await;
        lab.functions.answering(TRIGGER, mail(20_000));
        client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
    }

    async fn an_sms_that_is_too_long_is_refused(lab: Lab) {
        let client = client_with(&lab, json!({}), json!({ "AutoVerifiedAttributes": ["phone_number"] })).await;
        let sms = |length: usize| json!({ "smsMessage": format!("{{####}}{}", "x".repeat(length - 6)) });
        let number = json!({ "phone_number": PHONE_NUMBER });
        lab.functions.answering(TRIGGER, sms(141));
        let reply = client.sign_up("alice", PASSWORD, number.clone()).await;
        reply.fault("InvalidLambdaResponseException", "The custom message is longer than 140 characters.");
        lab.functions.answering(TRIGGER, sms(140));
        client.sign_up("alice", PASSWORD, number).await.ok();
    }

    async fn words_of_another_type_are_refused(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let message = "Unrecognizable lambda output";
        for words in [json!(1), json!(["{####}"]), json!({ "text": "{####}" }), json!(true)] {
            assert_unusable(&lab, &client, json!({ "emailMessage": words }), message).await;
            assert_unusable(&lab, &client, json!({ "emailSubject": words }), message).await;
        }
    }
}
