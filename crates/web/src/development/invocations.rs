//! `/_poolhouse/invocations`: the last calls of functions, and a way to wait for the next one.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use poolhouse_outbound::{InvocationFilter, Invoked};
use serde::{Deserialize, Serialize};

use super::Desk;
use super::query::{Deleted, Refusal, given, patience};

/// Which calls are meant; an empty criterion is one left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criteria {
    pool: Option<String>,
    /// The name of the trigger, such as `PreSignUp`.
    trigger: Option<String>,
    /// How long to wait for the first call, such as `500ms` or `5s`.
    wait: Option<String>,
}

#[derive(Serialize)]
pub struct Calls {
    invocations: Vec<Invoked>,
}

impl Criteria {
    fn filter(&self) -> InvocationFilter {
        InvocationFilter {
            pool_id: given(self.pool.as_ref()).map(str::to_owned),
            trigger: given(self.trigger.as_ref()).map(str::to_owned),
        }
    }
}

/// Shows the calls that match, oldest first; waits for the first one when asked to.
pub async fn list(
    State(desk): State<Desk>,
    criteria: Result<Query<Criteria>, QueryRejection>,
) -> Result<Json<Calls>, Refusal> {
    let Query(criteria) = criteria?;
    let (filter, patience) = (criteria.filter(), patience(criteria.wait.as_ref())?);
    let invocations = tokio::select! {
        invocations = desk.invocations.wait(&filter, patience) => invocations,
        () = desk.draining.cancelled() => desk.invocations.list(&filter),
    };
    Ok(Json(Calls { invocations }))
}

/// Removes the calls that match.
pub async fn clear(
    State(desk): State<Desk>,
    criteria: Result<Query<Criteria>, QueryRejection>,
) -> Result<Json<Deleted>, Refusal> {
    let Query(criteria) = criteria?;
    Ok(Json(Deleted {
        deleted: desk.invocations.clear(&criteria.filter()),
    }))
}
