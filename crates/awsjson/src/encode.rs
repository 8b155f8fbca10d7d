//! Success answers.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, header::CONTENT_TYPE};
use uuid::Uuid;

use crate::{Fault, Operation, fault::header_value};

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
pub(crate) const CONTENT_TYPE_VALUE: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

/// The HTTP answer to a call that succeeded: the output as JSON, or nothing when the model has no output.
pub fn success<O: Operation>(output: &O::Output, request_id: Uuid) -> Result<Response<Bytes>, Fault> {
    let body = if O::HAS_OUTPUT {
        let body = serde_json::to_vec(output).map_err(|error| {
            tracing::error!(operation = O::NAME, %error, "the output can't be written as JSON");
            Fault::internal_failure()
        })?;
        Bytes::from(body)
    } else {
        Bytes::new()
    };
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, CONTENT_TYPE_VALUE);
    response
        .headers_mut()
        .insert(REQUEST_ID, header_value(&request_id.to_string()));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Auth, Shape};

    static ANSWER: Shape = Shape::structure("Answer", &[]);

    struct Speak;
    impl Operation for Speak {
        const NAME: &'static str = "Speak";
        const AUTH: Auth = Auth::Unsigned;
        const INPUT: &'static Shape = &ANSWER;
        const OUTPUT: Option<&'static Shape> = Some(&ANSWER);
        const ERRORS: &'static [&'static str] = &[];
        type Input = serde_json::Value;
        type Output = serde_json::Value;
    }

    struct Nod;
    impl Operation for Nod {
        const NAME: &'static str = "Nod";
        const AUTH: Auth = Auth::Unsigned;
        const INPUT: &'static Shape = &ANSWER;
        const OUTPUT: Option<&'static Shape> = None;
        const ERRORS: &'static [&'static str] = &[];
        type Input = serde_json::Value;
        type Output = ();
    }

    #[test]
    fn an_output_is_a_json_body() {
        let response = success::<Speak>(&serde_json::json!({ "A": 1 }), Uuid::nil()).unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/x-amz-json-1.1");
        assert_eq!(
            response.headers()["x-amzn-requestid"],
            "00000000-0000-0000-0000-000000000000"
        );
        assert_eq!(response.body(), r#"{"A":1}"#);
    }

    #[test]
    fn no_output_is_an_empty_body() {
        let response = success::<Nod>(&(), Uuid::nil()).unwrap();
        assert_eq!(response.status(), 200);
        assert!(response.body().is_empty());
    }
}
