//! Signing in, refreshing, revoking, signing out.
//!
//! The public and the administrator's operations differ in who may call them and in one flow; what they do is here once.

mod admin_get_user_auth_factors;
mod admin_initiate_auth;
mod admin_respond_to_auth_challenge;
mod admin_user_global_sign_out;
mod get_tokens_from_refresh_token;
mod get_user_auth_factors;
mod global_sign_out;
mod initiate_auth;
mod respond_to_auth_challenge;
mod revoke_token;

use std::collections::BTreeMap;

use poolhouse_domain::clients::{Client, Flow};
use poolhouse_domain::mfa::Factor;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{Answer, Cx, Outcome, SignIn, SrpProof};
use poolhouse_model::{AuthFlowType, AuthenticationResultType, ChallengeNameType, Secret};

/// Which side of the API starts or continues a sign-in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Public,
    Admin,
}

impl Side {
    /// Refuses a flow that the app client doesn't allow, in the words of this side.
    fn check_allowed(self, client: &Client, flow: Flow) -> Result<()> {
        if client.allows(flow) {
            return Ok(());
        }
        Err(Error::FlowNotEnabled(match (self, flow) {
            (_, Flow::UserSrp) => "USER_SRP_AUTH is not enabled for the client.",
            (_, Flow::Custom) => "CUSTOM_AUTH is not enabled for the client.",
            (Self::Public, Flow::UserPassword) => "USER_PASSWORD_AUTH flow not enabled for this client",
            (Self::Public, Flow::UserAuth) => "USER_AUTH flow not enabled for this client",
            _ => "Auth flow not enabled for this client",
        }))
    }
}

/// The `AuthParameters` or `ChallengeResponses` of a request.
struct Parameters<'a>(&'a BTreeMap<String, Secret>);

impl<'a> Parameters<'a> {
    fn get(&self, name: &str) -> Option<&'a Secret> {
        self.0.get(name)
    }

    /// A parameter that must be there and not be empty.
    fn required(&self, name: &'static str) -> Result<&'a Secret> {
        self.get(name)
            .filter(|value| !value.expose().is_empty())
            .ok_or(Error::MissingParameter(name))
    }
}

/// Starts a sign-in or refreshes tokens.
async fn initiate(
    cx: &Cx,
    side: Side,
    (pool, client): (&Pool, &Client),
    flow: AuthFlowType,
    parameters: &BTreeMap<String, Secret>,
) -> Result<Outcome> {
    let parameters = Parameters(parameters);
    let by_password = match (flow, side) {
        (AuthFlowType::UserPasswordAuth, Side::Public) => Flow::UserPassword,
        (AuthFlowType::AdminUserPasswordAuth | AuthFlowType::AdminNoSrpAuth, Side::Admin) => Flow::AdminUserPassword,
        (AuthFlowType::UserPasswordAuth | AuthFlowType::AdminUserPasswordAuth | AuthFlowType::AdminNoSrpAuth, _) => {
            return Err(Error::invalid_parameter("Initiate Auth method not supported."));
        }
        (AuthFlowType::RefreshTokenAuth | AuthFlowType::RefreshToken, _) => {
            return refresh(cx, side, pool, client, &parameters).await;
        }
        (AuthFlowType::UserSrpAuth, _) => return start_srp(cx, side, pool, client, &parameters).await,
        (AuthFlowType::CustomAuth, _) => return later(side, client, Flow::Custom, flow),
        (AuthFlowType::UserAuth, _) => return later(side, client, Flow::UserAuth, flow),
    };
    side.check_allowed(client, by_password)?;
    let username = parameters.required("USERNAME")?.expose();
    client.check_secret_hash(username, parameters.get("SECRET_HASH"))?;
    let password = parameters.required("PASSWORD")?;
    cx.sign_in(pool, client, SignIn { username, password }).await
}

async fn start_srp(cx: &Cx, side: Side, pool: &Pool, client: &Client, parameters: &Parameters<'_>) -> Result<Outcome> {
    side.check_allowed(client, Flow::UserSrp)?;
    let username = parameters.required("USERNAME")?.expose();
    client.check_secret_hash(username, parameters.get("SECRET_HASH"))?;
    let srp_a = parameters.required("SRP_A")?;
    cx.start_srp(pool, client, username, srp_a).await
}

