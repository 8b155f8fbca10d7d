//! OAuth 2.0 and OpenID Connect: what clients may ask for, and what they are given.
//!
//! Sources: RFC 6749, RFC 7636, RFC 8707, RFC 9207, OpenID Connect Core 1.0, and where it differs, Amazon Cognito.

mod authorization;
mod browser_session;
mod exchange;
mod parameters;
pub mod pkce;
mod registration;
mod scopes;
mod strict;
mod token_error;

pub use authorization::{Authorization, AuthorizationCode, PageError, Prompt, Refusal, ResponseType};
pub use browser_session::BrowserSession;
pub(crate) use exchange::keep_from_showing_more;
pub use exchange::{acting, derived_scopes};
pub use parameters::{Parameters, Repeated};
pub use registration::{
    AuthMethod, ClientMetadata, ClientRegistration, OPEN_REGISTRATIONS_PER_HOUR, REGISTRATION_SCOPE, Registrant,
    RegistrationError,
};
pub use scopes::{AttributeScopes, Grant, M2mScopes, OPENID, PROFILE, granted_scopes, machine_scopes};
pub use strict::{RequestedClaims, requested_attributes};
pub use token_error::TokenError;

use poolhouse_model::OAuthFlowType;

use crate::clients::Client;
use crate::pools::Pool;
use crate::{DAY, MINUTE};

/// How long an authorization code may be redeemed, in milliseconds.
pub const CODE_LIFETIME: i64 = 5 * MINUTE;

/// How long managed login uses a sign-in again, in milliseconds, where nobody says.
pub const BROWSER_SESSION_LIFETIME: i64 = 60 * MINUTE;

/// How long it does at most, where app clients say, in milliseconds.
pub const LONGEST_BROWSER_SESSION: i64 = 90 * DAY;

impl Client {
    /// How old a sign-in to managed login may be that the client uses again, in milliseconds.
    pub fn browser_session_lifetime(&self, pool: &Pool) -> i64 {
        if pool.tracks_sessions() {
            i64::from(self.sso_session_configuration().max_validity_minutes) * MINUTE
        } else {
            BROWSER_SESSION_LIFETIME
        }
    }

    /// Whether the client may use the OAuth endpoints at all.
    pub fn uses_oauth(&self) -> bool {
        self.settings.allowed_oauth_flows_user_pool_client.unwrap_or(false)
    }

    /// Whether the client may use this OAuth flow.
    pub fn allows_oauth_flow(&self, flow: OAuthFlowType) -> bool {
        let flows = self.settings.allowed_oauth_flows.as_deref().unwrap_or_default();
        self.uses_oauth() && flows.contains(&flow)
    }

    /// The scopes that the client may ask for.
    pub fn allowed_scopes(&self) -> &[String] {
        self.settings.allowed_oauth_scopes.as_deref().unwrap_or_default()
    }

    /// Whether browsers may be sent to exactly this address after a sign-in.
    pub fn has_callback(&self, url: &str) -> bool {
        let registered = self.settings.callback_urls.as_deref().unwrap_or_default();
        registered.iter().any(|callback| callback == url)
    }

    /// Whether browsers may be sent to exactly this address after a sign-out.
    pub fn has_logout_url(&self, url: &str) -> bool {
        let registered = self.settings.logout_urls.as_deref().unwrap_or_default();
        registered.iter().any(|logout| logout == url)
    }
}
