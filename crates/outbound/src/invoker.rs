//! The one thing that the engine knows about calling functions.

use serde_json::Value;

use crate::messenger::BoxFuture;

/// A call of the function behind a trigger.
#[derive(Clone)]
pub struct Invocation {
    /// The trigger by its name in errors, such as `PreSignUp`.
    pub trigger: &'static str,
    /// The ARN that the user pool names, with its version or alias if it names one.
    pub function_arn: String,
    pub pool_id: String,
    /// What the function receives. It may hold passwords and codes.
    pub event: Value,
    /// When it is called, in milliseconds since the Unix epoch.
    pub invoked_at: i64,
}

/// Calls functions.
pub trait Invoker: Send + Sync {
    /// Calls the function and answers what it returned, whatever that is.
    fn invoke(&self, invocation: Invocation) -> BoxFuture<'_, Result<Value, InvokeError>>;
}

/// Why a call gave nothing. None of the texts hold the event.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// The function ran and failed with this message.
    #[error("the function failed: {message}")]
    Function { message: String },
    /// The service that runs the function refused; `code` is the name of its error, such as `AccessDeniedException`.
    #[error("the function could not be called: {code}")]
    Service { code: String },
    /// Nothing in this server's configuration says where the function is.
    #[error("no target is configured for the function")]
    NoTarget,
    /// The target is at an address that functions are not called at.
    #[error("the target of the function is at an address that is not allowed")]
    Forbidden,
    /// The target could not be reached, or the conversation with it broke off.
    #[error("the target of the function could not be used")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The function took too long.
    #[error("the function did not answer within {seconds} s")]
    TimedOut { seconds: f64 },
    /// The answer is no JSON.
    #[error("the function answered something other than JSON")]
    NotJson,
    /// The answer is longer than any answer may be.
    #[error("the function answered more than {limit} bytes")]
    TooLong { limit: usize },
}
