//! Conversations with Twilio's look-alike.

use std::collections::BTreeMap;

use url::form_urlencoded;

use super::{ACCEPT, header, message};
use crate::message::tests::delivery;
use crate::sms::{Sms, TwilioAccess};
use crate::test_endpoint::{TestEndpoint, use_tls};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

fn access(user: &str, from: &str) -> TwilioAccess {
    TwilioAccess {
        account_sid: ACCOUNT.to_owned(),
        user: user.to_owned(),
        password: "s3cret:with+signs".to_owned(),
        from: from.to_owned(),
    }
}

fn twilio(from: &str, url: &str) -> Sms {
    use_tls();
    Sms::twilio(access(ACCOUNT, from), Some(url)).unwrap()
}

#[tokio::test]
async fn twilio_receives_a_form_below_its_account() {
    for (base, path) in [
        ("", format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json")),
        ("/", format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json")),
        (
            "/api/laml/",
            format!("/api/laml/2010-04-01/Accounts/{ACCOUNT}/Messages.json"),
        ),
    ] {
        let endpoint = TestEndpoint::start(ACCEPT).await;
        twilio("+15555550199", &endpoint.url("", base))
            .deliver(&delivery(message()))
            .await
            .unwrap();

        let [(parts, body)] = endpoint.requests().try_into().unwrap();
        assert_eq!((parts.method.as_str(), parts.uri.to_string()), ("POST", path));
        assert_eq!(header(&parts, "host"), endpoint.host());
        assert_eq!(header(&parts, "content-type"), "application/x-www-form-urlencoded");
        // base64 of AC0123456789abcdef0123456789abcdef:s3cret:with+signs
        assert_eq!(
            header(&parts, "authorization"),
            "Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjpzM2NyZXQ6d2l0aCtzaWducw=="
        );
        let form: BTreeMap<_, _> = form_urlencoded::parse(&body).into_owned().collect();
        let expected = [
            ("Body", "Your code is 123456 & nothing else: ünïcode + 100%"),
            ("From", "+15555550199"),
            ("To", "+15555550100"),
        ];
        assert_eq!(
            form,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
        );
    }
}

#[tokio::test]
async fn a_messaging_service_stands_for_the_sender() {
    let endpoint = TestEndpoint::start(ACCEPT).await;
    let service = "MG0123456789abcdef0123456789abcdef";
    twilio(service, &endpoint.url("", ""))
        .deliver(&delivery(message()))
        .await
        .unwrap();
    let [(_, body)] = endpoint.requests().try_into().unwrap();
    let form: BTreeMap<_, _> = form_urlencoded::parse(&body).into_owned().collect();
    assert_eq!(form.get("MessagingServiceSid").map(String::as_str), Some(service));
    assert_eq!(form.get("From"), None);
}

#[test]
fn the_url_is_twilios_own_or_one_without_credentials() {
    use_tls();
    let sms = Sms::twilio(access("SK0123", "Poolhouse"), None).unwrap();
    let shown = format!("{sms:?}");
    assert!(shown.contains(r#"host: "api.twilio.com""#), "{shown}");
    assert!(!shown.contains("s3cret"), "{shown}");
    let error = |url: &str| {
        Sms::twilio(access(ACCOUNT, "Poolhouse"), Some(url))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error("https://user:s3cret@example.com"),
        "the URL of the Twilio endpoint may hold neither a user name nor a password"
    );
    assert_eq!(
        error("mailto:sms"),
        "the URL of the SMS endpoint must begin with http:// or https://"
    );
}
