//! Conversations with SMS endpoints, over real sockets.

mod twilio;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use http::StatusCode;
use http::request::Parts;
use poolhouse_awsjson::sigv4;
use serde_json::{Value, json};
use tokio::time::timeout;
use url::form_urlencoded;

use super::{Sms, SnsAccess};
use crate::message::tests::{delivery, sign_up_code};
use crate::test_endpoint::{Behaviour, TestEndpoint, use_tls};
use crate::{Delivery, DeliveryError, Filter, Inbox, Medium, Message, Messenger, Outbound, Route};

const ACCEPT: Behaviour = Behaviour::Answer(StatusCode::OK);
const SECRET: &str = "shared with the webhook";
const SENT_AT: i64 = 1_700_000_000;

fn message() -> Message {
    Message {
        medium: Medium::Sms,
        to: "+15555550100".to_owned(),
        subject: None,
        body: "Your code is 123456 & nothing else: ünïcode + 100%".to_owned(),
        ..sign_up_code()
    }
}

fn webhook(url: &str) -> Sms {
    use_tls();
    Sms::webhook(url, SECRET).unwrap()
}

fn access(sender_id: Option<&str>) -> SnsAccess {
    SnsAccess {
        region: "eu-west-1".to_owned(),
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        sender_id: sender_id.map(str::to_owned),
    }
}

fn sns(url: &str, sender_id: Option<&str>) -> Sms {
    use_tls();
    Sms::sns(access(sender_id), Some(url)).unwrap()
}

