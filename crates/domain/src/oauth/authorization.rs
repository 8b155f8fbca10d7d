//! The authorization request: what a browser brings to `/oauth2/authorize`, checked in Cognito's order.

use std::borrow::Cow;

use poolhouse_model::{OAuthFlowType, Timestamp, UserPoolTierType};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Grant, Parameters, granted_scopes, pkce, strict};
use crate::Error;
use crate::assurance::{Level, Methods};
use crate::clients::Client;
use crate::pools::Pool;

/// How the answer of an authorization reaches the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseType {
    /// A code in the query, which the client redeems.
    Code,
    /// Tokens in the fragment: the implicit grant.
    Token,
}

/// What the request says of the pages that the user sees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prompt {
    /// No page may be shown.
    pub none: bool,
    /// The user signs in again.
    pub login: bool,
    /// The user chooses the account.
    pub select_account: bool,
}

/// A checked authorization request.
#[derive(Debug, Clone, PartialEq)]
pub struct Authorization {
    pub client_id: String,
    pub redirect_uri: String,
    /// Whether the request itself names the address, so that the token request has to repeat it.
    pub names_redirect: bool,
    pub response_type: ResponseType,
    pub state: Option<String>,
    pub grant: Grant,
    /// The challenge of PKCE.
    pub code_challenge: Option<String>,
    pub prompt: Prompt,
    /// How long ago the user may have signed in, in seconds.
    pub max_age: Option<i64>,
    /// The levels of assurance that are asked for, in the client's order.
    pub levels: Vec<Level>,
    /// The user who is to be signed in, and no other.
    pub sub: Option<String>,
}

/// A code that was given to a client, as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthorizationCode {
    pub pool_id: String,
    pub client_id: String,
    pub sub: String,
    pub redirect_uri: String,
    /// Whether the request named the address, so that the token request has to repeat it.
    pub names_redirect: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    pub grant: Grant,
    /// When the user proved who they are, and how.
    pub authenticated_at: Timestamp,
    #[serde(default)]
    pub methods: Methods,
    #[serde(default)]
    pub tells_level: bool,
    /// The SSO session that it came through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    pub expires_at: Timestamp,
}

/// A fault in the request that the client can't be told: its address is not known to be its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageError {
    ParametersMissing,
    ClientUnknown,
    RedirectMismatch,
    /// Anything else that is wrong with it.
    RequestInvalid,
}

/// A fault in the request that the client is told at its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub error: &'static str,
    pub description: Option<Cow<'static, str>>,
}

impl Refusal {
    pub fn new(error: &'static str) -> Self {
        Self {
            error,
            description: None,
        }
    }

    /// A scope that doesn't exist or isn't the client's, in Cognito's words.
    pub fn invalid_scope() -> Self {
        Self {
            error: "invalid_request",
            description: Some("invalid_scope".into()),
        }
    }

    /// What a trigger kept from the client: in Cognito's words, which end with a space.
    pub fn by_trigger(error: &Error) -> Self {
        Self {
            error: "invalid_request",
            description: Some(format!("{error} ").into()),
        }
    }

    /// The parameters that tell of the refusal. Cognito names the error first in a query and last in a fragment.
    pub fn parameters(&self, kind: ResponseType) -> Vec<(&'static str, &str)> {
        let description = self.description.as_deref().map(|text| ("error_description", text));
        let error = [("error", self.error)].into_iter();
        match kind {
            ResponseType::Code => error.chain(description).collect(),
            ResponseType::Token => description.into_iter().chain(error).collect(),
        }
    }
}

impl Authorization {
    /// The address that the answer goes to: registered with the client, exactly as it stands.
    pub fn redirect_uri(client: &Client, parameters: &Parameters) -> Result<String, PageError> {
        let given = parameters
            .one("redirect_uri")
            .map_err(|_| PageError::RedirectMismatch)?;
        match given.or(client.settings.default_redirect_uri.as_deref()) {
            None => Err(PageError::ParametersMissing),
            Some(uri) if client.has_callback(uri) => Ok(uri.to_owned()),
            Some(_) => Err(PageError::RedirectMismatch),
        }
    }

