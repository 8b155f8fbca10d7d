//! The Lambda API: AWS Lambda, and the emulators of it.

use aws_credential_types::Credentials;
use http::header::CONTENT_TYPE;
use reqwest::Request;
use serde_json::Value;
use url::Url;

use super::answer::{Answer, error_message, failure, returned};
use super::arn::FunctionArn;
use crate::invoker::{Invocation, InvokeError};
use crate::sigv4::{self, RequestError, Scope};

const SERVICE: &str = "lambda";
const INVOCATION_TYPE: &str = "x-amz-invocation-type";
const FUNCTION_ERROR: &str = "x-amz-function-error";
const ERROR_TYPE: &str = "x-amzn-errortype";
/// Where an ARN that is none of a function is signed for.
const DEFAULT_REGION: &str = "us-east-1";
/// What stands for access keys where none are needed.
const PLACEHOLDER: &str = "test";
/// The members of what the runtimes of Lambda say of a failure.
const ERROR_MEMBERS: [&str; 6] = ["errorMessage", "errorType", "stackTrace", "trace", "cause", "requestId"];
/// The beginning of the text with which the Runtime Interface Emulator ends a function that takes too long.
const TIMED_OUT: &[u8] = b"Task timed out after ";

/// An access key that may call functions.
pub struct LambdaAccess {
    pub access_key_id: String,
    pub secret_access_key: String,
    /// Belongs to temporary access keys.
    pub session_token: Option<String>,
}

/// Calls functions by the operation `Invoke`, signed with Signature Version 4.
///
/// Without an access key the account of the function stands for its id: emulators look at no signature, but some find
/// the account and the region of the function there.
pub struct Lambda {
    credentials: Option<Credentials>,
}

impl Lambda {
    pub fn new(access: Option<&LambdaAccess>) -> Self {
        Self {
            credentials: access.map(|access| {
                sigv4::credentials(
                    &access.access_key_id,
                    &access.secret_access_key,
                    access.session_token.as_deref(),
                )
            }),
        }
    }

    /// The request that calls the function at `url`, signed as of the time of the invocation.
    pub fn request(&self, url: &Url, invocation: &Invocation, event: &str) -> Result<Request, RequestError> {
        let arn = FunctionArn::parse(&invocation.function_arn);
        let placeholder = || {
            let account = arn.map_or(PLACEHOLDER, |arn| arn.account);
            sigv4::credentials(account, PLACEHOLDER, None)
        };
        let credentials = self.credentials.clone().unwrap_or_else(placeholder);
        let request = http::Request::post(url.as_str())
            .header(CONTENT_TYPE, "application/json")
            .header(INVOCATION_TYPE, "RequestResponse")
            .body(event.to_owned())?;
        let scope = Scope {
            credentials: &credentials,
            region: arn.map_or(DEFAULT_REGION, |arn| arn.region),
            service: SERVICE,
            signed_at: invocation.invoked_at,
        };
        Ok(scope.sign(request)?.try_into()?)
    }
}

/// What the function returned, or how it failed, or why it was not called.
pub fn outcome(answer: &Answer) -> Result<Value, InvokeError> {
    if !answer.status.is_success() {
        let body = returned(&answer.body).unwrap_or_default();
        let name = answer.header(ERROR_TYPE).or_else(|| body.get("__type")?.as_str());
        // Some write `Name:address`, some `namespace#Name`.
        let name = name.and_then(|name| name.split(':').next());
        let name = name.and_then(|name| name.rsplit('#').next());
        return Err(answer.refusal(name));
    }
    if let Some(kind) = answer.header(FUNCTION_ERROR) {
        let payload = returned(&answer.body).unwrap_or_default();
        let name = || payload.get("errorType").and_then(Value::as_str);
        return Err(failure(error_message(&payload).or_else(name).unwrap_or(kind)));
    }
    if let Some(text) = answer.body.starts_with(TIMED_OUT).then_some(&answer.body) {
        return Err(failure(&String::from_utf8_lossy(text)));
    }
    let payload = returned(&answer.body)?;
    match unmarked_error(&payload) {
        Some(message) => Err(failure(message)),
        None => Ok(payload),
    }
}

/// The message of an error that an emulator has not marked as one.
fn unmarked_error(payload: &Value) -> Option<&str> {
    let members = payload.as_object()?;
    let is_error =
        members.contains_key("errorType") && members.keys().all(|name| ERROR_MEMBERS.contains(&name.as_str()));
    error_message(payload).filter(|_| is_error)
}
