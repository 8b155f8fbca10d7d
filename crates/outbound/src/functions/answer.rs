//! What a function answers, by whatever way.

use http::{HeaderMap, StatusCode};
use reqwest::Response;
use serde_json::Value;

use crate::invoker::InvokeError;
use crate::network::{BodyError, read_body};

/// The most bytes that an answer may have; no function of AWS Lambda can answer more.
pub const LIMIT: usize = 6_291_556;
/// The most characters of what a function says of its failure: it is shown to people.
const LONGEST_MESSAGE: usize = 2_000;
/// How Lambda calls its refusal when it has no capacity.
const THROTTLED: &str = "TooManyRequestsException";

/// An answer over HTTP, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads an answer, and stops as soon as it is too long.
    pub async fn read(mut response: Response) -> Result<Self, InvokeError> {
        let body = read_body(&mut response, LIMIT).await.map_err(|error| match error {
            BodyError::TooLong => InvokeError::TooLong { limit: LIMIT },
            BodyError::Broken(error) => InvokeError::Unreachable(error.into()),
        })?;
        Ok(Self {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    }

    /// A header, if it is one plain text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The refusal of the service, by the name that it gives, if it is one, or else by the status.
    pub fn refusal(&self, name: Option<&str>) -> InvokeError {
        let is_name = |name: &&str| {
            let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
            (1..=100).contains(&name.len()) && plain
        };
        let code = match name.filter(is_name) {
            _ if self.status == StatusCode::TOO_MANY_REQUESTS => THROTTLED.to_owned(),
            Some(name) => name.to_owned(),
            None => format!("HTTP {}", self.status.as_u16()),
        };
        InvokeError::Service { code }
    }
}

/// Whether a service was too busy to call the function.
pub fn is_throttled(error: &InvokeError) -> bool {
    matches!(error, InvokeError::Service { code } if code == THROTTLED)
}

/// Reads what a function returned. Nothing at all is `null`, as that of a function which returns nothing.
pub fn returned(body: &[u8]) -> Result<Value, InvokeError> {
    if body.trim_ascii().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(body).map_err(|_| InvokeError::NotJson)
}

/// What a function that failed says, if it says it as functions of AWS Lambda do: in the member `errorMessage`.
pub fn error_message(payload: &Value) -> Option<&str> {
    payload.get("errorMessage")?.as_str()
}

/// The failure of a function, with as much of its message as people can be shown.
pub fn failure(message: &str) -> InvokeError {
    InvokeError::Function {
        message: message.chars().take(LONGEST_MESSAGE).collect(),
    }
}
