//! Dynamic client registration (RFC 7591): app clients that applications make for themselves.

use std::borrow::Cow;

use poolhouse_model::{
    DcrConfigurationType, ExplicitAuthFlowsType, OAuthFlowType, PreventUserExistenceErrorTypes, StatusType,
};
use serde::Deserialize;

use crate::clients::{Client, ClientConfiguration, is_redirect_target};
use crate::pools::Pool;
use crate::tokens::ADMIN_SCOPE;

/// The scope of access tokens that may register clients.
pub const REGISTRATION_SCOPE: &str = "aws.cognito/dcr/register";

/// How many clients an address may register per hour without a token.
pub const OPEN_REGISTRATIONS_PER_HOUR: i64 = 20;

/// The scopes that every client may have.
const OPENID_SCOPES: [&str; 4] = ["openid", "email", "phone", "profile"];

/// What an application says of the client that it wants to be. What is not here means nothing: no address of a logo or
/// of keys is ever fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ClientMetadata {
    pub client_name: Option<String>,
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Where browsers may be sent after a sign-out.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    pub grant_types: Option<Vec<String>>,
    pub response_types: Option<Vec<String>>,
    /// Separated by spaces.
    pub scope: Option<String>,
    pub token_endpoint_auth_method: Option<String>,
}

/// Who registers a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registrant {
    Anybody,
    /// The bearer of an access token with the scope of registration.
    Bearer,
}

impl Registrant {
    /// The flows that `rules` allow this registrant; at least one. The implicit flow is none for clients that register
    /// themselves.
    pub fn allowed_flows(self, rules: &DcrConfigurationType) -> Result<Vec<OAuthFlowType>, RegistrationError> {
        let (listed, default) = match self {
            Self::Anybody if !rules.open_dcr_enabled.unwrap_or(false) => return Err(RegistrationError::TokenMissing),
            Self::Anybody => (&rules.open_dcr_grant_types, vec![OAuthFlowType::Code]),
            Self::Bearer => (
                &rules.authenticated_grant_types,
                vec![OAuthFlowType::Code, OAuthFlowType::ClientCredentials],
            ),
        };
        let mut flows = listed.clone().unwrap_or(default);
        flows.retain(|flow| *flow != OAuthFlowType::Implicit);
        if flows.is_empty() {
            return Err(RegistrationError::Denied);
        }
        Ok(flows)
    }
}

/// Why a client is not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// The pool registers no clients, or the address names no pool.
    #[error("not_found")]
    NotOffered,
    /// The pool wants an access token, and there is none.
    #[error("invalid_token")]
    TokenMissing,
    #[error("invalid_token")]
    TokenInvalid,
    #[error("insufficient_scope")]
    TokenScope,
    /// The pool allows this registrant no grant at all.
    #[error("access_denied")]
    Denied,
    #[error("invalid_redirect_uri")]
    InvalidRedirectUri(&'static str),
    #[error("invalid_client_metadata")]
    InvalidMetadata(Cow<'static, str>),
    /// Anything that isn't about registration.
    #[error(transparent)]
    Other(#[from] crate::Error),
}

impl RegistrationError {
    /// Refuses metadata for the reason that `sentence` tells.
    pub fn metadata(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidMetadata(sentence.into())
    }
}

/// How a client proves at the token endpoint who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMethod {
    None,
    ClientSecretBasic,
    ClientSecretPost,
}

impl AuthMethod {
    const ALL: [Self; 3] = [Self::None, Self::ClientSecretBasic, Self::ClientSecretPost];

    /// The method as RFC 7591 calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
        }
    }
}

/// What is registered for an application.
#[derive(Debug, Clone)]
pub struct ClientRegistration {
    pub auth_method: AuthMethod,
    pub configuration: ClientConfiguration,
}

impl Pool {
    /// How clients register themselves, in a pool that lets them.
    pub fn registration(&self) -> Option<&DcrConfigurationType> {
        let registration = self.settings.dcr_configuration.as_ref();
        registration.filter(|registration| registration.enable_status == Some(StatusType::Enabled))
    }
}

