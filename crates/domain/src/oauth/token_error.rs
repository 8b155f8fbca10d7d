//! Why the token endpoint refuses.

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
    /// Anything that isn't about OAuth.
    #[error(transparent)]
    Other(#[from] crate::Error),
}

impl TokenError {
    /// The `error_description`, where there is one.
    pub fn description(&self) -> Option<&'static str> {
        match self {
            Self::InvalidRequest(description) => Some(description),
            Self::InvalidClient(description)
            | Self::InvalidGrant(description)
            | Self::UnauthorizedClient(description) => *description,
            _ => None,
        }
    }
}