    /// Checks all that the client is told about at `redirect_uri`. `custom_scopes` are those of the pool's resource
    /// servers.
    pub fn check(
        pool: &Pool,
        client: &Client,
        custom_scopes: &[String],
        redirect_uri: String,
        parameters: &Parameters,
    ) -> Result<Self, Refusal> {
        let invalid = || Refusal::new("invalid_request");
        if parameters.repeats() || parameters.has_nul() {
            return Err(invalid());
        }
        let is_strict = pool.is_oidc_strict();
        let claims = is_strict.then(|| strict::check(client, parameters)).transpose()?;
        let response_type = match parameters.get("response_type") {
            Some("code") => ResponseType::Code,
            Some("token") => ResponseType::Token,
            _ => return Err(invalid()),
        };
        let code_challenge = code_challenge(parameters).ok_or_else(invalid)?;
        let resource = match parameters.get("resource") {
            Some(resource) if !is_resource(resource) => return Err(invalid()),
            resource => resource.map(str::to_owned),
        };
        let prompt = prompt(parameters).ok_or_else(invalid)?;
        let has_levels = is_strict || pool.tier() != UserPoolTierType::Lite;
        let max_age = match parameters.get("max_age").filter(|_| has_levels).map(str::parse::<u32>) {
            None => None,
            Some(Ok(seconds)) => Some(i64::from(seconds)),
            Some(Err(_)) => return Err(invalid()),
        };
        let flow = match response_type {
            ResponseType::Code => OAuthFlowType::Code,
            ResponseType::Token => OAuthFlowType::Implicit,
        };
        if !client.allows_oauth_flow(flow) {
            return Err(Refusal::new("unauthorized_client"));
        }
        let scopes = granted_scopes(client, custom_scopes, parameters.get("scope"))?;
        let acr_values = parameters.get("acr_values").filter(|_| has_levels);
        Ok(Self {
            client_id: client.id().to_owned(),
            redirect_uri,
            names_redirect: parameters.get("redirect_uri").is_some(),
            response_type,
            state: parameters.get("state").map(str::to_owned),
            sub: claims.as_ref().and_then(|claims| claims.sub.clone()),
            grant: Grant {
                scopes,
                nonce: parameters.get("nonce").map(str::to_owned),
                resource,
                strict: claims,
            },
            code_challenge,
            prompt,
            max_age,
            levels: acr_values.map_or_else(Vec::new, |list| Level::named(list, pool.level_names())),
        })
    }

    /// The address of the answer with `answer` in it: in the query, or in the fragment of an implicit client.
    pub fn location(redirect_uri: &str, response_type: ResponseType, answer: &[(&str, &str)]) -> String {
        let answer: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(answer)
            .finish();
        // Registered addresses have no fragment.
        let joint = match response_type {
            ResponseType::Token => '#',
            ResponseType::Code if redirect_uri.contains('?') => '&',
            ResponseType::Code => '?',
        };
        format!("{redirect_uri}{joint}{answer}")
    }

    /// How the client, whose request may be faulty, is told of faults: implicit clients look at the fragment.
    pub fn refusal_type(parameters: &Parameters) -> ResponseType {
        match parameters.get("response_type") {
            Some("token") => ResponseType::Token,
            _ => ResponseType::Code,
        }
    }
}

/// The challenge of PKCE: both parameters or none, and S256 only. None where they don't fit.
#[expect(clippy::option_option, reason = "no fault and no challenge are different answers")]
fn code_challenge(parameters: &Parameters) -> Option<Option<String>> {
    match (
        parameters.get("code_challenge"),
        parameters.get("code_challenge_method"),
    ) {
        (None, None) => Some(None),
        (Some(challenge), Some(pkce::S256)) if pkce::is_challenge(challenge) => Some(Some(challenge.to_owned())),
        _ => None,
    }
}

/// Whether `resource` names one as Cognito allows: by https, by http on this machine, or by a scheme of its own.
fn is_resource(resource: &str) -> bool {
    let Ok(parsed) = Url::parse(resource) else { return false };
    let is_http_elsewhere = parsed.scheme() == "http" && parsed.host_str() != Some("localhost");
    !is_http_elsewhere && parsed.fragment().is_none()
}

/// What the pages are to do; `none` stands alone.
fn prompt(parameters: &Parameters) -> Option<Prompt> {
    let mut prompt = Prompt::default();
    let words: Vec<&str> = parameters
        .get("prompt")
        .unwrap_or_default()
        .split_ascii_whitespace()
        .collect();
    for word in &words {
        match *word {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "select_account" => prompt.select_account = true,
            "consent" => {}
            _ => return None,
        }
    }
    (!prompt.none || words.len() == 1).then_some(prompt)
}

#[cfg(test)]
#[path = "authorization_tests.rs"]
mod tests;
