//! Conversations with a KMS.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use poolhouse_awsjson::sigv4;
use serde_json::{Value, json};

use super::*;
use crate::KmsAccess;
use crate::test_endpoint::{Behaviour, TestEndpoint, use_tls};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const ALIAS: &str = "arn:aws:kms:eu-west-1:123456789012:alias/codes";
const DATA_KEY: [u8; 32] = [9; 32];
const BLOB: &[u8] = b"the data key, wrapped";

fn access() -> KmsAccess {
    KmsAccess {
        region: "eu-west-1".to_owned(),
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: SECRET.to_owned(),
    }
}

fn kms(url: &str) -> CodeEncryptor {
    use_tls();
    CodeEncryptor::kms(access(), Some(url), seeded()).unwrap()
}

fn reply(status: u16, body: impl Into<Bytes>) -> Behaviour {
    Behaviour::Reply(status, &[("content-type", "application/x-amz-json-1.1")], body.into())
}

fn generated() -> Value {
    json!({
        "CiphertextBlob": STANDARD.encode(BLOB),
        "Plaintext": STANDARD.encode(DATA_KEY),
        "KeyId": KEY_ARN,
        "KeyMaterialId": "0".repeat(64),
    })
}

async fn outcome(behaviour: Behaviour) -> Result<String, String> {
    let endpoint = TestEndpoint::start(behaviour).await;
    let encryptor = kms(&endpoint.url("", "/")).with_patience(Duration::from_millis(300));
    let outcome = encryptor.encrypt(ALIAS, "123456", &[POOL], NOW).await;
    assert_eq!(endpoint.requests().len(), 1, "nothing is asked twice");
    outcome.map_err(|error| error.to_string())
}

#[tokio::test]
async fn the_kms_is_asked_for_a_data_key_by_a_signed_request() {
    let endpoint = TestEndpoint::start(reply(200, generated().to_string())).await;
    let encryptor = kms(&endpoint.url("", "/"));
    let message = encryptor.encrypt(ALIAS, "123456", &[POOL], NOW).await.unwrap();

    let [(parts, body)] = endpoint.requests().try_into().unwrap();
    assert_eq!((parts.method.as_str(), parts.uri.to_string().as_str()), ("POST", "/"));
    assert_eq!(parts.headers["content-type"], "application/x-amz-json-1.1");
    assert_eq!(parts.headers["x-amz-target"], "TrentService.GenerateDataKey");
    assert_eq!(
        serde_json::from_slice::<Value>(&body).unwrap(),
        json!({
            "KeyId": ALIAS,
            "NumberOfBytes": 32,
            "EncryptionContext": {"userpool-id": "eu-west-1_abc123XYZ"},
        })
    );
    let expected = sigv4::Expected {
        region: "eu-west-1",
        service: "kms",
    };
    let secret_of = |id: &str| (id == "AKIDEXAMPLE").then(|| SECRET.to_owned());
    sigv4::verify(&parts, &body, expected, NOW / 1_000, &secret_of).unwrap();
    assert!(sigv4::verify(&parts, b"{}", expected, NOW / 1_000, &secret_of).is_err());

    // The message carries what the KMS answered, under the ARN of the key that the alias stands for.
    let mut fields = Fields::of(&message);
    fields.take(3);
    let message_id: [u8; 32] = fields.take(32).try_into().unwrap();
    assert_eq!(fields.sized(), pairs(&[POOL]));
    fields.take(2);
    assert_eq!(
        [fields.sized(), fields.sized(), fields.sized()],
        [b"aws-kms".to_vec(), KEY_ARN.as_bytes().to_vec(), BLOB.to_vec()]
    );
    assert_eq!(
        fields.take(5 + 32)[5..],
        commitment(&message_id),
        "the message commits to the data key"
    );
}

fn commitment(message_id: &[u8]) -> [u8; 32] {
    use aws_lc_rs::hkdf::{HKDF_SHA256, HKDF_SHA512, Salt};
    let mut commitment = [0; 32];
    let secret = Salt::new(HKDF_SHA512, message_id).extract(&DATA_KEY);
    let expanded = secret.expand(&[b"COMMITKEY"], HKDF_SHA256).unwrap();
    expanded.fill(&mut commitment).unwrap();
    commitment
}

#[tokio::test]
async fn a_refusal_is_told_by_the_name_of_its_error_only() {
    for (kind, code) in [
        ("NotFoundException", "NotFoundException"),
        ("com.amazonaws.kms#AccessDeniedException", "AccessDeniedException"),
        ("s3cret text", "status 400"),
        ("", "status 400"),
    ] {
        let body = json!({"__type": kind, "message": "s3cret"}).to_string();
        assert_eq!(
            outcome(reply(400, body)).await,
            Err(format!("the KMS refused the key: {code}"))
        );
    }
    assert_eq!(
        outcome(Behaviour::Answer(StatusCode::SERVICE_UNAVAILABLE)).await,
        Err("the KMS refused the key: status 503".to_owned())
    );
    assert_eq!(
        outcome(Behaviour::Redirect).await,
        Err("the KMS refused the key: status 307".to_owned())
    );
}

#[tokio::test]
async fn what_is_no_data_key_is_not_used() {
    let with = |name: &str, value: Value| {
        let mut answer = generated();
        answer[name] = value;
        answer.to_string()
    };
    for body in [
        String::new(),
        "no JSON".to_owned(),
        "{}".to_owned(),
        with("Plaintext", json!(STANDARD.encode([9; 31]))),
        with("Plaintext", json!("no Base64!")),
        with("Plaintext", Value::Null),
        with("CiphertextBlob", json!("")),
        with("KeyId", json!("")),
        with("Padding", json!("x".repeat(17_000))),
    ] {
        let shown = body.chars().take(200).collect::<String>();
        assert_eq!(
            outcome(reply(200, body)).await,
            Err("the KMS answered something other than a data key".to_owned()),
            "{shown}"
        );
    }
    assert_eq!(
        outcome(Behaviour::EndlessBody).await,
        Err("the KMS answered something other than a data key".to_owned())
    );
}

#[tokio::test]
async fn a_silent_kms_costs_no_more_than_the_patience() {
    assert_eq!(
        outcome(Behaviour::Silence).await,
        Err("the KMS did not answer within 0.3 s".to_owned())
    );
}

#[tokio::test]
async fn a_kms_that_is_not_there_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/s3cret", listener.local_addr().unwrap());
    drop(listener);
    let error = kms(&url).encrypt(KEY_ARN, "123456", &[], NOW).await.unwrap_err();
    assert_eq!(error.to_string(), "the KMS could not be used");
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
}

#[test]
fn a_bad_url_is_refused_without_being_repeated() {
    use_tls();
    let error = |url: &str| {
        CodeEncryptor::kms(access(), Some(url), seeded())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(error("s3cret"), "the URL of the KMS endpoint is not a URL");
    assert_eq!(
        error("ftp://s3cret"),
        "the URL of the KMS endpoint must begin with http:// or https://"
    );
    assert_eq!(
        error("https://user:s3cret@example.com"),
        "the URL of the KMS endpoint may hold neither a user name nor a password"
    );
}

#[test]
fn without_an_endpoint_the_kms_is_the_one_of_its_region() {
    use_tls();
    let printed = format!("{:?}", CodeEncryptor::kms(access(), None, seeded()).unwrap());
    assert!(printed.contains("\"kms.eu-west-1.amazonaws.com\""), "{printed}");
    assert!(!printed.contains(SECRET), "{printed}");
}
