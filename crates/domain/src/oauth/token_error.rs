//! Why the token endpoint refuses.

use std::borrow::Cow;

use super::strict::standard_text;
use crate::Error;

/// A refusal of the token endpoint, as RFC 6749, section 5.2, names it.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("invalid_request")]
    InvalidRequest(&'static str),
    #[error("invalid_client")]
    InvalidClient(Option<&'static str>),
    #[error("invalid_grant")]
    InvalidGrant(Option<&'static str>),
    #[error("invalid_scope")]
    InvalidScope,
    #[error("unauthorized_client")]
    UnauthorizedClient(Option<&'static str>),
    #[error("unsupported_grant_type")]
    UnsupportedGrantType,
    #[error("unsupported_token_type")]
    UnsupportedTokenType,
    /// The function of a trigger kept the tokens from the client; the sentence says how.
    #[error("invalid_grant")]
    Trigger(String),
    /// Anything that isn't about OAuth.
    #[error(transparent)]
    Other(Error),
}

impl From<Error> for TokenError {
    fn from(error: Error) -> Self {
        if error.is_of_trigger() {
            Self::Trigger(error.to_string())
        } else {
            Self::Other(error)
        }
    }
}

impl TokenError {
    /// The `error_description` in a pool that keeps to the standard, where there is always one.
    pub fn standard_description(&self) -> Option<Cow<'_, str>> {
        if let Self::Trigger(sentence) = self {
            return Some(standard_text(sentence).into());
        }
        let description = self.description().or(match self {
            Self::InvalidClient(_) => Some("The client is unknown or has not proved who it is."),
            Self::InvalidGrant(_) => Some("The grant is unknown, used, expired, revoked, or of another client."),
            Self::InvalidScope => Some("A requested scope is unknown or not allowed."),
            Self::UnauthorizedClient(_) => Some("The client may not use this grant_type."),
            Self::UnsupportedGrantType => Some("The grant_type is not supported."),
            Self::UnsupportedTokenType => Some("The type of the token is not supported."),
            Self::InvalidRequest(_) | Self::Trigger(_) | Self::Other(_) => None,
        });
        description.map(Cow::Borrowed)
    }

    /// The `error_description`, where there is one.
    pub fn description(&self) -> Option<&str> {
        match self {
            Self::InvalidRequest(description) => Some(description),
            Self::InvalidClient(description)
            | Self::InvalidGrant(description)
            | Self::UnauthorizedClient(description) => *description,
            Self::Trigger(sentence) => Some(sentence),
            Self::InvalidScope | Self::UnsupportedGrantType | Self::UnsupportedTokenType | Self::Other(_) => None,
        }
    }
}
