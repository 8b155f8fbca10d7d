//! Amazon SNS, or what speaks like it.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::header::CONTENT_TYPE;
use reqwest::Request;
use url::form_urlencoded;

use super::RequestError;
use super::endpoint::Endpoint;
use crate::message::Message;

const SERVICE: &str = "sns";
const API_VERSION: &str = "2010-03-31";

/// On whose behalf messages are published, and where.
pub struct SnsAccess {
    /// The AWS region that publishes, such as `us-east-1`.
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: String,
    /// What some countries show as the sender: up to 11 letters and digits.
    pub sender_id: Option<String>,
}

/// Publishes each message with `Publish`, signed with Signature Version 4.
#[derive(Debug)]
pub struct Sns {
    credentials: Credentials,
    region: String,
    sender_id: Option<String>,
}

impl Sns {
    pub fn new(access: SnsAccess) -> Self {
        Self {
            credentials: Credentials::new(access.access_key_id, access.secret_access_key, None, None, "settings"),
            region: access.region,
            sender_id: access.sender_id,
        }
    }

    /// The request that publishes the message at `endpoint`, signed as of the time when it was sent.
    pub fn request(&self, endpoint: &Endpoint, message: &Message) -> Result<Request, RequestError> {
        let mut request = http::Request::post(endpoint.url().as_str())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(self.form(message))?;
        let identity = self.credentials.clone().into();
        let signed_at = SystemTime::UNIX_EPOCH + Duration::from_millis(message.sent_at.unsigned_abs());
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(SERVICE)
            .time(signed_at)
            .settings(SigningSettings::default())
            .build()?
            .into();
        let headers = request
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let uri = request.uri().to_string();
        let body = SignableBody::Bytes(request.body().as_bytes());
        let signable = SignableRequest::new(request.method().as_str(), uri, headers, body)?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        Ok(request.try_into()?)
    }

    fn form(&self, message: &Message) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", "Publish")
            .append_pair("Version", API_VERSION)
            .append_pair("PhoneNumber", &message.to)
            .append_pair("Message", &message.body);
        let attributes = [
            ("AWS.SNS.SMS.SMSType", Some("Transactional")),
            ("AWS.SNS.SMS.SenderID", self.sender_id.as_deref()),
        ];
        let present = attributes.into_iter().filter_map(|(name, value)| Some((name, value?)));
        for (number, (name, value)) in (1..).zip(present) {
            let entry = format!("MessageAttributes.entry.{number}");
            form.append_pair(&format!("{entry}.Name"), name)
                .append_pair(&format!("{entry}.Value.DataType"), "String")
                .append_pair(&format!("{entry}.Value.StringValue"), value);
        }
        form.finish()
    }
}
