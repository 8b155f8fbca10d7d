//! What calls the functions behind triggers, by the configuration.

use std::sync::Arc;

use anyhow::Context;
use poolhouse_outbound::{FunctionSettings, FunctionTarget as Target, Functions, Invocations, LambdaAccess};

use crate::config::{AccessKey, Config, FunctionTarget, Mode, Secret, address_policy};

/// Prepares to call functions; in development mode, calls are noted in `invocations`.
pub fn prepare(config: &Config, invocations: &Arc<Invocations>) -> anyhow::Result<Functions> {
    let targets = config.functions.iter().map(|function| {
        let target = match &function.target {
            FunctionTarget::Url(url) => Target::Url(url.expose().to_owned()),
            FunctionTarget::Command { command } => Target::Command(command.clone()),
        };
        (function.name.clone(), target)
    });
    let access = |key: &AccessKey| LambdaAccess {
        access_key_id: key.id.clone(),
        secret_access_key: key.secret.expose().to_owned(),
        session_token: config.lambda_session_token.as_ref().map(exposed),
    };
    Functions::new(FunctionSettings {
        targets: targets.collect(),
        lambda_endpoint: config.lambda_endpoint.as_ref().map(|url| url.expose().to_owned()),
        lambda_access: config.lambda_access_key.as_ref().map(access),
        secret: config.function_secret.as_ref().map(exposed),
        network: address_policy(config),
        invocations: (config.mode == Mode::Development).then(|| Arc::clone(invocations)),
    })
    .context("functions cannot be called with the settings functions or lambda_endpoint")
}

fn exposed(secret: &Secret) -> String {
    secret.expose().to_owned()
}
