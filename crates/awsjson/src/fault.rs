//! Errors as the protocol writes them: a status, a name, a message.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use serde::Serialize;
use uuid::Uuid;

use crate::encode::{CONTENT_TYPE_VALUE, REQUEST_ID};

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-amzn-errormessage");

/// The most of a message that is repeated in a header: clients limit the size of all headers together.
const HEADER_MESSAGE_CHARACTERS: usize = 1024;

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {}", message.as_deref().unwrap_or("no message"))]
pub struct Fault {
    /// The HTTP status: 400 for what the caller can mend, 500 for what they can't.
    pub status: StatusCode,
    /// The error's name, for example `NotAuthorizedException`.
    pub code: Cow<'static, str>,
    /// The sentence for people; clients match on it too.
    pub message: Option<String>,
    form: Form,
}

/// Which of the three dialects of error bodies is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `{"__type", "message"}`: errors of the service.
    Service,
    /// `{"__type", "Message"}`: errors of the framework before the service.
    Framework,
    /// `{"code", "message", "type"}`: the request was not understood as a call at all.
    Gateway,
}

/// The members that the bodies of errors have, in their order.
#[derive(Default, Serialize)]
struct Body<'a> {
    #[serde(rename = "__type", skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    capital_message: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
}

impl Fault {
    /// An error of the service that the caller can mend: status 400.
    pub fn client(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, Some(message.into()), Form::Service)
    }

    /// An error of the service that the caller can't mend: status 500, without detail.
    pub fn server(code: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, code, None, Form::Service)
    }

    /// Something failed on our side. The cause is for the log, never for the caller.
    pub fn internal_failure() -> Self {
        Self::server("InternalErrorException")
    }

    /// The request is not a call of the JSON protocol: wrong path, method or content type. Status 404.
    pub fn not_understood() -> Self {
        let message = "The server did not understand the operation that was requested.".to_owned();
        Self::new(StatusCode::NOT_FOUND, "BadRequest", Some(message), Form::Gateway)
    }

    /// The target header is absent, doubled, or names nothing that we know.
    pub fn unknown_operation() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "UnknownOperationException",
            None,
            Form::Service,
        )
    }

    /// The body is not JSON, or a member has the wrong JSON type.
    pub fn serialization(message: impl Into<String>) -> Self {
        Self::framework("SerializationException", message)
    }

    /// A signed operation was called without a signature.
    pub fn missing_authentication_token() -> Self {
        Self::client("MissingAuthenticationTokenException", "Missing Authentication Token")
    }

    /// The signature lacks a part, or a part can't be read.
    pub fn incomplete_signature(message: impl Into<String>) -> Self {
        Self::framework("IncompleteSignatureException", message)
    }

    /// Nobody has this access key.
    pub fn unrecognized_client() -> Self {
        Self::client(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )
    }

    /// The signature was made with another secret, or over another request.
    pub fn invalid_signature() -> Self {
        Self::refused_signature(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details.",
        )
    }

    /// The signature can't be accepted, whoever made it; `message` says why.
    pub fn refused_signature(message: impl Into<String>) -> Self {
        Self::framework("InvalidSignatureException", message)
    }

    /// The caller is known, and may not do this.
    pub fn access_denied(message: impl Into<String>) -> Self {
        Self::client("AccessDeniedException", message)
    }

    /// The JSON body of the answer.
    pub fn body(&self) -> Bytes {
        let (name, message) = (Some(self.code.as_ref()), self.message.as_deref());
        let body = match self.form {
            Form::Service => Body {
                name,
                message,
                ..Body::default()
            },
            Form::Framework => Body {
                name,
                capital_message: message,
                ..Body::default()
            },
            Form::Gateway => Body {
                code: name,
                message,
                kind: Some("client"),
                ..Body::default()
            },
        };
        serde_json::to_vec(&body).map_or_else(|_| Bytes::from_static(b"{}"), Bytes::from)
    }

    /// The whole HTTP answer.
    pub fn into_response(self, request_id: Uuid) -> Response<Bytes> {
        let mut response = Response::new(self.body());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, CONTENT_TYPE_VALUE);
        headers.insert(REQUEST_ID, header_value(&request_id.to_string()));
        if self.form != Form::Gateway {
            headers.insert(ERROR_TYPE, header_value(&format!("{}:", self.code)));
            if let Some(message) = &self.message {
                headers.insert(ERROR_MESSAGE, header_value(message));
            }
        }
        response
    }

    fn framework(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, Some(message.into()), Form::Framework)
    }

    fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, message: Option<String>, form: Form) -> Self {
        Self {
            status,
            code: code.into(),
            message,
            form,
        }
    }
}

