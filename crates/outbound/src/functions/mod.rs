//! The functions behind triggers: AWS Lambda and what speaks like it, services of the operator's, and local commands.

mod answer;
mod arn;
mod command;
mod invocations;
mod lambda;
mod service;
mod targets;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use crate::invoker::{Invocation, InvokeError, Invoker};
use crate::messenger::BoxFuture;
use crate::network::{AddressPolicy, CallError, GuardedClient};
use answer::Answer;
pub use arn::is_function;
pub use invocations::{InvocationFilter, Invocations, Invoked};
use lambda::Lambda;
pub use lambda::LambdaAccess;
use service::Service;
pub use targets::{FunctionSettingError, FunctionTarget, is_lambda_path};
use targets::{Target, Targets};

/// How long a function may take to answer. Amazon Cognito waits as long.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a function is called before its silence, or the refusal of a busy service, is final.
const ATTEMPTS: u32 = 3;
/// How long a busy service is left alone, times the number of its refusals.
const PAUSE: Duration = Duration::from_millis(100);

/// How functions are found and called.
pub struct FunctionSettings {
    /// Where functions are, by their ARN with or without a version or alias, or by their name.
    pub targets: Vec<(String, FunctionTarget)>,
    /// The endpoint for functions that have no target of their own. Without one it is Amazon's own in the region of the
    /// function, if there is an access key.
    pub lambda_endpoint: Option<String>,
    /// The access key that Lambda endpoints are called with.
    pub lambda_access: Option<LambdaAccess>,
    /// The secret under which requests to services are signed; needed where a target is one.
    pub secret: Option<String>,
    pub network: AddressPolicy,
    /// Where calls are noted for developers. It keeps events, and what is secret in them.
    pub invocations: Option<Arc<Invocations>>,
}

/// Calls functions where the settings say they are.
///
/// A function has five seconds. It is called again, at most twice, when it doesn't answer in time or its service is too
/// busy to call it, and never when it failed. An answer has at most as many bytes as one of AWS Lambda.
pub struct Functions {
    targets: Targets,
    lambda: Lambda,
    service: Option<Service>,
    client: GuardedClient,
    invocations: Option<Arc<Invocations>>,
    patience: Duration,
}

impl Functions {
    pub fn new(settings: FunctionSettings) -> Result<Self, FunctionSettingError> {
        let targets = Targets::new(
            settings.targets,
            settings.lambda_endpoint.as_deref(),
            settings.lambda_access.is_some(),
        )?;
        if settings.secret.is_none() && targets.has_services() {
            return Err(FunctionSettingError::NoSecret);
        }
        Ok(Self {
            targets,
            lambda: Lambda::new(settings.lambda_access.as_ref()),
            service: settings.secret.as_deref().map(Service::new),
            client: GuardedClient::new(settings.network).map_err(FunctionSettingError::Client)?,
            invocations: settings.invocations,
            patience: PATIENCE,
        })
    }

    /// The same, waiting for each answer for `patience` instead of 5 seconds.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    async fn call(&self, invocation: Invocation) -> Result<Value, InvokeError> {
        let started = Instant::now();
        let target = self.targets.find(&invocation.function_arn);
        let (outcome, attempts) = match &target {
            Some(target) => self.call_target(target, &invocation).await,
            None => (Err(InvokeError::NoTarget), 0),
        };
        if let Err(error) = &outcome {
            log(error, &invocation, attempts);
        }
        if let Some(invocations) = &self.invocations {
            let target = target.as_deref().map(Target::kind);
            invocations.note(invocation, target, &outcome, started.elapsed(), attempts);
        }
        outcome
    }

    /// What the target says in the end, and how often it was called.
    async fn call_target(&self, target: &Target, invocation: &Invocation) -> (Result<Value, InvokeError>, u32) {
        let event = invocation.event.to_string();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let attempt = timeout(self.patience, self.attempt(target, invocation, &event)).await;
            let outcome = attempt.unwrap_or_else(|_| {
                Err(InvokeError::TimedOut {
                    seconds: self.patience.as_secs_f64(),
                })
            });
            match &outcome {
                Err(InvokeError::TimedOut { .. }) if attempts < ATTEMPTS => {}
                Err(error) if attempts < ATTEMPTS && answer::is_throttled(error) => sleep(PAUSE * attempts).await,
                _ => return (outcome, attempts),
            }
        }
    }

    async fn attempt(&self, target: &Target, invocation: &Invocation, event: &str) -> Result<Value, InvokeError> {
        let request = match target {
            Target::Lambda(url) => self.lambda.request(url, invocation, event),
            Target::Service(url) => {
                let service = self.service.as_ref().ok_or(InvokeError::NoTarget)?;
                service.request(&self.client, url, invocation, event)
            }
            Target::Command(arguments) => return command::run(arguments, event.as_bytes()).await,
        };
        let response = self.client.execute(request.map_err(InvokeError::Unreachable)?).await;
        let answer = Answer::read(response.map_err(unreachable)?).await?;
        match target {
            Target::Lambda(_) => lambda::outcome(&answer),
            Target::Service(_) | Target::Command(_) => service::outcome(&answer),
        }
    }
}

fn unreachable(error: CallError) -> InvokeError {
    match error {
        CallError::Forbidden(_) => InvokeError::Forbidden,
        CallError::Failed(error) => InvokeError::Unreachable(error.into()),
    }
}

/// Notes a call that gave nothing; neither the event nor what the function says of it belongs into the log.
fn log(error: &InvokeError, invocation: &Invocation, attempts: u32) {
    let (trigger, function, pool) = (invocation.trigger, &invocation.function_arn, &invocation.pool_id);
    match error {
        InvokeError::Function { .. } => tracing::info!(trigger, function, pool, "a function failed"),
        error => tracing::warn!(
            trigger,
            function,
            pool,
            attempts,
            error = error as &dyn std::error::Error,
            "a function could not be called"
        ),
    }
}

impl Invoker for Functions {
    fn invoke(&self, invocation: Invocation) -> BoxFuture<'_, Result<Value, InvokeError>> {
        Box::pin(self.call(invocation))
    }
}
