//! `/_poolhouse/messages`: the inbox, and a way to wait for the next message.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use poolhouse_outbound::{Filter, Kind, Received, UnknownKind};
use serde::{Deserialize, Serialize};

use super::Desk;
use crate::fault;

/// The longest that one request may wait.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Which messages are meant; an empty criterion is one left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criteria {
    to: Option<String>,
    pool: Option<String>,
    kind: Option<String>,
    /// How long to wait for the first message, such as `500ms` or `5s`.
    wait: Option<String>,
}

#[derive(Serialize)]
pub struct Messages {
    messages: Vec<Received>,
}

#[derive(Serialize)]
pub struct Deleted {
    deleted: usize,
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

impl Criteria {
    fn filter(&self) -> Result<Filter, Refusal> {
        Ok(Filter {
            id: None,
            // No address holds a space; a plus that was not escaped in the query arrives as one.
            to: given(self.to.as_ref()).map(|to| to.replace(' ', "+")),
            pool_id: given(self.pool.as_ref()).map(str::to_owned),
            kind: given(self.kind.as_ref()).map(str::parse::<Kind>).transpose()?,
        })
    }

    fn patience(&self) -> Result<Duration, Refusal> {
        let wait = given(self.wait.as_ref()).map(humantime::parse_duration).transpose()?;
        wait.filter(|wait| *wait > LONGEST_WAIT)
            .map_or(Ok(wait.unwrap_or_default()), |_| Err(Refusal::TooLong))
    }
}

fn given(criterion: Option<&String>) -> Option<&str> {
    criterion.map(String::as_str).filter(|text| !text.is_empty())
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        fault::json(StatusCode::BAD_REQUEST, self.to_string())
    }
}

/// Shows the messages that match, oldest first; waits for the first one when asked to.
pub async fn list(
    State(desk): State<Desk>,
    criteria: Result<Query<Criteria>, QueryRejection>,
) -> Result<Json<Messages>, Refusal> {
    let Query(criteria) = criteria?;
    let (filter, patience) = (criteria.filter()?, criteria.patience()?);
    let messages = tokio::select! {
        messages = desk.inbox.wait(&filter, patience) => messages,
        () = desk.draining.cancelled() => desk.inbox.list(&filter),
    };
    Ok(Json(Messages { messages }))
}

/// Removes the messages that match.
pub async fn clear(
    State(desk): State<Desk>,
    criteria: Result<Query<Criteria>, QueryRejection>,
) -> Result<Json<Deleted>, Refusal> {
    let Query(criteria) = criteria?;
    Ok(Json(Deleted {
        deleted: desk.inbox.clear(&criteria.filter()?),
    }))
}
