//! The last calls of functions, for developers.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::invoker::{Invocation, InvokeError};
use crate::recent::Recent;

/// How many calls are kept; the oldest makes room for the next.
const CAPACITY: usize = 200;
/// The most bytes of JSON that an answer may have to be kept.
const LONGEST_ANSWER: usize = 65_536;

/// Keeps the last 200 calls of functions in memory, with what the functions were told and what they answered.
pub struct Invocations {
    recent: Recent<Invoked>,
}

/// A call of a function that has ended.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invoked {
    /// Counts from 1 in the order in which calls ended, and is never used again.
    pub id: u64,
    pub pool_id: String,
    /// The trigger by its name in errors, such as `PreSignUp`.
    pub trigger: &'static str,
    pub function_arn: String,
    /// `lambda`, `http` or `command`, or nothing where no target is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<&'static str>,
    pub event: Value,
    /// What the function returned, unless it is longer than 64 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
    /// How many bytes of JSON it returned, if that is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_bytes: Option<usize>,
    /// Why it returned nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How often the target was called.
    pub attempts: u32,
    /// In milliseconds since the Unix epoch.
    pub started_at: i64,
    /// In milliseconds, with all attempts.
    pub duration: u64,
}

/// Which calls are meant; a criterion left out matches all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvocationFilter {
    pub pool_id: Option<String>,
    pub trigger: Option<String>,
}

impl InvocationFilter {
    fn matches(&self, invoked: &Invoked) -> bool {
        let is = |criterion: &Option<String>, value: &str| criterion.as_ref().is_none_or(|wanted| wanted == value);
        is(&self.pool_id, &invoked.pool_id) && is(&self.trigger, invoked.trigger)
    }
}

impl Invocations {
    pub fn new() -> Self {
        Self {
            recent: Recent::new(CAPACITY),
        }
    }

    /// Keeps a call that has ended, and wakes those who wait.
    pub fn note(
        &self,
        invocation: Invocation,
        target: Option<&'static str>,
        outcome: &Result<Value, InvokeError>,
        duration: Duration,
        attempts: u32,
    ) {
        let bytes = outcome.as_ref().map_or(0, |answer| answer.to_string().len());
        let is_short = bytes <= LONGEST_ANSWER;
        self.recent.keep(|id| Invoked {
            id,
            pool_id: invocation.pool_id,
            trigger: invocation.trigger,
            function_arn: invocation.function_arn,
            target,
            event: invocation.event,
            answer: outcome.as_ref().ok().filter(|_| is_short).cloned(),
            answer_bytes: (!is_short).then_some(bytes),
            error: outcome.as_ref().err().map(ToString::to_string),
            attempts,
            started_at: invocation.invoked_at,
            duration: duration.as_millis() as u64,
        });
    }

    /// The calls that match, oldest first.
    pub fn list(&self, filter: &InvocationFilter) -> Vec<Invoked> {
        self.recent.list(|invoked| filter.matches(invoked))
    }

    /// The calls that match, oldest first, as soon as there is one; none when there is still none after `patience`.
    pub async fn wait(&self, filter: &InvocationFilter, patience: Duration) -> Vec<Invoked> {
        self.recent.wait(|invoked| filter.matches(invoked), patience).await
    }

    /// Removes the calls that match and returns how many there were.
    pub fn clear(&self, filter: &InvocationFilter) -> usize {
        self.recent.clear(|invoked| filter.matches(invoked))
    }
}

impl Default for Invocations {
    fn default() -> Self {
        Self::new()
    }
}
