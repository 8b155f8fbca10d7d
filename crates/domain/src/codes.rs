//! Codes that prove the possession of a mailbox or a phone, and how often things may be tried.

use poolhouse_model::{Timestamp, VerifiedAttributeType};
use serde::{Deserialize, Serialize};

use crate::users::User;
use crate::{DAY, HOUR};

/// Digits of a confirmation, verification or reset code.
pub const CODE_DIGITS: usize = 6;

/// What a code is good for; a code of one purpose is worthless for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodePurpose {
    /// Confirms a sign-up.
    SignUp,
    /// Resets a forgotten password.
    Reset,
    /// Verifies an e-mail address.
    VerifyEmail,
    /// Verifies a phone number.
    VerifyPhoneNumber,
}

impl CodePurpose {
    /// The purpose of verifying `attribute`.
    pub fn verify(attribute: VerifiedAttributeType) -> Self {
        match attribute {
            VerifiedAttributeType::Email => Self::VerifyEmail,
            VerifiedAttributeType::PhoneNumber => Self::VerifyPhoneNumber,
        }
    }

    /// The name under which codes of this purpose are stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Reset => "reset",
            Self::VerifyEmail => "verify:email",
            Self::VerifyPhoneNumber => "verify:phone_number",
        }
    }

    /// How long a code lasts, in milliseconds.
    pub fn lifetime(self) -> i64 {
        match self {
            Self::Reset => HOUR,
            Self::SignUp | Self::VerifyEmail | Self::VerifyPhoneNumber => DAY,
        }
    }
}

/// A code as it is stored: only a keyed hash of its digits.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    pub pool_id: String,
    pub sub: String,
    pub purpose: CodePurpose,
    /// Keyed hash of the digits, bound to pool, user and purpose.
    pub hash: String,
    pub expires_at: Timestamp,
    pub delivery: CodeDelivery,
}

impl Code {
    /// Whether the code may still be redeemed: it has not expired, and what it was sent to is `user`'s as it was then.
    pub fn stands(&self, user: &User, now: Timestamp) -> bool {
        let CodeDelivery { attribute, destination } = &self.delivery;
        let name = attribute.as_str();
        let has = user.attributes.get(name) == Some(destination.as_str());
        let is_theirs = match self.purpose {
            CodePurpose::SignUp => has,
            CodePurpose::Reset => has && user.attributes.is_verified(name),
            CodePurpose::VerifyEmail | CodePurpose::VerifyPhoneNumber => {
                has || user.pending.get(name) == Some(destination)
            }
        };
        is_theirs && self.expires_at > now
    }
}

/// Where a code went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodeDelivery {
    /// The attribute that the code proves.
    pub attribute: VerifiedAttributeType,
    /// The address or number as it was when the code was sent; the code proves no other.
    pub destination: String,
}

/// Attempts that are counted per user and hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    ConfirmSignUp,
    ResendConfirmationCode,
    ForgotPassword,
    ConfirmForgotPassword,
    ChangePassword,
    RequestAttributeCode,
    VerifyAttribute,
    /// A code by e-mail or SMS to sign in with, which anybody may ask for who knows a name.
    SignInCode,
}

impl Attempt {
    /// How many attempts an hour has.
    pub fn per_hour(self) -> i64 {
        match self {
            Self::ResendConfirmationCode | Self::ChangePassword | Self::RequestAttributeCode => 5,
            Self::ConfirmSignUp | Self::VerifyAttribute => 15,
            Self::ForgotPassword | Self::ConfirmForgotPassword | Self::SignInCode => 20,
        }
    }

    /// The name under which attempts are counted.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmSignUp => "confirm_sign_up",
            Self::ResendConfirmationCode => "resend_confirmation_code",
            Self::ForgotPassword => "forgot_password",
            Self::ConfirmForgotPassword => "confirm_forgot_password",
            Self::ChangePassword => "change_password",
            Self::RequestAttributeCode => "request_attribute_code",
            Self::VerifyAttribute => "verify_attribute",
            Self::SignInCode => "sign_in_code",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use poolhouse_model::UserStatusType;

    use super::*;
    use crate::attributes::Attributes;
    use crate::testing::attributes;

    const SENT_AT: i64 = 1_800_000_000_000;

    fn user(attributes: Attributes) -> User {
        User {
            pool_id: "us-east-1_AbC123xYz".into(),
            username: "alice".into(),
            sub: "1-2".into(),
            status: UserStatusType::Confirmed,
            enabled: true,
            attributes,
            pending: BTreeMap::new(),
            password: None,
            password_history: Vec::new(),
            mfa: crate::mfa::MfaPreferences::default(),
            created_at: Timestamp::from_millis(SENT_AT),
            modified_at: Timestamp::from_millis(SENT_AT),
            version: 0,
        }
    }

    fn code(purpose: CodePurpose) -> Code {
        Code {
            pool_id: "us-east-1_AbC123xYz".into(),
            sub: "1-2".into(),
            purpose,
            hash: "hash".into(),
            expires_at: Timestamp::from_millis(SENT_AT + purpose.lifetime()),
            delivery: CodeDelivery {
                attribute: VerifiedAttributeType::Email,
                destination: "a@example.com".into(),
            },
        }
    }

    const PURPOSES: [CodePurpose; 3] = [CodePurpose::SignUp, CodePurpose::Reset, CodePurpose::VerifyEmail];

    #[test]
    fn a_code_stands_until_its_lifetime_is_over() {
        let alice = user(attributes([("email", "a@example.com"), ("email_verified", "true")]));
        for (purpose, lifetime) in PURPOSES.into_iter().zip([24 * HOUR, HOUR, 24 * HOUR]) {
            let stands = |age: i64| code(purpose).stands(&alice, Timestamp::from_millis(SENT_AT + age));
            assert!(stands(0) && stands(lifetime - 1), "{purpose:?}");
            assert!(!stands(lifetime), "{purpose:?}");
        }
    }

    #[test]
    fn a_code_proves_the_address_that_it_was_sent_to_and_no_other() {
        let now = Timestamp::from_millis(SENT_AT);
        let stands = |user: &User| PURPOSES.map(|purpose| code(purpose).stands(user, now));
        let of = |email, verified| user(attributes([("email", email), ("email_verified", verified)]));
        assert_eq!(stands(&of("a@example.com", "true")), [true, true, true]);
        assert_eq!(stands(&of("a@example.com", "false")), [true, false, true]);
        assert_eq!(stands(&of("b@example.com", "true")), [false, false, false]);
        assert_eq!(stands(&user(Attributes::default())), [false, false, false]);
        let mut changing = of("b@example.com", "true");
        changing.pending.insert("email".into(), "a@example.com".into());
        assert_eq!(stands(&changing), [false, false, true]);
    }
}