/// Text as a header value: visible ASCII and spaces only, so that no text can end the header or begin another.
pub(crate) fn header_value(text: &str) -> HeaderValue {
    let safe: String = text
        .chars()
        .take(HEADER_MESSAGE_CHARACTERS)
        .map(|character| match character {
            ' '..='~' => character,
            _ if character.is_control() => ' ',
            _ => '?',
        })
        .collect();
    HeaderValue::from_str(&safe).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(fault: &Fault) -> String {
        String::from_utf8(fault.body().to_vec()).unwrap()
    }

    #[test]
    fn a_service_fault_has_the_recorded_body_and_headers() {
        let fault = Fault::client("NotAuthorizedException", "Incorrect username or password.");
        let id = Uuid::from_u128(0x55ae_2950_3096_48c8_9bf7_8694_0cf2_7c27);
        let response = fault.into_response(id);

        assert_eq!(response.status(), 400);
        assert_eq!(response.headers()["content-type"], "application/x-amz-json-1.1");
        assert_eq!(
            response.headers()["x-amzn-requestid"],
            "55ae2950-3096-48c8-9bf7-86940cf27c27"
        );
        assert_eq!(response.headers()["x-amzn-errortype"], "NotAuthorizedException:");
        assert_eq!(
            response.headers()["x-amzn-errormessage"],
            "Incorrect username or password."
        );
        let expected = r#"{"__type":"NotAuthorizedException","message":"Incorrect username or password."}"#;
        assert_eq!(response.body(), expected);
    }

    #[test]
    fn each_framework_fault_has_its_own_form() {
        assert_eq!(
            text(&Fault::unknown_operation()),
            r#"{"__type":"UnknownOperationException"}"#
        );
        assert_eq!(
            text(&Fault::missing_authentication_token()),
            r#"{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}"#
        );
        assert_eq!(
            text(&Fault::serialization("STRING_VALUE can not be converted to an Integer")),
            r#"{"__type":"SerializationException","Message":"STRING_VALUE can not be converted to an Integer"}"#
        );
        assert_eq!(
            text(&Fault::unrecognized_client()),
            r#"{"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}"#
        );
        assert!(
            text(&Fault::invalid_signature())
                .starts_with(r#"{"__type":"InvalidSignatureException","Message":"The request"#)
        );
    }

    #[test]
    fn a_request_that_is_no_call_is_a_404_without_error_headers() {
        let response = Fault::not_understood().into_response(Uuid::nil());
        assert_eq!(response.status(), 404);
        assert!(!response.headers().contains_key("x-amzn-errortype"));
        let expected = r#"{"code":"BadRequest","message":"The server did not understand the operation that was requested.","type":"client"}"#;
        assert_eq!(response.body(), expected);
    }

    #[test]
    fn an_internal_failure_tells_nothing() {
        let response = Fault::internal_failure().into_response(Uuid::nil());
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["x-amzn-errortype"], "InternalErrorException:");
        assert!(!response.headers().contains_key("x-amzn-errormessage"));
        assert_eq!(response.body(), r#"{"__type":"InternalErrorException"}"#);
    }

    #[test]
    fn a_message_can_not_inject_a_header() {
        let message = "no\r\nSet-Cookie: a=b\u{0}é\u{2028}";
        let response = Fault::client("InvalidParameterException", message).into_response(Uuid::nil());
        assert_eq!(response.headers()["x-amzn-errormessage"], "no  Set-Cookie: a=b ??");
        assert!(!response.headers().contains_key("set-cookie"));
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["message"], message);
    }

    #[test]
    fn a_long_message_is_whole_in_the_body_and_cut_in_the_header() {
        let message = "x".repeat(5000);
        let response = Fault::client("InvalidParameterException", message.clone()).into_response(Uuid::nil());
        assert_eq!(response.headers()["x-amzn-errormessage"].len(), 1024);
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["message"], message);
    }
}
