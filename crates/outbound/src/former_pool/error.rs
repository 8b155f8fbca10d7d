//! Why a former pool can't be asked, or gave no answer.

use poolhouse_model::{ChallengeNameType, ErrorName};

/// Why a former pool can't be asked with the configured settings.
#[derive(Debug, thiserror::Error)]
pub enum FormerPoolSettingError {
    #[error("the URL of the former user pool is not a URL")]
    Syntax(#[from] url::ParseError),
    #[error("the URL of the former user pool must begin with http:// or https://")]
    Scheme,
    #[error("the HTTP client for the former user pool cannot be set up")]
    Client(#[source] reqwest::Error),
}

/// Why a former pool gave no answer. None of the texts hold the name or the password.
#[derive(Debug, thiserror::Error)]
pub enum FormerPoolError {
    /// The pool could not be reached, or the conversation with it broke off.
    #[error("the former user pool could not be reached")]
    Unreachable(#[source] reqwest::Error),
    /// The pool is at an address that this server does not call.
    #[error("the former user pool is at an address that is not allowed")]
    Forbidden,
    /// The pool took too long.
    #[error("the former user pool did not answer in time")]
    TimedOut,
    /// The password is right, but the pool asks for more before it lets the user in.
    #[error("the former user pool asks for {challenge}")]
    Challenged { challenge: ChallengeNameType },
    /// The pool wants to be asked later.
    #[error("the former user pool has too many requests")]
    TooManyRequests,
    /// The pool is set up otherwise than the settings say, or has failed.
    #[error("the former user pool refused with {code}: {message}")]
    Refused { code: String, message: String },
    /// The answer is not one of the JSON API.
    #[error("the former user pool gave an answer that cannot be read")]
    Unreadable,
    /// The answer is longer than any answer may be.
    #[error("the former user pool answered more than {limit} bytes")]
    TooLong { limit: usize },
}

impl FormerPoolError {
    /// The error that a fault of the JSON API is.
    pub(super) fn from_fault(code: &str, message: Option<String>) -> Self {
        let message = message.unwrap_or_default();
        match code.parse() {
            Ok(ErrorName::TooManyRequests | ErrorName::LimitExceeded) => Self::TooManyRequests,
            _ => Self::Refused {
                code: code.to_owned(),
                message,
            },
        }
    }

    /// Whether the pool keeps the user out, and the settings are right.
    pub(super) fn is_about_user(&self) -> bool {
        let Self::Refused { code, message } = self else {
            return false;
        };
        match code.parse() {
            Ok(ErrorName::UserNotFound | ErrorName::UserNotConfirmed | ErrorName::PasswordResetRequired) => true,
            // A client secret that is wrong or missing is refused under the same name.
            Ok(ErrorName::NotAuthorized) => !message.to_ascii_lowercase().contains("secret"),
            _ => false,
        }
    }
}