fn header<'a>(parts: &'a Parts, name: &str) -> &'a str {
    parts.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn the_webhook_receives_the_message_as_signed_json() {
    let endpoint = TestEndpoint::start(ACCEPT).await;
    let url = endpoint.url("", "/sms?tenant=a");
    webhook(&url).deliver(&delivery(message())).await.unwrap();

    let [(parts, body)] = endpoint.requests().try_into().unwrap();
    assert_eq!(
        (parts.method.as_str(), parts.uri.to_string().as_str()),
        ("POST", "/sms?tenant=a")
    );
    assert_eq!(header(&parts, "host"), endpoint.host());
    assert_eq!(header(&parts, "content-type"), "application/json");
    assert_eq!(
        header(&parts, "user-agent"),
        concat!("Poolhouse/", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(header(&parts, "authorization"), "");
    assert_eq!(
        serde_json::from_slice::<Value>(&body).unwrap(),
        json!({
            "id": "4f1c9f3e-0000-4000-8000-000000000001",
            "to": "+15555550100",
            "message": "Your code is 123456 & nothing else: ünïcode + 100%",
            "kind": "sign-up",
            "poolId": "us-east-1_abc123XYZ",
            "username": "alice",
            "code": "123456",
            "sentAt": SENT_AT * 1_000,
        })
    );

    let timestamp = header(&parts, "x-poolhouse-timestamp");
    assert_eq!(timestamp, SENT_AT.to_string());
    let signature = header(&parts, "x-poolhouse-signature").strip_prefix("sha256=").unwrap();
    let signed = [timestamp.as_bytes(), b".", &body].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    hmac::verify(&key, &signed, &hex::decode(signature).unwrap()).unwrap();
}

#[tokio::test]
async fn an_invitation_carries_its_temporary_password() {
    let endpoint = TestEndpoint::start(ACCEPT).await;
    let invitation = Message {
        code: None,
        temporary_password: Some("Temporary1!".to_owned()),
        ..message()
    };
    webhook(&endpoint.url("", "/"))
        .deliver(&delivery(invitation))
        .await
        .unwrap();
    let [(_, body)] = endpoint.requests().try_into().unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (&body["temporaryPassword"], body.get("code")),
        (&json!("Temporary1!"), None)
    );
}

#[tokio::test]
async fn credentials_in_the_url_of_a_webhook_are_basic_authorization() {
    let endpoint = TestEndpoint::start(ACCEPT).await;
    let url = endpoint.url("poolhouse:p%40ss@", "/sms");
    webhook(&url).deliver(&delivery(message())).await.unwrap();
    let [(parts, _)] = endpoint.requests().try_into().unwrap();
    // base64 of poolhouse:p@ss
    assert_eq!(header(&parts, "authorization"), "Basic cG9vbGhvdXNlOnBAc3M=");
    assert_eq!(header(&parts, "host"), endpoint.host());
}

#[tokio::test]
async fn sns_receives_a_signed_publish() {
    let endpoint = TestEndpoint::start(ACCEPT).await;
    sns(&endpoint.url("", ""), Some("Poolhouse"))
        .deliver(&delivery(message()))
        .await
        .unwrap();

    let [(parts, body)] = endpoint.requests().try_into().unwrap();
    assert_eq!((parts.method.as_str(), parts.uri.to_string().as_str()), ("POST", "/"));
    assert_eq!(header(&parts, "content-type"), "application/x-www-form-urlencoded");
    let form: BTreeMap<_, _> = form_urlencoded::parse(&body).into_owned().collect();
    let expected = [
        ("Action", "Publish"),
        ("Version", "2010-03-31"),
        ("PhoneNumber", "+15555550100"),
        ("Message", "Your code is 123456 & nothing else: ünïcode + 100%"),
        ("MessageAttributes.entry.1.Name", "AWS.SNS.SMS.SMSType"),
        ("MessageAttributes.entry.1.Value.DataType", "String"),
        ("MessageAttributes.entry.1.Value.StringValue", "Transactional"),
        ("MessageAttributes.entry.2.Name", "AWS.SNS.SMS.SenderID"),
        ("MessageAttributes.entry.2.Value.DataType", "String"),
        ("MessageAttributes.entry.2.Value.StringValue", "Poolhouse"),
    ];
    assert_eq!(
        form,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    );

    let expected = sigv4::Expected {
        region: "eu-west-1",
        service: "sns",
    };
    let secret_of = |id: &str| (id == "AKIDEXAMPLE").then(|| access(None).secret_access_key);
    let scope = sigv4::verify(&parts, &body, expected, SENT_AT, &secret_of).unwrap();
    assert_eq!(
        (scope.access_key_id.as_str(), scope.date.as_str()),
        ("AKIDEXAMPLE", "20231114")
    );
    assert!(sigv4::verify(&parts, b"Action=Publish", expected, SENT_AT, &secret_of).is_err());
}

#[tokio::test]
async fn without_a_sender_sns_is_told_none() {
    let endpoint = TestEndpoint::start(ACCEPT).await;
    sns(&endpoint.url("", "/"), None)
        .deliver(&delivery(message()))
        .await
        .unwrap();
    let [(_, body)] = endpoint.requests().try_into().unwrap();
    let names: Vec<_> = form_urlencoded::parse(&body)
        .map(|(name, _)| name.into_owned())
        .collect();
    assert_eq!(names.len(), 7, "{names:?}");
    assert!(!names.iter().any(|name| name.contains("entry.2")), "{names:?}");
}

#[tokio::test]
async fn any_answer_but_success_is_a_refusal() {
    for (status, accepted) in [
        (200, true),
        (202, true),
        (204, true),
        (304, false),
        (403, false),
        (500, false),
    ] {
        let endpoint = TestEndpoint::start(Behaviour::Answer(StatusCode::from_u16(status).unwrap())).await;
        for sms in [webhook(&endpoint.url("", "/")), sns(&endpoint.url("", "/"), None)] {
            let outcome = sms
                .deliver(&delivery(message()))
                .await
                .map_err(|error| error.to_string());
            let refusal = format!("the SMS endpoint answered with status {status}");
            assert_eq!(outcome, if accepted { Ok(()) } else { Err(refusal) });
        }
        assert_eq!(endpoint.requests().len(), 2, "nothing is sent twice");
    }
}

#[tokio::test]
async fn only_a_refusal_of_the_message_itself_is_for_good() {
    for (status, is_permanent) in [
        (400, true),
        (401, false),
        (403, false),
        (404, false),
        (408, false),
        (413, true),
        (422, true),
        (429, false),
        (500, false),
        (503, false),
    ] {
        let endpoint = TestEndpoint::start(Behaviour::Answer(StatusCode::from_u16(status).unwrap())).await;
        let outcome = webhook(&endpoint.url("", "/")).deliver(&delivery(message())).await;
        assert_eq!(outcome.unwrap_err().is_permanent(), is_permanent, "{status}");
    }
}

#[tokio::test]
async fn a_later_attempt_is_signed_anew_and_has_the_same_id() {
    let endpoint = TestEndpoint::start(ACCEPT).await;
    let later = Delivery {
        attempted_at: (SENT_AT + 3_600) * 1_000,
        ..delivery(message())
    };
    webhook(&endpoint.url("", "/")).deliver(&later).await.unwrap();
    sns(&endpoint.url("", "/"), None).deliver(&later).await.unwrap();
    let [(posted, body), (published, _)] = endpoint.requests().try_into().unwrap();
    assert_eq!(header(&posted, "x-poolhouse-timestamp"), (SENT_AT + 3_600).to_string());
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (&body["id"], &body["sentAt"]),
        (&json!(later.id), &json!(SENT_AT * 1_000))
    );
    assert_eq!(header(&published, "x-amz-date"), "20231114T231320Z");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let endpoint = TestEndpoint::start(Behaviour::Redirect).await;
    let error = webhook(&endpoint.url("", "/"))
        .deliver(&delivery(message()))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "the SMS endpoint answered with status 307");
    assert_eq!(endpoint.requests().len(), 1);
}

