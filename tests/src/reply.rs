//! The answer to a call, and what a test says about it.

#![expect(clippy::panic, clippy::expect_used, reason = "another answer fails the test")]

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// The answer to a request.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The operation that was called, or the path that was asked for.
    pub request: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    /// The output of a call that succeeded; `null` when the operation has none.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}: {}", self.request, self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// Asserts that the call was refused with exactly this error, in the body and in the headers.
    #[track_caller]
    pub fn fault(&self, name: &str, message: &str) {
        assert_eq!(self.error(), (name.to_owned(), message.to_owned()), "{}", self.request);
        assert_eq!(self.status, StatusCode::BAD_REQUEST, "{}", self.request);
        assert_eq!(self.header("x-amzn-errortype"), format!("{name}:"), "{}", self.request);
        if message.is_ascii() && message.len() <= 1024 {
            // A header has one line.
            let line = message.replace('\n', " ");
            assert_eq!(self.header("x-amzn-errormessage"), line, "{}", self.request);
        }
        assert_eq!(self.header("x-amzn-requestid").len(), 36, "{}", self.request);
    }

    /// The name and the message of the error in the body; the message is empty when there is none.
    #[track_caller]
    pub fn error(&self) -> (String, String) {
        let body = if self.body.is_empty() { Value::Null } else { self.json() };
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let Some(name) = text("__type") else {
            panic!("{} was not refused: {self:?}", self.request)
        };
        (name, text("message").or_else(|| text("Message")).unwrap_or_default())
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{}: {error}: {}", self.request, self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The one value of a header; empty when the header is absent.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values
            .next()
            .map_or("", |value| value.to_str().expect("the header is text"));
        assert_eq!(values.next(), None, "{name} is there twice");
        value
    }
}
