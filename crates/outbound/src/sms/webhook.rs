//! A webhook of the operator's, which passes messages on to a provider of SMS.

use aws_lc_rs::hmac;
use http::header::CONTENT_TYPE;
use reqwest::Request;
use serde::Serialize;

use super::RequestError;
use super::endpoint::Endpoint;
use crate::message::{Kind, Message};

const TIMESTAMP: &str = "x-poolhouse-timestamp";
const SIGNATURE: &str = "x-poolhouse-signature";

/// Posts each message as JSON, signed.
///
/// `X-Poolhouse-Timestamp` is the time in seconds since the Unix epoch. `X-Poolhouse-Signature` is `sha256=` and, in
/// hexadecimal, the HMAC-SHA256 under the shared secret of the timestamp, a full stop, and the body.
#[derive(Debug)]
pub struct Webhook {
    key: hmac::Key,
}

/// What the webhook receives: the members that the inbox shows too, under the same names, and the text as `message`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    /// An E.164 phone number.
    to: &'a str,
    /// The text to send.
    message: &'a str,
    /// Why it is sent.
    kind: Kind,
    pool_id: &'a str,
    username: &'a str,
    /// The code in the text, for providers that send templates of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    /// The temporary password in the text of an invitation.
    #[serde(skip_serializing_if = "Option::is_none")]
    temporary_password: Option<&'a str>,
    /// Milliseconds since the Unix epoch.
    sent_at: i64,
}

impl Webhook {
    pub fn new(secret: &str) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
        }
    }

    /// The request that carries the message to `endpoint`.
    pub fn request(&self, endpoint: &Endpoint, message: &Message) -> Result<Request, RequestError> {
        let body = serde_json::to_vec(&Payload {
            to: &message.to,
            message: &message.body,
            kind: message.kind,
            pool_id: &message.pool_id,
            username: &message.username,
            code: message.code.as_deref(),
            temporary_password: message.temporary_password.as_deref(),
            sent_at: message.sent_at,
        })?;
        let timestamp = message.sent_at.div_euclid(1_000);
        let request = endpoint
            .post()
            .header(CONTENT_TYPE, "application/json")
            .header(TIMESTAMP, timestamp)
            .header(SIGNATURE, self.signature(timestamp, &body))
            .body(body)
            .build()
            .map_err(reqwest::Error::without_url)?;
        Ok(request)
    }

    fn signature(&self, timestamp: i64, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(format!("{timestamp}.").as_bytes());
        context.update(body);
        format!("sha256={}", hex::encode(context.sign()))
    }
}
