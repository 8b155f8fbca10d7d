//! Who signs in, and by what.

use askama::Template;

use super::{Href, Page};

/// What a user of the pool signs in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginName {
    Username,
    Email,
    Phone,
    EmailOrPhone,
}

impl LoginName {
    /// The message that labels the field.
    pub fn label(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::Phone => "phone-number",
            Self::EmailOrPhone => "email-or-phone",
        }
    }

    /// The keyboard that phones show.
    pub fn input_mode(self) -> &'static str {
        match self {
            Self::Username => "text",
            Self::Email | Self::EmailOrPhone => "email",
            Self::Phone => "tel",
        }
    }
}

/// An identity provider to sign in with instead.
#[derive(Clone, Debug)]
pub struct Provider<'a> {
    pub name: &'a str,
    pub href: Href,
}

/// The first page: the name, and the password unless it is asked for later.
#[derive(Debug, Template)]
#[template(path = "login/sign_in.html")]
pub struct SignIn<'a> {
    pub page: Page<'a>,
    /// Whether users of the pool itself may sign in; providers are offered in any case.
    pub local: bool,
    pub login_name: LoginName,
    pub username: &'a str,
    pub with_password: bool,
    pub providers: &'a [Provider<'a>],
    pub sign_up: Option<Href>,
    pub forgot_password: Option<Href>,
}

/// The password of a user who said who they are.
#[expect(clippy::struct_field_names, reason = "a forgotten password is what it is called")]
#[derive(Debug, Template)]
#[template(path = "login/password.html")]
pub struct Password<'a> {
    pub page: Page<'a>,
    pub username: &'a str,
    pub forgot_password: Option<Href>,
    /// Back to the choice of factors, where there are others.
    pub other_ways: Option<Href>,
    /// Back to the first page.
    pub restart: Href,
}

/// A way to prove who one is, as the form sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    Password,
    Passkey,
    Email,
    Sms,
    Totp,
}

impl Factor {
    /// The value of the button.
    pub fn value(self) -> &'static str {
        match self {
            Self::Password => "PASSWORD",
            Self::Passkey => "WEB_AUTHN",
            Self::Email => "EMAIL_OTP",
            Self::Sms => "SMS_OTP",
            Self::Totp => "SOFTWARE_TOKEN_MFA",
        }
    }

    /// The message on the button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Password => "factor-password",
            Self::Passkey => "factor-passkey",
            Self::Email => "factor-email",
            Self::Sms => "factor-sms",
            Self::Totp => "factor-totp",
        }
    }
}

/// The choice between first factors: buttons named `factor`.
#[derive(Debug, Template)]
#[template(path = "login/choice.html")]
pub struct Choice<'a> {
    pub page: Page<'a>,
    pub username: &'a str,
    pub factors: &'a [Factor],
    pub restart: Href,
}
