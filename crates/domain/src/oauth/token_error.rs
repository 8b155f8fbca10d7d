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
    /// The `error_description` in a pool that keeps to the standard, where there is always one.
    pub fn standard_description(&self) -> Option<&'static str> {
        self.description().or(match self {
            Self::InvalidClient(_) => Some("The client is unknown or has not proved who it is."),
            Self::InvalidGrant(_) => Some("The grant is unknown, used, expired, revoked, or of another client."),
            Self::InvalidScope => Some("A requested scope is unknown or not allowed."),
            Self::UnauthorizedClient(_) => Some("The client may not use this grant_type."),
            Self::UnsupportedGrantType => Some("The grant_type is not supported."),
            Self::UnsupportedTokenType => Some("The type of the token is not supported."),
            Self::InvalidRequest(_) | Self::Other(_) => None,
        })
    }

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
