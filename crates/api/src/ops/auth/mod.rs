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
mod initiation;
mod respond_to_auth_challenge;
mod responses;
mod revoke_token;

use std::collections::BTreeMap;

use poolhouse_domain::clients::{Client, Flow};
use poolhouse_domain::{Error, Result};
use poolhouse_engine::Outcome;
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

/// The `AuthParameters` or `ChallengeResponses` of a request.
struct Parameters<'a>(&'a BTreeMap<String, Secret>);

impl<'a> Parameters<'a> {
    fn get(&self, name: &str) -> Option<&'a Secret> {
        self.0.get(name)
    }

    /// A parameter that is there and not empty.
    fn given(&self, name: &str) -> Option<&'a Secret> {
        self.get(name).filter(|value| !value.expose().is_empty())
    }

    /// The device that the client says it is.
    fn device_key(&self) -> Option<&'a str> {
        self.given("DEVICE_KEY").map(Secret::expose)
    }

    /// A parameter that must be there and not be empty.
    fn required(&self, name: &'static str) -> Result<&'a Secret> {
        self.given(name).ok_or(Error::MissingParameter(name))
    }
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
