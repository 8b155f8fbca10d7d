//! Which operation a request calls.

use http::{
    HeaderMap, HeaderName,
    header::{AsHeaderName, CONTENT_TYPE, HeaderValue},
};

use crate::{Fault, Service};

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const JSON_TYPES: [&str; 3] = [
    "application/x-amz-json-1.1",
    "application/x-amz-json-1.0",
    "application/json",
];

/// The name of the operation that the headers of a `POST /` name. Whether there is such an operation is the
/// dispatcher's question; its answer to an unknown name is [`Fault::unknown_operation`].
///
/// A request that is not declared as JSON is not understood at all: a browser may send `text/plain` from a foreign
/// page without asking, but not JSON.
pub fn operation_name<'a>(headers: &'a HeaderMap, service: &Service) -> Result<&'a str, Fault> {
    let content_type = single(headers, CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(is_json) {
        return Err(Fault::not_understood());
    }
    single(headers, TARGET)
        .and_then(|value| value.to_str().ok())
        .and_then(|target| target.strip_prefix(service.target_prefix))
        .and_then(|rest| rest.strip_prefix('.'))
        .ok_or_else(Fault::unknown_operation)
}

/// Whether a media type is one of those that carry our JSON, whatever its parameters.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    JSON_TYPES.iter().any(|json| json.eq_ignore_ascii_case(essence))
}

/// The value of a header that is there exactly once.
pub(crate) fn single(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: Service = Service {
        target_prefix: "ExampleService",
        signing_name: "example",
        validation_error: "ValidationException",
    };

    fn name(headers: &[(&'static str, &'static str)]) -> Result<String, (u16, String)> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .fold(HeaderMap::new(), |mut headers, (name, value)| {
                headers.append(name, value);
                headers
            });
        let name = operation_name(&headers, &SERVICE);
        name.map(str::to_owned)
            .map_err(|fault| (fault.status.as_u16(), fault.code.into_owned()))
    }

    fn with_content_type(content_type: &'static str) -> Result<String, (u16, String)> {
        name(&[("content-type", content_type), ("x-amz-target", "ExampleService.Speak")])
    }

    fn with_target(target: &'static str) -> Result<String, (u16, String)> {
        name(&[("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)])
    }

    #[test]
    fn any_json_type_is_accepted() {
        for content_type in [
            "application/x-amz-json-1.1",
            "application/x-amz-json-1.0",
            "application/json",
            "application/json; charset=utf-8",
            "Application/X-Amz-Json-1.1 ;charset=UTF-8",
        ] {
            assert_eq!(
                with_content_type(content_type),
                Ok("Speak".to_owned()),
                "{content_type}"
            );
        }
    }

    #[test]
    fn what_a_foreign_page_may_send_is_not_understood() {
        let not_understood = Err((404, "BadRequest".to_owned()));
        for content_type in [
            "text/plain",
            "text/plain;application/json",
            "text/plain, application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=application/json",
            "",
        ] {
            assert_eq!(with_content_type(content_type), not_understood, "{content_type}");
        }
        assert_eq!(name(&[("x-amz-target", "ExampleService.Speak")]), not_understood);
        let json = ("content-type", "application/json");
        assert_eq!(
            name(&[
                json,
                ("content-type", "text/plain"),
                ("x-amz-target", "ExampleService.Speak")
            ]),
            not_understood
        );
    }

    #[test]
    fn a_target_is_exact() {
        let unknown = Err((400, "UnknownOperationException".to_owned()));
        for target in [
            "Speak",
            "ExampleServiceSpeak",
            "exampleservice.Speak",
            "OtherService.Speak",
            "",
            "ExampleService",
        ] {
            assert_eq!(with_target(target), unknown, "{target}");
        }
        let json = ("content-type", "application/json");
        assert_eq!(name(&[json]), unknown);
        let twice = ("x-amz-target", "ExampleService.Speak");
        assert_eq!(name(&[json, twice, twice]), unknown);
        assert_eq!(with_target("ExampleService.Speak.Up"), Ok("Speak.Up".to_owned()));
    }
}
