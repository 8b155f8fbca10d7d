//! Choosing a password.

use askama::Template;
use poolhouse_model::PasswordPolicyType;

use super::{Field, Page};

/// What a password must have, as the page tells it.
#[derive(Clone, Copy, Debug, Default)]
pub struct PasswordRules {
    /// Characters.
    pub minimum_length: usize,
    pub lowercase: bool,
    pub uppercase: bool,
    pub number: bool,
    pub symbol: bool,
}

impl PasswordRules {
    /// The rules of a policy whose defaults are filled in.
    pub fn of(policy: &PasswordPolicyType) -> Self {
        let requires = |rule: Option<bool>| rule.unwrap_or(false);
        Self {
            minimum_length: policy
                .minimum_length
                .and_then(|length| length.try_into().ok())
                .unwrap_or(0),
            lowercase: requires(policy.require_lowercase),
            uppercase: requires(policy.require_uppercase),
            number: requires(policy.require_numbers),
            symbol: requires(policy.require_symbols),
        }
    }

    /// The rules in words, each with the name by which the script knows it.
    pub fn sentences(&self, page: &Page<'_>) -> Vec<(&'static str, String)> {
        let classes = [
            ("lowercase", "rule-lowercase", self.lowercase),
            ("uppercase", "rule-uppercase", self.uppercase),
            ("number", "rule-number", self.number),
            ("symbol", "rule-symbol", self.symbol),
        ];
        let length = page.texts.text_with("rule-length", "count", self.minimum_length);
        let classes = classes.into_iter().filter(|(.., required)| *required);
        [("length", length)]
            .into_iter()
            .chain(classes.map(|(name, key, _)| (name, page.text(key).into_owned())))
            .collect()
    }
}

/// A new password in place of a temporary one, and attributes that the pool requires and the user hasn't got.
#[derive(Debug, Template)]
#[template(path = "login/new_password.html")]
pub struct NewPassword<'a> {
    pub page: Page<'a>,
    pub username: &'a str,
    pub rules: PasswordRules,
    pub missing: &'a [Field<'a>],
}
