//! Signing in, refreshing, revoking, signing out.
//!
//! The public and the administrator's operations differ in who may call them and in one flow; what they do is here once.

mod admin_get_user_auth_factors;
mod admin_initiate_auth;
mod admin_respond_to_auth_challenge;
mod admin_user_global_sign_out;
mod get_client_token;
mod get_derived_token;
mod get_tokens_from_refresh_token;
mod get_user_auth_factors;
mod global_sign_out;
mod initiate_auth;
mod initiation;
mod respond_to_auth_challenge;
mod revoke_token;

use std::collections::BTreeMap;

use poolhouse_domain::clients::{Client, Flow};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{Cx, Outcome, Parameters, Response};
use poolhouse_model::{AuthenticationResultType, ChallengeNameType, Secret};

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
    let response = Response {
        challenge,
        session,
        responses,
        is_browser: false,
    };
    cx.respond(pool, client, response).await
}

/// The members that the answers of all four operations have in common.
#[derive(Default)]
struct Members {
    challenge_name: Option<ChallengeNameType>,
    session: Option<Secret>,
    challenge_parameters: Option<BTreeMap<String, String>>,
    authentication_result: Option<AuthenticationResultType>,
    available_challenges: Option<Vec<ChallengeNameType>>,
}

impl From<Outcome> for Members {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Tokens(tokens) => Self {
                challenge_name: None,
                session: None,
                challenge_parameters: Some(BTreeMap::new()),
                authentication_result: Some(*tokens),
                available_challenges: None,
            },
            // Sign-ins of browsers are never answered here.
            Outcome::SignedIn(_) => Self::default(),
            Outcome::Challenge {
                name,
                session,
                parameters,
                available,
            } => Self {
                challenge_name: Some(name),
                session,
                challenge_parameters: Some(parameters),
                authentication_result: None,
                available_challenges: available,
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
            available_challenges: members.available_challenges,
        }
    }};
}
use answer;
