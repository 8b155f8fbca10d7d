//! The message that tells a new user their temporary password.

use poolhouse_outbound::{Kind, Medium};
use poolhouse_tests::clock::{days, seconds};
use poolhouse_tests::scenario;
use serde_json::json;

use super::{create, create_with};

const EMAIL: &str = "alice@example.com";
const PHONE: &str = "+15550100";

scenario! {
    async fn an_invitation_by_email_holds_name_and_temporary_password(lab: Lab) {
        let client = lab.pool().await.client().await;
        let members = json!({ "MessageAction": null, "DesiredDeliveryMediums": ["EMAIL"] });
        create_with(&client.pool, "alice", json!({ "email": EMAIL }), members).await.ok();
        let message = lab.mailbox.newest_for(EMAIL).await;
        let password = message.temporary_password.unwrap();
        assert_eq!((message.kind, message.medium), (Kind::AdminCreateUser, Medium::Email));
        assert_eq!(message.subject.as_deref(), Some("Your temporary password"));
        let shown = password.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        assert_eq!(message.body, format!("Your username is alice and temporary password is {shown}. "));
        let challenge = client.sign_in("alice", &password).await.ok();
        assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    }

    async fn invitations_go_by_sms_unless_the_request_says_otherwise(lab: Lab) {
        let pool = lab.pool().await;
        let send = json!({ "MessageAction": null });
        create_with(&pool, "alice", json!({ "email": EMAIL, "phone_number": PHONE }), send.clone()).await.ok();
        assert_eq!(lab.mailbox.newest_for(PHONE).await.medium, Medium::Sms);
        create_with(&pool, "bob", json!({ "email": "bob@example.com" }), send.clone()).await.ok();
        create_with(&pool, "carol", json!({}), send).await.ok();
        assert!(lab.mailbox.messages_for(EMAIL).is_empty());
        assert!(lab.mailbox.messages_for("bob@example.com").is_empty());
    }

    async fn two_media_carry_the_same_password(lab: Lab) {
        let pool = lab.pool().await;
        let members = json!({
            "MessageAction": null,
            "DesiredDeliveryMediums": ["SMS", "EMAIL"],
            "TemporaryPassword": "Temporary-1",
        });
        create_with(&pool, "alice", json!({ "email": EMAIL, "phone_number": PHONE }), members).await.ok();
        for to in [EMAIL, PHONE] {
            assert_eq!(lab.mailbox.temporary_password_for(to).await, "Temporary-1");
        }
    }

    async fn nobody_is_created_who_cannot_be_invited_as_asked(lab: Lab) {
        let pool = lab.pool().await;
        for (medium, sentence) in [
            ("EMAIL", "No email provided but desired delivery medium was Email"),
            ("SMS", "No phone number provided but desired delivery medium was SMS"),
        ] {
            let members = json!({ "MessageAction": null, "DesiredDeliveryMediums": [medium] });
            create_with(&pool, "alice", json!({}), members)
                .await
                .fault("InvalidParameterException", sentence);
        }
        // One of two is not enough.
        let members = json!({ "MessageAction": null, "DesiredDeliveryMediums": ["EMAIL", "SMS"] });
        create_with(&pool, "alice", json!({ "email": EMAIL }), members)
            .await
            .fault("InvalidParameterException", "No phone number provided but desired delivery medium was SMS");
        pool.call("AdminGetUser", json!({ "Username": "alice" }))
            .await
            .fault("UserNotFoundException", "User does not exist.");
    }

    async fn a_suppressed_invitation_is_not_sent(lab: Lab) {
        let pool = lab.pool().await;
        let members = json!({ "DesiredDeliveryMediums": ["EMAIL", "SMS"] });
        create_with(&pool, "alice", json!({ "email": EMAIL, "phone_number": PHONE }), members).await.ok();
        assert!(lab.mailbox.messages_for(EMAIL).is_empty());
        assert!(lab.mailbox.messages_for(PHONE).is_empty());
    }

    async fn the_pool_words_its_invitations(lab: Lab) {
        let template = json!({
            "EmailSubject": "Welcome",
            "EmailMessage": "<p>{username}, come in with {####}</p>",
            "SMSMessage": "{username}: {####}",
        });
        let pool = lab.pool_with(json!({ "AdminCreateUserConfig": { "InviteMessageTemplate": template } })).await;
        let members = json!({
            "MessageAction": null,
            "DesiredDeliveryMediums": ["EMAIL", "SMS"],
            "TemporaryPassword": "Temporary-1",
        });
        create_with(&pool, "<b>", json!({ "email": EMAIL, "phone_number": PHONE }), members).await.ok();
        let mail = lab.mailbox.newest_for(EMAIL).await;
        assert_eq!(mail.subject.as_deref(), Some("Welcome"));
        assert_eq!(mail.body, "<p>&lt;b&gt;, come in with Temporary-1</p>");
        assert_eq!(lab.mailbox.newest_for(PHONE).await.body, "<b>: Temporary-1");
    }

    async fn a_temporary_password_lasts_as_long_as_the_pool_says(lab: Lab) {
        let policy = json!({ "PasswordPolicy": { "TemporaryPasswordValidityDays": 2 } });
        let client = lab.pool_with(json!({ "Policies": policy })).await.client().await;
        create_with(&client.pool, "alice", json!({}), json!({ "TemporaryPassword": "Temporary-1" })).await.ok();
        lab.clock.advance(seconds(2 * 24 * 60 * 60 - 1));
        client.sign_in("alice", "Temporary-1").await.ok();
        lab.clock.advance(seconds(1));
        client.sign_in("alice", "Temporary-1").await.fault(
            "NotAuthorizedException",
            "Temporary password has expired and must be reset by an administrator.",
        );
    }

    async fn an_invitation_sent_again_brings_a_new_password_and_new_time(lab: Lab) {
        let client = lab.pool().await.client().await;
        let first = json!({ "MessageAction": null, "DesiredDeliveryMediums": ["EMAIL"] });
        create_with(&client.pool, "alice", json!({ "email": EMAIL }), first).await.ok();
        let old = lab.mailbox.temporary_password_for(EMAIL).await;
        lab.clock.advance(days(8));

        let again = json!({ "MessageAction": "RESEND", "DesiredDeliveryMediums": ["EMAIL"] });
        let output = create_with(&client.pool, "alice", json!({ "email": "other@example.com", "name": "A" }), again).await.ok();
        assert_eq!(output["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
        assert_eq!(output["User"]["UserLastModifiedDate"].as_f64(), Some(1_800_691_200.0));
        assert_eq!(client.pool.attribute("alice", "email").await.as_deref(), Some(EMAIL));
        assert_eq!(client.pool.attribute("alice", "name").await, None);
        let new = lab.mailbox.temporary_password_for(EMAIL).await;
        assert_ne!(new, old);
        assert_eq!(lab.mailbox.messages_for(EMAIL).len(), 2);
        lab.clock.advance(days(6));
        client.sign_in("alice", &old).await.fault("NotAuthorizedException", "Incorrect username or password.");
        client.sign_in("alice", &new).await.ok();
    }

    async fn an_invitation_sent_again_may_say_the_password(lab: Lab) {
        let client = lab.pool().await.client().await;
        create(&client.pool, "alice", json!({ "email": EMAIL })).await.ok();
        let again = |password| json!({ "MessageAction": "RESEND", "TemporaryPassword": password });
        create_with(&client.pool, "alice", json!({}), again("short"))
            .await
            .fault("InvalidPasswordException", "Password did not conform with policy: Password not long enough");
        create_with(&client.pool, "alice", json!({}), again("Temporary-2")).await.ok();
        client.sign_in("alice", "Temporary-2").await.ok();
        // By SMS, as nobody said otherwise, and there is no number.
        assert!(lab.mailbox.messages_for(EMAIL).is_empty());
    }

    async fn only_those_who_never_came_are_invited_again(lab: Lab) {
        let client = lab.pool().await.client().await;
        let again = json!({ "MessageAction": "RESEND" });
        create_with(&client.pool, "alice", json!({}), again.clone())
            .await
            .fault("UserNotFoundException", "User does not exist.");
        client.confirmed_user("alice").await;
        create_with(&client.pool, "alice", json!({}), again.clone()).await.fault(
            "UnsupportedUserStateException",
            "Resend not possible. alice status is not FORCE_CHANGE_PASSWORD",
        );
    }

    async fn invitations_sent_again_at_once_both_succeed_and_the_last_counts(lab: Lab) {
        let client = lab.pool().await.client().await;
        create(&client.pool, "alice", json!({ "email": EMAIL })).await.ok();
        let again = json!({ "MessageAction": "RESEND", "DesiredDeliveryMediums": ["EMAIL"] });
        let replies = tokio::join!(
            create_with(&client.pool, "alice", json!({}), again.clone()),
            create_with(&client.pool, "alice", json!({}), again.clone()),
            create_with(&client.pool, "alice", json!({}), again),
        );
        for reply in [replies.0, replies.1, replies.2] {
            reply.ok();
        }
        let mut let_in = 0;
        for message in lab.mailbox.messages_for(EMAIL) {
            let reply = client.sign_in("alice", &message.temporary_password.unwrap()).await;
            if reply.status == 200 {
                let_in += 1;
            } else {
                reply.fault("NotAuthorizedException", "Incorrect username or password.");
            }
        }
        assert_eq!(let_in, 1);
    }
}
