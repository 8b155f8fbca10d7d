//! How sure a sign-in is: the methods by which it was proved, and the level that they reach together.
//!
//! The four levels and what satisfies them are fixed; a pool only names them. Tokens carry the level as `acr`
//! (OpenID Connect Core, section 2) and the methods as `amr` (RFC 8176).

use std::collections::{BTreeMap, BTreeSet};

use poolhouse_model::AcrLevelConfigType;
use serde::{Deserialize, Serialize};

use crate::mfa::Factor;

/// A way in which a user has proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Method {
    /// The password, sent or proved by SRP.
    #[serde(rename = "pwd")]
    Password,
    /// A code of an authenticator app.
    #[serde(rename = "otp")]
    SoftwareToken,
    /// A code sent by SMS.
    #[serde(rename = "sms")]
    Sms,
    /// A code sent by e-mail.
    #[serde(rename = "email_otp")]
    Email,
    /// A passkey that its owner's accounts share.
    #[serde(rename = "swk")]
    SoftwareKey,
    /// A passkey that one device holds.
    #[serde(rename = "hwk")]
    HardwareKey,
    /// More than one factor together.
    #[serde(rename = "mfa")]
    MultiFactor,
}

impl Method {
    /// The value that stands for the method in `amr`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::SoftwareToken => "otp",
            Self::Sms => "sms",
            Self::Email => "email_otp",
            Self::SoftwareKey => "swk",
            Self::HardwareKey => "hwk",
            Self::MultiFactor => "mfa",
        }
    }
}

impl From<Factor> for Method {
    fn from(factor: Factor) -> Self {
        match factor {
            Factor::Sms => Self::Sms,
            Factor::SoftwareToken => Self::SoftwareToken,
            Factor::Email => Self::Email,
        }
    }
}

/// The methods that a sign-in was proved by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Methods(BTreeSet<Method>);

impl Methods {
    /// Adds a method; the second kind of proof makes the sign-in multi-factor.
    pub fn add(&mut self, method: Method) {
        self.0.insert(method);
        let kinds = [self.has_password(), self.has_code(), self.has_passkey()];
        if kinds.into_iter().filter(|kind| *kind).count() > 1 {
            self.0.insert(Method::MultiFactor);
        }
    }

    /// These methods and one more.
    #[must_use]
    pub fn with(&self, method: Method) -> Self {
        let mut methods = self.clone();
        methods.add(method);
        methods
    }

    /// Adds what another sign-in of the user was proved by.
    pub fn merge(&mut self, others: &Self) {
        for method in &others.0 {
            self.add(*method);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of the methods, as `amr` lists them.
    pub fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|method| method.as_str()).collect()
    }

    pub fn has(&self, method: Method) -> bool {
        self.0.contains(&method)
    }

    pub fn has_password(&self) -> bool {
        self.has(Method::Password)
    }

    /// Whether there is more than one kind of proof.
    pub fn is_multi_factor(&self) -> bool {
        self.has(Method::MultiFactor)
    }

    pub fn has_passkey(&self) -> bool {
        self.has(Method::SoftwareKey) || self.has(Method::HardwareKey)
    }

    fn has_code(&self) -> bool {
        self.has_sent_code() || self.has(Method::SoftwareToken)
    }

    fn has_sent_code(&self) -> bool {
        self.has(Method::Sms) || self.has(Method::Email)
    }

    /// The highest level that the methods reach together; `None` when nothing was proved.
    pub fn level(&self) -> Option<Level> {
        if self.has_password() && self.has(Method::SoftwareToken) {
            Some(Level::Four)
        } else if self.has_passkey() || (self.has_password() && self.has_sent_code()) {
            Some(Level::Three)
        } else if self.has_sent_code() {
            Some(Level::Two)
        } else if self.has_password() {
            Some(Level::One)
        } else {
            None
        }
    }
}

