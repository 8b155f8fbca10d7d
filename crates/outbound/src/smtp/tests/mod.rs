//! Conversations with a mail relay, over real sockets.

mod test_relay;

use std::sync::Arc;
use std::time::Duration;

use super::Smtp;
use crate::message::tests::{delivery, sign_up_code};
use crate::{DeliveryError, Medium, Message};
use test_relay::{Behaviour, TestRelay};

const SENDER: &str = "Poolhouse <codes@poolhouse.example>";

fn message(body: &str) -> Message {
    Message {
        body: body.to_owned(),
        ..sign_up_code()
    }
}

fn smtp(url: &str) -> Smtp {
    // Two tests may both be first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Smtp::new(url, SENDER).unwrap()
}

/// What the relay answered, as far as the error's chain tells.
fn cause(error: &DeliveryError) -> String {
    std::error::Error::source(error)
        .map(ToString::to_string)
        .unwrap_or_default()
}

#[tokio::test]
async fn the_relay_receives_the_mail() {
    let relay = TestRelay::start(Behaviour::Accept).await;
    smtp(&relay.url(""))
        .deliver(&delivery(message("Your confirmation code is 123456")))
        .await
        .unwrap();

    let [mail] = relay.mails().try_into().unwrap();
    assert_eq!(mail.from, "<codes@poolhouse.example>");
    assert_eq!(mail.to, ["<alice@example.com>"]);
    assert!(
        mail.data.contains("From: Poolhouse <codes@poolhouse.example>\r\n"),
        "{}",
        mail.data
    );
    assert!(
        mail.data.contains("\r\nYour confirmation code is 123456\r\n"),
        "{}",
        mail.data
    );
}

#[tokio::test]
async fn a_line_with_a_single_dot_does_not_end_the_mail() {
    let relay = TestRelay::start(Behaviour::Accept).await;
    smtp(&relay.url(""))
        .deliver(&delivery(message("<p>\r\n.\r\nQUIT\r\n</p>")))
        .await
        .unwrap();

    let [mail] = relay.mails().try_into().unwrap();
    assert!(mail.data.contains("\r\n<p>\r\n.\r\nQUIT\r\n</p>\r\n"), "{}", mail.data);
}

#[tokio::test]
async fn credentials_are_sent_when_the_url_has_them() {
    let relay = TestRelay::start(Behaviour::Accept).await;
    smtp(&relay.url("poolhouse:p%40ss@"))
        .deliver(&delivery(message("hello")))
        .await
        .unwrap();
    // base64 of NUL poolhouse NUL p@ss
    assert_eq!(relay.commands("AUTH"), ["AUTH PLAIN AHBvb2xob3VzZQBwQHNz"]);
}

#[tokio::test]
async fn the_next_message_uses_the_same_connection() {
    let relay = TestRelay::start(Behaviour::Accept).await;
    let smtp = smtp(&relay.url(""));
    smtp.deliver(&delivery(message("first"))).await.unwrap();
    smtp.deliver(&delivery(message("second"))).await.unwrap();
    assert_eq!((relay.connections(), relay.mails().len()), (1, 2));
}

#[tokio::test]
async fn a_connection_that_the_relay_closed_is_replaced() {
    let relay = TestRelay::start(Behaviour::HangUpAfterEachMail).await;
    let smtp = smtp(&relay.url(""));
    smtp.deliver(&delivery(message("first"))).await.unwrap();
    smtp.deliver(&delivery(message("second"))).await.unwrap();
    assert_eq!((relay.connections(), relay.mails().len()), (2, 2));
}

#[tokio::test]
async fn many_messages_at_once_share_a_few_connections() {
    let relay = TestRelay::start(Behaviour::Accept).await;
    let smtp = Arc::new(smtp(&relay.url("")));
    let mut deliveries = tokio::task::JoinSet::new();
    for number in 0..40 {
        let smtp = smtp.clone();
        deliveries.spawn(async move { smtp.deliver(&delivery(message(&format!("number {number}.")))).await });
    }
    while let Some(delivery) = deliveries.join_next().await {
        delivery.unwrap().unwrap();
    }
    let mails = relay.mails();
    for number in 0..40 {
        let line = format!("\r\nnumber {number}.\r\n");
        assert_eq!(
            mails.iter().filter(|mail| mail.data.contains(&line)).count(),
            1,
            "{line}"
        );
    }
    assert!(relay.connections() <= 8, "{} connections", relay.connections());
}

#[tokio::test]
async fn a_refused_recipient_is_a_refusal() {
    let relay = TestRelay::start(Behaviour::AnswersRecipient("550 5.1.1 no such user")).await;
    let error = smtp(&relay.url(""))
        .deliver(&delivery(message("hello")))
        .await
        .unwrap_err();
    assert!(matches!(error, DeliveryError::Refused { .. }), "{error:?}");
    assert_eq!(error.to_string(), "the mail relay refused the message with code 550");
    assert_eq!(cause(&error), "permanent error (550): 5.1.1 no such user");
    assert_eq!(relay.mails().len(), 0);
}

