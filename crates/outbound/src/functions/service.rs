//! A service of the operator's, which is posted the event.

use http::header::CONTENT_TYPE;
use reqwest::Request;
use serde_json::Value;
use url::Url;

use super::answer::{Answer, error_message, failure, returned};
use crate::invoker::{Invocation, InvokeError};
use crate::network::GuardedClient;
use crate::signature::SharedSecret;
use crate::sigv4::RequestError;

const TRIGGER: &str = "x-poolhouse-trigger";
const FUNCTION: &str = "x-poolhouse-function";

/// Posts each event as JSON, signed, with headers that name the trigger and the function.
pub struct Service {
    secret: SharedSecret,
}

impl Service {
    pub fn new(secret: &str) -> Self {
        Self {
            secret: SharedSecret::new(secret),
        }
    }

    /// The request that carries the event to `url`.
    pub fn request(
        &self,
        client: &GuardedClient,
        url: &Url,
        invocation: &Invocation,
        event: &str,
    ) -> Result<Request, RequestError> {
        let mut request = client
            .post(url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(TRIGGER, invocation.trigger)
            .header(FUNCTION, &invocation.function_arn);
        for (name, value) in self.secret.headers(invocation.invoked_at, event.as_bytes()) {
            request = request.header(name, value);
        }
        let request = request.body(event.to_owned()).build();
        Ok(request.map_err(reqwest::Error::without_url)?)
    }
}

/// What the service returned, or how it failed.
pub fn outcome(answer: &Answer) -> Result<Value, InvokeError> {
    if answer.status.is_success() {
        return returned(&answer.body);
    }
    let body = returned(&answer.body).unwrap_or_default();
    Err(error_message(&body).map_or_else(|| answer.refusal(None), failure))
}
