//! Amazon SNS, or what speaks like it.

use aws_credential_types::Credentials;
use http::header::CONTENT_TYPE;
use reqwest::Request;
use url::form_urlencoded;

use super::endpoint::Endpoint;
use crate::message::Message;
use crate::messenger::Delivery;
use crate::sigv4::{self, RequestError, Scope};

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
            credentials: sigv4::credentials(&access.access_key_id, &access.secret_access_key, None),
            region: access.region,
            sender_id: access.sender_id,
        }
    }

    /// The request that publishes the message at `endpoint`, signed as of the time of the attempt.
    pub fn request(&self, endpoint: &Endpoint, delivery: &Delivery) -> Result<Request, RequestError> {
        let request = http::Request::post(endpoint.url().as_str())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(self.form(&delivery.message))?;
        let scope = Scope {
            credentials: &self.credentials,
            region: &self.region,
            service: SERVICE,
            signed_at: delivery.attempted_at,
        };
        Ok(scope.sign(request)?.try_into()?)
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
