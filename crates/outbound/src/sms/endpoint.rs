//! One HTTP endpoint that takes messages.

use std::fmt;
use std::time::Duration;

use reqwest::{Client, Request, RequestBuilder};
use url::Url;

use crate::messenger::DeliveryError;
use crate::network::client_builder;

/// How long it may take until the endpoint is connected to.
const CONNECT_PATIENCE: Duration = Duration::from_secs(2);
/// How long one delivery may take, from the first packet to the status of the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why SMS can't be sent with the configured settings; the texts never repeat the URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum SmsSettingError {
    #[error("the URL of the SMS endpoint is not a URL")]
    Syntax(#[from] url::ParseError),
    #[error("the URL of the SMS endpoint must begin with http:// or https://")]
    Scheme,
    #[error("the URL of the {0} endpoint may hold neither a user name nor a password")]
    Credentials(&'static str),
    #[error("the HTTP client for SMS cannot be set up")]
    Client(#[source] reqwest::Error),
}

/// Where messages are posted to, over connections that are kept for the next message.
pub struct Endpoint {
    client: Client,
    url: Url,
    patience: Duration,
}

impl Endpoint {
    pub fn new(url: &str) -> Result<Self, SmsSettingError> {
        let url = Url::parse(url)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(SmsSettingError::Scheme);
        }
        let client = client_builder()
            .connect_timeout(CONNECT_PATIENCE)
            .build()
            .map_err(SmsSettingError::Client)?;
        Ok(Self {
            client,
            url,
            patience: PATIENCE,
        })
    }

    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    pub fn url(&self) -> &Url {
        &self.url
    }

    pub fn has_credentials(&self) -> bool {
        !self.url.username().is_empty() || self.url.password().is_some()
    }

    /// A request to be completed, with the credentials of the URL.
    pub fn post(&self) -> RequestBuilder {
        self.client.post(self.url.clone())
    }

    /// Sends a request; any answer but 2xx is a refusal. The body of the answer is not read: it could be of any length,
    /// and could repeat the message.
    pub async fn send(&self, mut request: Request) -> Result<(), DeliveryError> {
        *request.timeout_mut() = Some(self.patience);
        let response = self.client.execute(request).await.map_err(|error| {
            if error.is_timeout() {
                DeliveryError::SmsTimedOut {
                    seconds: self.patience.as_secs_f64(),
                }
            } else {
                DeliveryError::SmsUnreachable(error.without_url())
            }
        })?;
        let status = response.status();
        if status.is_success() {
            Ok(())
        } else {
            Err(DeliveryError::SmsRefused {
                status: status.as_u16(),
            })
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Endpoint")
            .field("host", &self.url.host_str().unwrap_or_default())
            .finish_non_exhaustive()
    }
}