/// A level of assurance, from a password alone to a password and an authenticator app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// A password.
    One,
    /// A code sent by SMS or e-mail.
    Two,
    /// A passkey, or a password and a code sent by SMS or e-mail.
    Three,
    /// A password and a code of an authenticator app.
    Four,
}

/// The names that a pool gives to levels.
pub type LevelNames = BTreeMap<String, AcrLevelConfigType>;

impl Level {
    /// All levels, the lowest first.
    pub const ALL: [Self; 4] = [Self::One, Self::Two, Self::Three, Self::Four];

    /// The key of the level in `AcrConfiguration`.
    pub fn key(self) -> &'static str {
        match self {
            Self::One => "Level1",
            Self::Two => "Level2",
            Self::Three => "Level3",
            Self::Four => "Level4",
        }
    }

    /// The name of the level where a pool gives none.
    fn default_name(self) -> &'static str {
        match self {
            Self::One => "urn:cognito:loa:1",
            Self::Two => "urn:cognito:loa:2",
            Self::Three => "urn:cognito:loa:3",
            Self::Four => "urn:cognito:loa:4",
        }
    }

    /// The name of the level in a pool that names some by `names`.
    pub fn name(self, names: Option<&LevelNames>) -> &str {
        names
            .and_then(|names| names.get(self.key()))
            .map_or(self.default_name(), |level| &level.acr_value)
    }

    /// The levels that a space-separated list names, in its order; names of no level are left out.
    pub fn named(list: &str, names: Option<&LevelNames>) -> Vec<Self> {
        list.split_ascii_whitespace()
            .filter_map(|name| Self::ALL.into_iter().find(|level| level.name(names) == name))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn methods(of: &[Method]) -> Methods {
        let mut methods = Methods::default();
        for method in of {
            methods.add(*method);
        }
        methods
    }

    #[test]
    fn each_level_is_reached_by_its_combinations_and_no_less() {
        use Method::{Email, HardwareKey, Password, Sms, SoftwareKey, SoftwareToken};
        let cases: [(&[Method], Option<Level>); 12] = [
            (&[], None),
            (&[SoftwareToken], None),
            (&[Password], Some(Level::One)),
            (&[Sms], Some(Level::Two)),
            (&[Email], Some(Level::Two)),
            (&[Sms, Email], Some(Level::Two)),
            (&[Password, Sms], Some(Level::Three)),
            (&[Password, Email], Some(Level::Three)),
            (&[SoftwareKey], Some(Level::Three)),
            (&[HardwareKey, Password], Some(Level::Three)),
            (&[Password, SoftwareToken], Some(Level::Four)),
            (&[HardwareKey, Password, SoftwareToken, Sms], Some(Level::Four)),
        ];
        for (given, level) in cases {
            assert_eq!(methods(given).level(), level, "{given:?}");
        }
    }

    #[test]
    fn two_kinds_of_proof_are_multi_factor() {
        assert_eq!(methods(&[Method::Password]).names(), ["pwd"]);
        assert_eq!(methods(&[Method::Sms, Method::Email]).names(), ["sms", "email_otp"]);
        assert_eq!(
            methods(&[Method::Password, Method::SoftwareToken]).names(),
            ["pwd", "otp", "mfa"]
        );
        assert_eq!(methods(&[Method::HardwareKey]).names(), ["hwk"]);
    }

    #[test]
    fn a_pools_names_replace_those_by_default() {
        let custom = AcrLevelConfigType {
            acr_value: "urn:example:gold".into(),
        };
        let names = LevelNames::from([("Level3".to_owned(), custom)]);
        let named = |list: &str| Level::named(list, Some(&names));
        assert_eq!(named("urn:example:gold  urn:cognito:loa:1"), [Level::Three, Level::One]);
        assert_eq!(named("urn:cognito:loa:3 other"), []);
        assert_eq!(Level::named("urn:cognito:loa:4", None), [Level::Four]);
    }
}