#[tokio::test]
async fn only_a_refusal_of_the_message_itself_is_for_good() {
    let cases = [
        (Behaviour::AnswersRecipient("550 5.1.1 no such user"), Some(550), true),
        (Behaviour::AnswersRecipient("553 5.1.3 not an address"), Some(553), true),
        (Behaviour::AnswersRecipient("450 4.2.0 greylisted"), Some(450), false),
        (Behaviour::AnswersRecipient("452 4.2.2 mailbox full"), Some(452), false),
        (
            Behaviour::AnswersRecipient("530 5.7.0 authentication required"),
            Some(530),
            false,
        ),
        (Behaviour::AnswersMail("554 5.7.1 looks like spam"), Some(554), true),
        (Behaviour::AnswersMail("552 5.3.4 too big"), Some(552), true),
        (Behaviour::AnswersMail("451 4.3.0 disk full"), Some(451), false),
        (Behaviour::AnswersLogin("535 5.7.8 wrong password"), None, false),
        (Behaviour::Greets("421 4.3.2 come back later"), None, false),
        (Behaviour::Greets("554 5.3.2 not today"), None, false),
        (Behaviour::HangUpAtData, None, false),
        (Behaviour::HangUpInMail, None, false),
        (Behaviour::SilentAtGreeting, None, false),
        (Behaviour::SilentAtData, None, false),
    ];
    for (number, (behaviour, expected, is_permanent)) in cases.into_iter().enumerate() {
        let relay = TestRelay::start(behaviour).await;
        let smtp = smtp(&relay.url("poolhouse:secret@")).with_patience(Duration::from_millis(500));
        let error = smtp.deliver(&delivery(message("hello"))).await.unwrap_err();
        let answered = match &error {
            DeliveryError::Refused { code, .. } => Some(*code),
            _ => None,
        };
        assert_eq!(
            (answered, error.is_permanent()),
            (expected, is_permanent),
            "case {number}: {error:?}"
        );
        assert_eq!(relay.mails().len(), 0, "case {number}");
    }
}

#[tokio::test]
async fn what_is_no_address_is_refused_for_good_and_before_any_conversation() {
    let relay = TestRelay::start(Behaviour::Accept).await;
    let smtp = smtp(&relay.url(""));
    for to in ["alice", "alice@example.com\r\nRCPT TO:<mallory@example.com>", "a@b\0c"] {
        let message = Message {
            to: to.to_owned(),
            ..message("hello")
        };
        assert!(smtp.check(&message).unwrap_err().is_permanent(), "{to:?}");
        assert!(
            smtp.deliver(&delivery(message)).await.unwrap_err().is_permanent(),
            "{to:?}"
        );
    }
    assert_eq!(relay.connections(), 0);
}

#[tokio::test]
async fn every_attempt_has_the_same_id() {
    let relay = TestRelay::start(Behaviour::Accept).await;
    let smtp = smtp(&relay.url(""));
    let attempt = delivery(message("hello"));
    smtp.deliver(&attempt).await.unwrap();
    smtp.deliver(&attempt).await.unwrap();
    for mail in relay.mails() {
        let id = "Message-ID: <4f1c9f3e-0000-4000-8000-000000000001@poolhouse.example>\r\n";
        assert!(mail.data.contains(id), "{}", mail.data);
    }
}

#[tokio::test]
async fn a_relay_that_hangs_up_is_a_failed_delivery() {
    let relay = TestRelay::start(Behaviour::HangUpAtData).await;
    let error = smtp(&relay.url(""))
        .deliver(&delivery(message("hello")))
        .await
        .unwrap_err();
    assert!(matches!(error, DeliveryError::Unreachable(_)), "{error:?}");
    assert_eq!(error.to_string(), "the mail relay could not be used");
}

#[tokio::test]
async fn a_silent_relay_costs_no_more_than_the_patience_and_its_connection() {
    let relay = TestRelay::start(Behaviour::SilentAtData).await;
    let smtp = smtp(&relay.url("")).with_patience(Duration::from_millis(200));
    for _ in 0..2 {
        let error = smtp.deliver(&delivery(message("hello"))).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the mail relay did not accept the message within 0.2 s"
        );
    }
    // The second message did not continue the conversation that the first had left in mid-sentence.
    assert_eq!(relay.connections(), 2);
}

#[tokio::test]
async fn a_relay_that_is_not_there_is_unreachable() {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let error = smtp(&format!("smtp://127.0.0.1:{port}"))
        .deliver(&delivery(message("hello")))
        .await
        .unwrap_err();
    assert!(matches!(error, DeliveryError::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn required_tls_is_not_given_up_when_the_relay_offers_none() {
    let relay = TestRelay::start(Behaviour::Accept).await;
    let smtp = smtp(&format!("{}?tls=required", relay.url("poolhouse:secret@")));
    let error = smtp.deliver(&delivery(message("hello"))).await.unwrap_err();
    assert_eq!(
        cause(&error),
        "internal client error: STARTTLS is not supported on this server"
    );
    assert_eq!((relay.commands("AUTH").len(), relay.mails().len()), (0, 0));
}

#[tokio::test]
async fn a_text_message_is_not_mailed() {
    let relay = TestRelay::start(Behaviour::Accept).await;
    let sms = Message {
        medium: Medium::Sms,
        to: "+15555550100".to_owned(),
        ..message("hello")
    };
    let error = smtp(&relay.url("")).deliver(&delivery(sms)).await.unwrap_err();
    assert!(
        matches!(error, DeliveryError::NoRoute { medium: Medium::Sms }),
        "{error:?}"
    );
    assert_eq!(relay.connections(), 0);
}