#[tokio::test]
async fn a_silent_endpoint_costs_no_more_than_the_patience() {
    let endpoint = TestEndpoint::start(Behaviour::Silence).await;
    let sms = webhook(&endpoint.url("", "/")).with_patience(Duration::from_millis(200));
    let error = timeout(Duration::from_secs(4), sms.deliver(&delivery(message())))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the SMS endpoint did not accept the message within 0.2 s"
    );
    assert_eq!(endpoint.requests().len(), 1);
}

#[tokio::test]
async fn an_endless_answer_is_not_waited_for() {
    let endpoint = TestEndpoint::start(Behaviour::EndlessBody).await;
    let sms = webhook(&endpoint.url("", "/"));
    for _ in 0..2 {
        timeout(Duration::from_secs(4), sms.deliver(&delivery(message())))
            .await
            .unwrap()
            .unwrap();
    }
    // What is left of the first answer went with its connection.
    assert_eq!((endpoint.requests().len(), endpoint.connections()), (2, 2));
}

#[tokio::test]
async fn the_next_message_uses_the_same_connection() {
    let endpoint = TestEndpoint::start(ACCEPT).await;
    let sms = webhook(&endpoint.url("", "/"));
    sms.deliver(&delivery(message())).await.unwrap();
    sms.deliver(&delivery(message())).await.unwrap();
    assert_eq!((endpoint.requests().len(), endpoint.connections()), (2, 1));
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_unreachable_and_its_url_stays_secret() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://user:s3cret@{}/s3cret", listener.local_addr().unwrap());
    drop(listener);
    let error = webhook(&url).deliver(&delivery(message())).await.unwrap_err();
    assert!(matches!(error, DeliveryError::SmsUnreachable(_)), "{error:?}");
    assert_eq!(error.to_string(), "the SMS endpoint could not be used");
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
}

#[tokio::test]
async fn a_mail_is_not_sent_as_sms() {
    let endpoint = TestEndpoint::start(ACCEPT).await;
    let error = webhook(&endpoint.url("", "/"))
        .deliver(&delivery(sign_up_code()))
        .await
        .unwrap_err();
    assert!(
        matches!(error, DeliveryError::NoRoute { medium: Medium::Email }),
        "{error:?}"
    );
    assert_eq!(endpoint.connections(), 0);
}

#[tokio::test]
async fn sms_goes_to_the_endpoint_and_mail_does_not() {
    for (behaviour, delivered) in [(ACCEPT, true), (Behaviour::Redirect, false)] {
        let endpoint = TestEndpoint::start(behaviour).await;
        let inbox = Arc::new(Inbox::new());
        let outbound = Outbound::new(None, Some(webhook(&endpoint.url("", "/"))), Some(inbox.clone()));
        assert_eq!(outbound.check(&message()).unwrap(), Route::Relay);
        assert_eq!(outbound.check(&sign_up_code()).unwrap(), Route::Inbox);
        assert_eq!(outbound.deliver(delivery(message())).await.is_ok(), delivered);
        assert_eq!(
            (endpoint.requests().len(), inbox.list(&Filter::default()).len()),
            (1, 0)
        );
    }
}

#[test]
fn a_bad_url_is_refused_without_being_repeated() {
    use_tls();
    let error = |url: &str| Sms::webhook(url, SECRET).unwrap_err().to_string();
    assert_eq!(error("s3cret.example.com"), "the URL of the SMS endpoint is not a URL");
    assert_eq!(
        error("ftp://user:s3cret@example.com"),
        "the URL of the SMS endpoint must begin with http:// or https://"
    );
    assert_eq!(
        Sms::sns(access(None), Some("https://user:s3cret@example.com"))
            .unwrap_err()
            .to_string(),
        "the URL of the SNS endpoint may hold neither a user name nor a password"
    );
}

#[test]
fn without_an_endpoint_sns_is_the_one_of_its_region() {
    use_tls();
    let sms = Sms::sns(access(None), None).unwrap();
    assert_eq!(sms.endpoint.url().as_str(), "https://sns.eu-west-1.amazonaws.com/");
}

#[test]
fn debug_shows_no_secret() {
    let url = "http://user:s3cret@example.com/s3cret?s3cret";
    for sms in [webhook(url), sns("http://example.com", None)] {
        let printed = format!("{sms:?}");
        let secret = access(None).secret_access_key;
        assert!(printed.contains("example.com"), "{printed}");
        assert!(
            !["s3cret", SECRET, &secret]
                .iter()
                .any(|secret| printed.contains(*secret)),
            "{printed}"
        );
    }
}
