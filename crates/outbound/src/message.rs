//! A rendered message to one user, and why it was sent.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A rendered message to one user.
///
/// Its `Debug` form names the pool, the medium and the kind only: the rest identifies a person or lets somebody in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The user pool on whose behalf it is sent.
    pub pool_id: String,
    /// The user's name in that pool.
    pub username: String,
    /// An e-mail address or an E.164 phone number.
    pub to: String,
    pub medium: Medium,
    pub kind: Kind,
    /// The pool's own sender, `address` or `Name <address>`; `None` means the server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Where answers go, `address` or `Name <address>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The set of rules under which Amazon SES is to send a mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration_set: Option<String>,
    /// The subject of a mail; an SMS has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The rendered template; a mail's may hold HTML.
    pub body: String,
    /// The code that the body shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The verification link that the body shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The temporary password that an invitation shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temporary_password: Option<String>,
    /// When it was sent, in milliseconds since the Unix epoch.
    pub sent_at: i64,
}

impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Message")
            .field("pool_id", &self.pool_id)
            .field("medium", &self.medium)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Medium {
    Email,
    Sms,
}

impl Medium {
    /// The name that the inbox and the logs use: `email` or `sms`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}

impl fmt::Display for Medium {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Why a message is sent: the occasions of Cognito's custom message trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The confirmation code after `SignUp`.
    SignUp,
    /// A new confirmation code, asked for with `ResendConfirmationCode`.
    ResendCode,
    /// The code that resets a password.
    ForgotPassword,
    /// The code after an e-mail address or a phone number was changed.
    UpdateUserAttribute,
    /// The code asked for with `GetUserAttributeVerificationCode`.
    VerifyUserAttribute,
    /// The invitation of a user that an administrator created.
    AdminCreateUser,
    /// The code of a sign-in challenge.
    Authentication,
}

impl Kind {
    pub const ALL: [Self; 7] = [
        Self::SignUp,
        Self::ResendCode,
        Self::ForgotPassword,
        Self::UpdateUserAttribute,
        Self::VerifyUserAttribute,
        Self::AdminCreateUser,
        Self::Authentication,
    ];

    /// The name that the inbox and the logs use, such as `sign-up`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign-up",
            Self::ResendCode => "resend-code",
            Self::ForgotPassword => "forgot-password",
            Self::UpdateUserAttribute => "update-user-attribute",
            Self::VerifyUserAttribute => "verify-user-attribute",
            Self::AdminCreateUser => "admin-create-user",
            Self::Authentication => "authentication",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A name that is no message kind; it says which names are.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown message kind; the kinds are {}", Kind::ALL.map(Kind::as_str).join(", "))]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or(UnknownKind)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Delivery;

    /// A sign-up code for Alice.
    pub fn sign_up_code() -> Message {
        Message {
            pool_id: "us-east-1_abc123XYZ".to_owned(),
            username: "alice".to_owned(),
            to: "alice@example.com".to_owned(),
            medium: Medium::Email,
            kind: Kind::SignUp,
            from: None,
            reply_to: None,
            configuration_set: None,
            subject: Some("Your verification code".to_owned()),
            body: "Your confirmation code is 123456".to_owned(),
            code: Some("123456".to_owned()),
            link: None,
            temporary_password: None,
            sent_at: 1_700_000_000_000,
        }
    }

    /// The first attempt to deliver a message.
    pub fn delivery(message: Message) -> Delivery {
        Delivery {
            id: "4f1c9f3e-0000-4000-8000-000000000001".to_owned(),
            attempted_at: message.sent_at,
            message,
        }
    }

    #[test]
    fn debug_shows_neither_the_person_nor_the_secret() {
        let message = Message {
            link: Some("https://example.com/confirm?code=123456".to_owned()),
            temporary_password: Some("Temporary1!".to_owned()),
            ..sign_up_code()
        };
        assert_eq!(
            format!("{message:?}"),
            r#"Message { pool_id: "us-east-1_abc123XYZ", medium: Email, kind: SignUp, .. }"#
        );
    }

    #[test]
    fn every_kind_is_found_by_its_name_and_serialised_as_it() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!("SignUp".parse::<Kind>(), Err(UnknownKind));
        assert_eq!(
            UnknownKind.to_string(),
            "unknown message kind; the kinds are sign-up, resend-code, forgot-password, update-user-attribute, \
             verify-user-attribute, admin-create-user, authentication"
        );
    }
}