impl ClientRegistration {
    /// Decides what `registrant` gets for `metadata`. `custom_scopes` are those of the pool's resource servers.
    pub fn decide(
        rules: &DcrConfigurationType,
        registrant: Registrant,
        metadata: ClientMetadata,
        custom_scopes: &[String],
    ) -> Result<Self, RegistrationError> {
        let flows = flows(&registrant.allowed_flows(rules)?, metadata.grant_types.as_deref())?;
        let uses_code = flows.contains(&OAuthFlowType::Code);
        if let Some(types) = &metadata.response_types
            && (types.iter().any(|kind| kind != "code") || types.is_empty() == uses_code)
        {
            return Err(RegistrationError::metadata(
                "response_types does not match the grant types.",
            ));
        }
        if uses_code && metadata.redirect_uris.is_empty() {
            return Err(RegistrationError::InvalidRedirectUri("redirect_uris is missing."));
        }
        if !metadata.redirect_uris.iter().all(|uri| is_redirect_target(uri)) {
            return Err(RegistrationError::InvalidRedirectUri(
                "One or more of the redirect_uris is invalid.",
            ));
        }
        let scopes = scopes(rules, metadata.scope.as_deref(), uses_code, custom_scopes)?;
        let method = metadata.token_endpoint_auth_method.as_deref();
        let method = method.unwrap_or(AuthMethod::ClientSecretBasic.as_str());
        let auth_method = AuthMethod::ALL.into_iter().find(|known| known.as_str() == method);
        let some = |list: Vec<String>| Some(list).filter(|list| !list.is_empty());
        Ok(Self {
            auth_method: auth_method
                .ok_or_else(|| RegistrationError::metadata("The token_endpoint_auth_method is not supported."))?,
            configuration: ClientConfiguration {
                name: metadata.client_name,
                callback_urls: some(metadata.redirect_uris),
                logout_urls: some(metadata.post_logout_redirect_uris),
                allowed_oauth_flows: Some(flows),
                allowed_oauth_scopes: Some(scopes),
                allowed_oauth_flows_user_pool_client: true,
                // Users sign in on the pages of the pool, never through the client itself.
                explicit_auth_flows: Some(vec![ExplicitAuthFlowsType::AllowRefreshTokenAuth]),
                supported_identity_providers: Some(vec!["COGNITO".to_owned()]),
                prevent_user_existence_errors: Some(PreventUserExistenceErrorTypes::Enabled),
                ..ClientConfiguration::default()
            },
        })
    }
}

impl Client {
    /// The grant types of the client as RFC 7591 names them.
    pub fn grant_types(&self) -> Vec<&'static str> {
        if self.allows_oauth_flow(OAuthFlowType::ClientCredentials) {
            vec!["client_credentials"]
        } else {
            vec!["authorization_code", "refresh_token"]
        }
    }
}

/// The flows that belong to the grant types that are asked for.
fn flows(allowed: &[OAuthFlowType], requested: Option<&[String]>) -> Result<Vec<OAuthFlowType>, RegistrationError> {
    let Some(requested) = requested else {
        return flows(allowed, Some(&["authorization_code".to_owned()]));
    };
    let mut flows = Vec::new();
    for grant_type in requested {
        let flow = match grant_type.as_str() {
            "authorization_code" => OAuthFlowType::Code,
            "client_credentials" => OAuthFlowType::ClientCredentials,
            "refresh_token" => continue,
            _ => return Err(RegistrationError::metadata("A grant type is not supported.")),
        };
        if !allowed.contains(&flow) {
            let sentence = format!("The grant type {grant_type} is not allowed.");
            return Err(RegistrationError::metadata(sentence));
        }
        if !flows.contains(&flow) {
            flows.push(flow);
        }
    }
    let refreshes = requested.iter().any(|grant_type| grant_type == "refresh_token");
    if flows.is_empty() || (refreshes && !flows.contains(&OAuthFlowType::Code)) {
        return Err(RegistrationError::metadata(
            "The grant types give no tokens, or none that can be refreshed.",
        ));
    }
    Ok(flows)
}

/// The scopes that the client gets: those that it asks for, or all that clients of its kind may have.
fn scopes(
    rules: &DcrConfigurationType,
    requested: Option<&str>,
    uses_code: bool,
    custom_scopes: &[String],
) -> Result<Vec<String>, RegistrationError> {
    let listed = rules.allowed_scopes.as_deref().unwrap_or_default();
    let allowed = |scope: &str| {
        scope != REGISTRATION_SCOPE && (OPENID_SCOPES.contains(&scope) || listed.iter().any(|allowed| allowed == scope))
    };
    let requested: Vec<String> = requested
        .unwrap_or_default()
        .split_ascii_whitespace()
        .map(str::to_owned)
        .collect();
    if requested.is_empty() {
        if uses_code {
            return Ok(OPENID_SCOPES.map(str::to_owned).to_vec());
        }
        let is_for_machines =
            |scope: &&String| allowed(scope) && *scope != ADMIN_SCOPE && custom_scopes.contains(scope);
        return Ok(listed.iter().filter(is_for_machines).cloned().collect());
    }
    match requested.iter().find(|scope| !allowed(scope)) {
        Some(scope) => Err(RegistrationError::metadata(format!(
            "The scope {scope} is not allowed."
        ))),
        None => Ok(requested),
    }
}
