//! Twilio, or what speaks like it.

use reqwest::Request;
use url::{Url, form_urlencoded};

use super::endpoint::{Endpoint, SmsSettingError};
use crate::message::Message;
use crate::messenger::Delivery;
use crate::sigv4::RequestError;

/// Twilio's own address.
const ENDPOINT: &str = "https://api.twilio.com";
const API_VERSION: &str = "2010-04-01";
/// What the ids of messaging services begin with.
const SERVICE_PREFIX: &str = "MG";

/// On whose behalf messages are sent, and as whom.
pub struct TwilioAccess {
    /// The account that sends: `AC` and 32 digits.
    pub account_sid: String,
    /// The account again, or the id of an API key.
    pub user: String,
    /// The account's token, or the secret of the API key.
    pub password: String,
    /// A phone number, a name that some countries show as the sender, or the id of a messaging service.
    pub from: String,
}

/// Posts each message as a form, with Basic authorization.
pub struct Twilio {
    user: String,
    password: String,
    from: String,
}

impl Twilio {
    pub fn new(access: TwilioAccess) -> Self {
        Self {
            user: access.user,
            password: access.password,
            from: access.from,
        }
    }

    /// Where the messages of an account are posted to, below `base`.
    pub fn url(base: Option<&str>, account_sid: &str) -> Result<Url, SmsSettingError> {
        let mut url = Url::parse(base.unwrap_or(ENDPOINT))?;
        url.path_segments_mut()
            .map_err(|()| SmsSettingError::Scheme)?
            .pop_if_empty()
            .extend([API_VERSION, "Accounts", account_sid, "Messages.json"]);
        Ok(url)
    }

    /// The request that sends the message.
    pub fn request(&self, endpoint: &Endpoint, delivery: &Delivery) -> Result<Request, RequestError> {
        let request = endpoint
            .post()
            .basic_auth(&self.user, Some(&self.password))
            .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(self.form(&delivery.message));
        Ok(request.build().map_err(reqwest::Error::without_url)?)
    }

    fn form(&self, message: &Message) -> String {
        let sender = if self.from.starts_with(SERVICE_PREFIX) {
            "MessagingServiceSid"
        } else {
            "From"
        };
        form_urlencoded::Serializer::new(String::new())
            .append_pair("To", &message.to)
            .append_pair(sender, &self.from)
            .append_pair("Body", &message.body)
            .finish()
    }
}

impl std::fmt::Debug for Twilio {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Twilio")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}
