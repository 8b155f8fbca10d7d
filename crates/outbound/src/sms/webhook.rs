//! A webhook of the operator's, which passes messages on to a provider of SMS.

use http::header::CONTENT_TYPE;
use reqwest::Request;
use serde::Serialize;

use super::endpoint::Endpoint;
use crate::message::Kind;
use crate::messenger::Delivery;
use crate::signature::SharedSecret;
use crate::sigv4::RequestError;

/// Posts each message as JSON, signed.
#[derive(Debug)]
pub struct Webhook {
    secret: SharedSecret,
}

/// What the webhook receives: the members that the inbox shows too, under the same names, and the text as `message`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    /// The same in every attempt to deliver the message.
    id: &'a str,
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
            secret: SharedSecret::new(secret),
        }
    }

    /// The request that carries the message to `endpoint`.
    pub fn request(&self, endpoint: &Endpoint, delivery: &Delivery) -> Result<Request, RequestError> {
        let message = &delivery.message;
        let body = serde_json::to_vec(&Payload {
            id: &delivery.id,
            to: &message.to,
            message: &message.body,
            kind: message.kind,
            pool_id: &message.pool_id,
            username: &message.username,
            code: message.code.as_deref(),
            temporary_password: message.temporary_password.as_deref(),
            sent_at: message.sent_at,
        })?;
        let mut request = endpoint.post().header(CONTENT_TYPE, "application/json");
        for (name, value) in self.secret.headers(delivery.attempted_at, &body) {
            request = request.header(name, value);
        }
        Ok(request.body(body).build().map_err(reqwest::Error::without_url)?)
    }
}
