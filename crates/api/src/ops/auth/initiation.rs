//! What InitiateAuth and AdminInitiateAuth do: start a sign-in or refresh tokens.

use std::collections::BTreeMap;

use poolhouse_domain::clients::{Client, Flow};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::triggers::TokenSource;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{CustomStart, Cx, Outcome, Parameters, SignIn, Start, StepUp};
use poolhouse_model::{AuthFlowType, Secret};

use super::Side;

/// An authentication request, from either side.
pub(super) struct Initiation<'a> {
    pub side: Side,
    pub pool: &'a Pool,
    pub client: &'a Client,
    pub flow: AuthFlowType,
    pub parameters: &'a BTreeMap<String, Secret>,
    /// The session of a confirmed sign-up.
    pub session: Option<&'a Secret>,
}

/// Starts a sign-in or refreshes tokens.
pub(super) async fn initiate(cx: &Cx, request: Initiation<'_>) -> Result<Outcome> {
    let Initiation {
        side,
        pool,
        client,
        flow,
        ..
    } = request;
    let parameters = Parameters(request.parameters);
    if request.session.is_some() && flow != AuthFlowType::UserAuth {
        return Err(Error::invalid_parameter(
            "Session is only allowed with the USER_AUTH flow.",
        ));
    }
    let by_password = match (flow, side) {
        (AuthFlowType::UserPasswordAuth, Side::Public) => Flow::UserPassword,
        (AuthFlowType::AdminUserPasswordAuth | AuthFlowType::AdminNoSrpAuth, Side::Admin) => Flow::AdminUserPassword,
        (AuthFlowType::UserPasswordAuth | AuthFlowType::AdminUserPasswordAuth | AuthFlowType::AdminNoSrpAuth, _) => {
            return Err(Error::invalid_parameter("Initiate Auth method not supported."));
        }
        (AuthFlowType::RefreshTokenAuth | AuthFlowType::RefreshToken, _) => {
            return refresh(cx, side, pool, client, parameters).await;
        }
        (AuthFlowType::UserSrpAuth, _) => return start_srp(cx, side, pool, client, parameters).await,
        (AuthFlowType::CustomAuth, _) => return start_custom(cx, side, pool, client, parameters).await,
        (AuthFlowType::UserAuth, _) => return start_choice(cx, &request, parameters).await,
    };
    side.check_allowed(client, by_password)?;
    let username = username(client, parameters)?;
    let sign_in = SignIn {
        username,
        password: parameters.required("PASSWORD")?,
        device_key: parameters.device_key(),
    };
    cx.sign_in(pool, client, sign_in).await
}

/// The name that signs in, with the client's proof of its secret.
fn username<'a>(client: &Client, parameters: Parameters<'a>) -> Result<&'a str> {
    let username = parameters.required("USERNAME")?.expose();
    client.check_secret_hash(username, parameters.get("SECRET_HASH"))?;
    Ok(username)
}

async fn start_srp(cx: &Cx, side: Side, pool: &Pool, client: &Client, parameters: Parameters<'_>) -> Result<Outcome> {
    side.check_allowed(client, Flow::UserSrp)?;
    let username = username(client, parameters)?;
    let srp_a = parameters.required("SRP_A")?;
    cx.start_srp(pool, client, username, parameters.device_key(), srp_a)
        .await
}

async fn start_choice(cx: &Cx, request: &Initiation<'_>, parameters: Parameters<'_>) -> Result<Outcome> {
    let Initiation { side, pool, client, .. } = *request;
    side.check_allowed(client, Flow::UserAuth)?;
    let device_key = parameters.device_key();
    if let Some(session) = request.session {
        if step_up(parameters)?.is_some() {
            return Err(Error::invalid_parameter(
                "TARGET_ACR_VALUES is not allowed with a Session.",
            ));
        }
        // The session knows its user; a confidential client hashes their name.
        let username = match parameters.given("USERNAME") {
            None if !client.is_confidential() => None,
            _ => Some(username(client, parameters)?),
        };
        return cx
            .sign_in_after_sign_up(pool, client, session, username, device_key)
            .await;
    }
    let start = Start {
        username: username(client, parameters)?,
        preferred: parameters.given("PREFERRED_CHALLENGE").map(Secret::expose),
        given: parameters.first_factor(),
        device_key,
        step_up: step_up(parameters)?,
        browser: None,
    };
    cx.start_choice(pool, client, start).await
}

/// The level of assurance that a client asks for.
fn step_up(parameters: Parameters<'_>) -> Result<Option<StepUp<'_>>> {
    let access_token = parameters.given("ACCESS_TOKEN");
    let max_age = match parameters.given("MAX_AGE") {
        None => None,
        Some(text) => match text.expose().parse::<u32>() {
            Ok(seconds) => Some(i64::from(seconds)),
            Err(_) => return Err(Error::invalid_parameter("MAX_AGE must be a number of seconds.")),
        },
    };
    match parameters.given("TARGET_ACR_VALUES") {
        Some(target) => Ok(Some(StepUp {
            target_acr_values: target.expose(),
            access_token,
            max_age,
        })),
        None if access_token.is_some() => Err(Error::MissingParameter("TARGET_ACR_VALUES")),
        None => Ok(None),
    }
}

async fn start_custom(
    cx: &Cx,
    side: Side,
    pool: &Pool,
    client: &Client,
    parameters: Parameters<'_>,
) -> Result<Outcome> {
    side.check_allowed(client, Flow::Custom)?;
    let username = username(client, parameters)?;
    let srp_a = match parameters.given("CHALLENGE_NAME").map(Secret::expose) {
        None => None,
        Some("SRP_A") => Some(parameters.required("SRP_A")?),
        Some(_) => return Err(Error::invalid_parameter("CHALLENGE_NAME must be SRP_A.")),
    };
    let start = CustomStart {
        username,
        srp_a,
        device_key: parameters.device_key(),
    };
    cx.start_custom(pool, client, start).await
}

async fn refresh(cx: &Cx, side: Side, pool: &Pool, client: &Client, parameters: Parameters<'_>) -> Result<Outcome> {
    side.check_allowed(client, Flow::Refresh)?;
    let token = parameters.required("REFRESH_TOKEN")?;
    let secret_hash = parameters.get("SECRET_HASH");
    if client.is_confidential() && secret_hash.is_none() {
        return Err(Error::SecretHashMissing(client.id().to_owned()));
    }
    let tokens = cx
        .refresh(
            TokenSource::RefreshTokens,
            pool,
            client,
            token,
            parameters.device_key(),
            |user| {
                // There is no user name in the request: clients hash the username or the sub, or send the secret itself.
                if client.knows_secret(secret_hash) {
                    return Ok(());
                }
                client.check_secret_hash_of_any(&[&user.username, &user.sub], secret_hash)
            },
        )
        .await?;
    Ok(Outcome::Tokens(Box::new(tokens)))
}
