//! Domain errors in words for those who don't speak the JSON API.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use poolhouse_domain::Error;
use serde::Serialize;

#[derive(Serialize)]
struct Body {
    message: String,
}

/// A refusal as JSON.
pub fn json(status: StatusCode, message: impl Into<String>) -> Response {
    (
        status,
        Json(Body {
            message: message.into(),
        }),
    )
        .into_response()
}

/// The status and the sentence of an error. A failure of ours goes to the log, and tells nothing.
pub fn words(error: &Error) -> (StatusCode, String) {
    let status = match error {
        Error::Internal(source) => {
            tracing::error!(
                error = source.as_ref() as &(dyn std::error::Error + 'static),
                "internal failure"
            );
            return (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong. Please try again later.".to_owned(),
            );
        }
        Error::AttemptLimitExceeded | Error::LimitExceeded(_) | Error::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::BAD_REQUEST,
    };
    (status, error.to_string())
}