/// Refuses a flow that isn't written yet: never a token.
fn later(side: Side, client: &Client, flow: Flow, name: AuthFlowType) -> Result<Outcome> {
    side.check_allowed(client, flow)?;
    Err(Error::NotImplemented(format!("The auth flow {name}").into()))
}

async fn refresh(cx: &Cx, side: Side, pool: &Pool, client: &Client, parameters: &Parameters<'_>) -> Result<Outcome> {
    side.check_allowed(client, Flow::Refresh)?;
    let token = parameters.required("REFRESH_TOKEN")?;
    let secret_hash = parameters.get("SECRET_HASH");
    if client.is_confidential() && secret_hash.is_none() {
        return Err(Error::SecretHashMissing(client.id().to_owned()));
    }
    let tokens = cx
        .refresh(pool, client, token, |user| {
            // There is no user name in the request: clients hash the username or the sub, or send the secret itself.
            if client.knows_secret(secret_hash) {
                return Ok(());
            }
            client.check_secret_hash_of_any(&[&user.username, &user.sub], secret_hash)
        })
        .await?;
    Ok(Outcome::Tokens(Box::new(tokens)))
}

/// Continues a sign-in with the answer to a challenge.
async fn respond(
    cx: &Cx,
    (pool, client): (&Pool, &Client),
    challenge: ChallengeNameType,
    session: Option<&Secret>,
    responses: &BTreeMap<String, Secret>,
) -> Result<Outcome> {
    let parameters = Parameters(responses);
    let username = parameters.required("USERNAME")?.expose();
    client.check_secret_hash(username, parameters.get("SECRET_HASH"))?;
    if challenge == ChallengeNameType::PasswordVerifier {
        let proof = SrpProof {
            username,
            signature: parameters.required("PASSWORD_CLAIM_SIGNATURE")?,
            secret_block: parameters.required("PASSWORD_CLAIM_SECRET_BLOCK")?,
            timestamp: parameters.required("TIMESTAMP")?,
        };
        return cx.answer_password_verifier(pool, client, proof).await;
    }
    let code = match challenge {
        ChallengeNameType::SmsMfa => Some((Factor::Sms, "SMS_MFA_CODE")),
        ChallengeNameType::SoftwareTokenMfa => Some((Factor::SoftwareToken, "SOFTWARE_TOKEN_MFA_CODE")),
        ChallengeNameType::EmailOtp => Some((Factor::Email, "EMAIL_OTP_CODE")),
        ChallengeNameType::NewPasswordRequired | ChallengeNameType::SelectMfaType | ChallengeNameType::MfaSetup => None,
        _ => return Err(Error::NotImplemented(format!("The challenge {challenge}").into())),
    };
    let answer = Answer {
        session: session.ok_or(Error::MissingParameter("Session"))?,
        username,
        responses,
    };
    match (code, challenge) {
        (Some((factor, name)), _) => {
            let code = parameters.required(name)?;
            cx.answer_second_factor(pool, client, factor, answer, code).await
        }
        (None, ChallengeNameType::SelectMfaType) => {
            let selected = parameters.required("ANSWER")?.expose();
            cx.answer_select_mfa_type(pool, client, answer, selected).await
        }
        (None, ChallengeNameType::MfaSetup) => cx.answer_mfa_setup(pool, client, answer).await,
        (None, _) => cx.answer_new_password(pool, client, answer).await,
    }
}

/// The members that the answers of all four operations have in common.
struct Members {
    challenge_name: Option<ChallengeNameType>,
    session: Option<Secret>,
    challenge_parameters: Option<BTreeMap<String, String>>,
    authentication_result: Option<AuthenticationResultType>,
}

impl From<Outcome> for Members {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Tokens(tokens) => Self {
                challenge_name: None,
                session: None,
                challenge_parameters: Some(BTreeMap::new()),
                authentication_result: Some(*tokens),
            },
            Outcome::Challenge {
                name,
                session,
                parameters,
            } => Self {
                challenge_name: Some(name),
                session,
                challenge_parameters: Some(parameters),
                authentication_result: None,
            },
        }
    }
}

/// Writes the answer of one of the four operations from an outcome.
macro_rules! answer {
    ($response:ident, $outcome:expr) => {{
        let members = crate::ops::auth::Members::from($outcome);
        $response {
            challenge_name: members.challenge_name,
            session: members.session,
            challenge_parameters: members.challenge_parameters,
            authentication_result: members.authentication_result,
            available_challenges: None,
        }
    }};
}
use answer;
