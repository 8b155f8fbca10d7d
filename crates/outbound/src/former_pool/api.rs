//! Calls of the JSON API of another user pool service.

use std::fmt;

use http::header::{CONTENT_TYPE, HeaderName};
use poolhouse_awsjson::Operation;
use poolhouse_model::SERVICE;
use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use url::Url;

use super::error::{FormerPoolError, FormerPoolSettingError};
use crate::network::{AddressPolicy, BodyError, CallError, GuardedClient, read_body};

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
/// The most bytes that an answer may have. Fifty attributes of 2048 characters, twice in tokens and once as they are, are
/// less.
const LONGEST_ANSWER: usize = 1 << 20;

/// The JSON API at one endpoint, over connections that are kept for the next call.
pub struct Api {
    client: GuardedClient,
    endpoint: Url,
}

/// The body of a refusal.
#[derive(Deserialize)]
struct Fault {
    /// The error's name, which some services qualify: `namespace#Name`.
    #[serde(rename = "__type")]
    name: String,
    #[serde(alias = "Message")]
    message: Option<String>,
}

impl Api {
    pub fn new(endpoint: &str, policy: AddressPolicy) -> Result<Self, FormerPoolSettingError> {
        let endpoint = Url::parse(endpoint)?;
        if !matches!(endpoint.scheme(), "http" | "https") {
            return Err(FormerPoolSettingError::Scheme);
        }
        let client = GuardedClient::new(policy).map_err(FormerPoolSettingError::Client)?;
        Ok(Self { client, endpoint })
    }

    /// Calls an operation that needs no signature; gives up at `deadline`.
    pub async fn call<O>(&self, input: &O::Input, deadline: Instant) -> Result<O::Output, FormerPoolError>
    where
        O: Operation<Input: Serialize, Output: DeserializeOwned>,
    {
        let body = serde_json::to_vec(input).map_err(|_| FormerPoolError::Unreadable)?;
        let request = self
            .client
            .post(self.endpoint.clone())
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .header(TARGET, format!("{}.{}", SERVICE.target_prefix, O::NAME))
            .timeout(deadline.saturating_duration_since(Instant::now()))
            .body(body)
            .build()
            .map_err(unreachable)?;
        let mut response = self.client.execute(request).await.map_err(uncalled)?;
        let status = response.status();
        let body = read_body(&mut response, LONGEST_ANSWER).await.map_err(unread)?;
        if status == StatusCode::OK {
            return serde_json::from_slice(&body).map_err(|_| FormerPoolError::Unreadable);
        }
        let fault: Fault = serde_json::from_slice(&body).map_err(|_| FormerPoolError::Unreadable)?;
        let name = fault.name.rsplit('#').next().unwrap_or_default();
        Err(FormerPoolError::from_fault(name, fault.message))
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Api")
            .field("host", &self.endpoint.host_str().unwrap_or_default())
            .finish_non_exhaustive()
    }
}

fn unread(error: BodyError) -> FormerPoolError {
    match error {
        BodyError::TooLong => FormerPoolError::TooLong { limit: LONGEST_ANSWER },
        BodyError::Broken(error) => unreachable(error),
    }
}

fn uncalled(error: CallError) -> FormerPoolError {
    match error {
        CallError::Forbidden(_) => FormerPoolError::Forbidden,
        CallError::Failed(error) => unreachable(error),
    }
}

fn unreachable(error: reqwest::Error) -> FormerPoolError {
    if error.is_timeout() {
        FormerPoolError::TimedOut
    } else {
        FormerPoolError::Unreachable(error.without_url())
    }
}
