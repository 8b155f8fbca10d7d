//! The cognito-idp JSON API: every operation in a file of its own under [`ops`], and the dispatcher that finds it.

mod dispatch;
mod fault;
mod not_yet;
mod ops;

use poolhouse_awsjson::Operation;
use poolhouse_domain::Result;
use poolhouse_engine::Cx;

pub use dispatch::{AccessKeys, Api, Call};

/// What an operation does: gather, decide, write, announce.
pub(crate) trait Handle: Operation {
    /// Answers `input`, whose constraints hold already, for a caller who is authorised as the model demands.
    fn handle(cx: &Cx, input: Self::Input) -> impl Future<Output = Result<Self::Output>> + Send;
}
