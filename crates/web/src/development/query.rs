//! What the queries of development mode have in common.

use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use poolhouse_outbound::UnknownKind;
use serde::Serialize;

use crate::fault;

/// The longest that one request may wait.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// How much was removed.
#[derive(Serialize)]
pub struct Deleted {
    pub deleted: usize,
}

/// Why a query is not understood.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("{0}")]
    Query(#[from] QueryRejection),
    #[error("kind: {0}")]
    Kind(#[from] UnknownKind),
    #[error("wait: {0}")]
    Duration(#[from] humantime::DurationError),
    #[error("wait: at most 60s")]
    TooLong,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        fault::json(StatusCode::BAD_REQUEST, self.to_string())
    }
}

/// A criterion, unless it is empty.
pub fn given(criterion: Option<&String>) -> Option<&str> {
    criterion.map(String::as_str).filter(|text| !text.is_empty())
}

/// How long to wait, by a text such as `500ms` or `5s`.
pub fn patience(wait: Option<&String>) -> Result<Duration, Refusal> {
    match given(wait).map(humantime::parse_duration).transpose()? {
        Some(wait) if wait > LONGEST_WAIT => Err(Refusal::TooLong),
        wait => Ok(wait.unwrap_or_default()),
    }
}
