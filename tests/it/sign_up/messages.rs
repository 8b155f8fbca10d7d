//! What the messages of a sign-up say.

use poolhouse_outbound::{Kind, Medium};
use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::clock::START;
use poolhouse_tests::lab::PUBLIC_URL;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{ALICE, sign_alice_up, status, verifying_client};

const PHONE: &str = "+12345679934";

scenario! {
    async fn without_templates_the_messages_are_the_services(lab: Lab) {
        let client = verifying_client(&lab, json!({ "AutoVerifiedAttributes": ["email", "phone_number"] })).await;
        let code = sign_alice_up(&lab, &client).await;
        let mail = lab.mailbox.newest_for(ALICE).await;
        assert_eq!(
            (mail.medium, mail.kind, mail.sent_at),
            (Medium::Email, Kind::SignUp, START)
        );
        assert_eq!((&mail.pool_id, mail.username.as_str()), (&client.pool.id, "alice"));
        assert_eq!(mail.subject.as_deref(), Some("Your verification code"));
        assert_eq!(mail.body, format!("Your verification code is {code}. "));
        assert_eq!(
            (mail.from, mail.reply_to, mail.link, mail.temporary_password),
            (None, None, None, None)
        );
        client.resend_code("alice").await.ok();
        assert_eq!(lab.mailbox.newest_for(ALICE).await.kind, Kind::ResendCode);

        client
            .sign_up("bob", PASSWORD, json!({ "phone_number": PHONE }))
            .await
            .ok();
        let sms = lab.mailbox.newest_for(PHONE).await;
        assert_eq!((sms.medium, sms.kind, &sms.subject), (Medium::Sms, Kind::SignUp, &None));
        assert_eq!(sms.body, format!("Your verification code is {}. ", sms.code.unwrap()));
    }

    async fn a_pools_templates_and_sender_are_used(lab: Lab) {
        let client = verifying_client(&lab, json!({
            "AutoVerifiedAttributes": ["email", "phone_number"],
            "VerificationMessageTemplate": {
                "EmailSubject": "Welcome to Horses", "EmailMessage": "<b>{####}</b> is your code, {####}!",
                "SmsMessage": "Horses: {####}", "DefaultEmailOption": "CONFIRM_WITH_CODE"
            },
            "EmailConfiguration": {
                "EmailSendingAccount": "DEVELOPER",
                "SourceArn": "arn:aws:ses:us-east-1:123456789012:identity/horses.example.com",
                "From": "Horses <no-reply@horses.example.com>", "ReplyToEmailAddress": "help@horses.example.com"
            }
        })).await;
        let code = sign_alice_up(&lab, &client).await;
        let mail = lab.mailbox.newest_for(ALICE).await;
        assert_eq!(mail.subject.as_deref(), Some("Welcome to Horses"));
        assert_eq!(mail.body, format!("<b>{code}</b> is your code, {code}!"));
        assert_eq!(mail.from.as_deref(), Some("Horses <no-reply@horses.example.com>"));
        assert_eq!(mail.reply_to.as_deref(), Some("help@horses.example.com"));
        client
            .sign_up("bob", PASSWORD, json!({ "phone_number": PHONE }))
            .await
            .ok();
        let sms = lab.mailbox.newest_for(PHONE).await;
        assert_eq!(sms.body, format!("Horses: {}", sms.code.unwrap()));
    }

    async fn the_older_members_are_used_too(lab: Lab) {
        let client = verifying_client(
            &lab,
            json!({
                "AutoVerifiedAttributes": ["email", "phone_number"], "EmailVerificationSubject": "Horses",
                "EmailVerificationMessage": "Code {####}", "SmsVerificationMessage": "SMS {####}"
            }),
        )
        .await;
        let code = sign_alice_up(&lab, &client).await;
        let mail = lab.mailbox.newest_for(ALICE).await;
        assert_eq!(
            (mail.subject.as_deref(), mail.body),
            (Some("Horses"), format!("Code {code}"))
        );
        client
            .sign_up("bob", PASSWORD, json!({ "phone_number": PHONE }))
            .await
            .ok();
        let sms = lab.mailbox.newest_for(PHONE).await;
        assert_eq!(sms.body, format!("SMS {}", sms.code.unwrap()));
    }

    async fn a_link_confirms_by_a_click(lab: Lab) {
        let client = verifying_client(
            &lab,
            json!({ "VerificationMessageTemplate": {
            "DefaultEmailOption": "CONFIRM_WITH_LINK", "EmailSubjectByLink": "One click",
            "EmailMessageByLink": "Please {##click & confirm##}, or here: {##link##}"
        } }),
        )
        .await;
        let username = "o'neil&\"x\"=?#";
        client.sign_up(username, PASSWORD, json!({ "email": ALICE })).await.ok();
        let mail = lab.mailbox.newest_for(ALICE).await;
        let link = mail.link.unwrap();
        assert_eq!(mail.subject.as_deref(), Some("One click"));
        let escaped = link.replace('&', "&amp;");
        let anchor = |text| format!("<a href=\"{escaped}\">{text}</a>");
        assert_eq!(
            mail.body,
            format!("Please {}, or here: {}", anchor("click & confirm"), anchor("link"))
        );

        // A new link ends the older one.
        client.resend_code(username).await.ok();
        let newer = lab.mailbox.newest_for(ALICE).await.link.unwrap();
        let path = |link: &str| link.strip_prefix(PUBLIC_URL).unwrap().to_owned();
        assert_eq!(lab.get(&path(&link)).await.status, 400);
        assert_eq!(status(&client, username).await, "UNCONFIRMED");
        assert_eq!(lab.get(&path(&newer)).await.status, 200);
        assert_eq!(status(&client, username).await, "CONFIRMED");
        assert_eq!(
            client.pool.attribute(username, "email_verified").await.as_deref(),
            Some("true")
        );
    }

    async fn the_code_behind_a_link_confirms_by_the_operation_too(lab: Lab) {
        let template = json!({ "DefaultEmailOption": "CONFIRM_WITH_LINK" });
        let client = verifying_client(&lab, json!({ "VerificationMessageTemplate": template })).await;
        let code = sign_alice_up(&lab, &client).await;
        client.confirm_sign_up("alice", &code).await.ok();
    }

    async fn an_sms_has_a_code_where_mails_have_links(lab: Lab) {
        let template = json!({ "DefaultEmailOption": "CONFIRM_WITH_LINK" });
        let settings = json!({ "AutoVerifiedAttributes": ["phone_number"], "VerificationMessageTemplate": template });
        let client = verifying_client(&lab, settings).await;
        client
            .sign_up("bob", PASSWORD, json!({ "phone_number": PHONE }))
            .await
            .ok();
        let sms = lab.mailbox.newest_for(PHONE).await;
        assert_eq!(sms.link, None);
        client.confirm_sign_up("bob", &sms.code.unwrap()).await.ok();
    }
}
