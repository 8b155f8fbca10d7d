//! Codes that prove the possession of a mailbox or a phone, and how often things may be tried.

use poolhouse_model::{Timestamp, VerifiedAttributeType};
use serde::{Deserialize, Serialize};

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
}

impl Attempt {
    /// How many attempts an hour has.
    pub fn per_hour(self) -> i64 {
        match self {
            Self::ResendConfirmationCode | Self::ChangePassword | Self::RequestAttributeCode => 5,
            Self::ConfirmSignUp | Self::VerifyAttribute => 15,
            Self::ForgotPassword | Self::ConfirmForgotPassword => 20,
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
        }
    }
}
