//! `/_poolhouse/messages`: the inbox, and a way to wait for the next message.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use poolhouse_outbound::{Filter, Kind, Received};
use serde::{Deserialize, Serialize};

use super::Desk;
use super::query::{Deleted, Refusal, given, patience};

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
}

/// Shows the messages that match, oldest first; waits for the first one when asked to.
pub async fn list(
    State(desk): State<Desk>,
    criteria: Result<Query<Criteria>, QueryRejection>,
) -> Result<Json<Messages>, Refusal> {
    let Query(criteria) = criteria?;
    let (filter, patience) = (criteria.filter()?, patience(criteria.wait.as_ref())?);
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
