//! SMS through an HTTP endpoint: a webhook of the operator's, Amazon SNS, or Twilio.

mod endpoint;
mod sns;
#[cfg(test)]
mod tests;
mod twilio;
mod webhook;

use std::time::Duration;

use crate::message::Medium;
use crate::messenger::{Delivery, DeliveryError};
use endpoint::Endpoint;
pub use endpoint::SmsSettingError;
use sns::Sns;
pub use sns::SnsAccess;
use twilio::Twilio;
pub use twilio::TwilioAccess;
use webhook::Webhook;

/// Sends SMS by the one way that is configured.
///
/// A message is accepted when the endpoint answers 2xx within five seconds. Redirects are not followed.
#[derive(Debug)]
pub struct Sms {
    endpoint: Endpoint,
    route: Route,
}

#[derive(Debug)]
enum Route {
    Webhook(Box<Webhook>),
    Sns(Sns),
    Twilio(Twilio),
}

impl Sms {
    /// Prepares to post each message to the webhook at `url`, signed with `secret`.
    ///
    /// A user name and a password in the URL are sent as Basic authorization.
    pub fn webhook(url: &str, secret: &str) -> Result<Self, SmsSettingError> {
        Ok(Self {
            endpoint: Endpoint::new(url)?,
            route: Route::Webhook(Box::new(Webhook::new(secret))),
        })
    }

    /// Prepares to publish each message through Amazon SNS, or through what speaks like it at `endpoint`.
    pub fn sns(access: SnsAccess, endpoint: Option<&str>) -> Result<Self, SmsSettingError> {
        let endpoint = match endpoint {
            Some(url) => Endpoint::new(url)?,
            None => Endpoint::new(&format!("https://sns.{}.amazonaws.com/", access.region))?,
        };
        if endpoint.has_credentials() {
            return Err(SmsSettingError::Credentials("SNS"));
        }
        Ok(Self {
            endpoint,
            route: Route::Sns(Sns::new(access)),
        })
    }

    /// Prepares to send each message through Twilio, or through what speaks like it below `endpoint`.
    pub fn twilio(access: TwilioAccess, endpoint: Option<&str>) -> Result<Self, SmsSettingError> {
        let url = Twilio::url(endpoint, &access.account_sid)?;
        let endpoint = Endpoint::new(url.as_str())?;
        if endpoint.has_credentials() {
            return Err(SmsSettingError::Credentials("Twilio"));
        }
        Ok(Self {
            endpoint,
            route: Route::Twilio(Twilio::new(access)),
        })
    }

    /// The same, giving up on a delivery after `patience` instead of 5 seconds.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self {
            endpoint: self.endpoint.with_patience(patience),
            ..self
        }
    }

    /// Hands a message to the endpoint.
    pub async fn deliver(&self, delivery: &Delivery) -> Result<(), DeliveryError> {
        let medium = delivery.message.medium;
        if medium != Medium::Sms {
            return Err(DeliveryError::NoRoute { medium });
        }
        let request = match &self.route {
            Route::Webhook(webhook) => webhook.request(&self.endpoint, delivery),
            Route::Sns(sns) => sns.request(&self.endpoint, delivery),
            Route::Twilio(twilio) => twilio.request(&self.endpoint, delivery),
        };
        self.endpoint.send(request.map_err(DeliveryError::InvalidSms)?).await
    }
}
