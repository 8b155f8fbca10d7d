//! What a function may change in tokens, and how it is done.
//!
//! What it may not change stays as it is, and the rest of its wishes is fulfilled: that is the service's way, and it
//! keeps a careless function from locking everybody out.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::attribute_claim;
use crate::attributes::{DEVELOPER_PREFIX, EMAIL_VERIFIED, IDENTITIES, PHONE_NUMBER_VERIFIED, SUB};
use crate::oauth::keep_from_showing_more;
use crate::triggers::pre_token_generation::GroupConfiguration;

/// The claims that only the service writes, besides those that begin with [`RESERVED_PREFIX`]. Among them is `act`, which
/// says who acts for the user and stays through all exchanges.
const RESERVED: [&str; 22] = [
    "acr",
    "act",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "client_id",
    "device_key",
    "event_id",
    "exp",
    "iat",
    IDENTITIES,
    "iss",
    "jti",
    "nbf",
    "nonce",
    "origin_jti",
    SUB,
    "token_use",
    "username",
    "version",
];

/// What the names of the service's own claims begin with.
const RESERVED_PREFIX: &str = "cognito:";

const GROUPS: &str = "cognito:groups";
const ROLES: &str = "cognito:roles";
const PREFERRED_ROLE: &str = "cognito:preferred_role";

/// The claims of an id token that can't be lists or objects of a function's.
const SIMPLE: [&str; 4] = ["address", EMAIL_VERIFIED, PHONE_NUMBER_VERIFIED, "updated_at"];

/// What a PreTokenGeneration function changes in the tokens of one sign-in. The default changes nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TokenOverrides {
    pub(crate) id: ClaimChanges,
    pub(crate) access: ClaimChanges,
    pub(crate) scopes: ScopeChanges,
    /// What stands in the place of the user's groups.
    pub(crate) groups: Option<GroupConfiguration>,
}

/// The changes of one token's claims.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ClaimChanges {
    pub(crate) values: Map<String, Value>,
    /// A claim that is given and suppressed is suppressed.
    pub(crate) suppressed: BTreeSet<String>,
}

/// The changes of an access token's scopes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ScopeChanges {
    pub(crate) added: Vec<String>,
    /// A scope that is added and suppressed is suppressed.
    pub(crate) suppressed: BTreeSet<String>,
    /// Whether the token may not do or show more than without the function.
    pub(crate) only_narrows: bool,
}

impl TokenOverrides {
    /// The same for a token that is derived from another: it gets no scope from a function, and can lose some.
    #[must_use]
    pub fn for_derived_token(mut self) -> Self {
        self.scopes.added.clear();
        self.scopes.only_narrows = true;
        self
    }

    /// Changes the claims of an id token.
    pub(super) fn change_id(&self, claims: &mut Map<String, Value>) {
        if let Some(groups) = &self.groups {
            set_or_remove(claims, GROUPS, list(&groups.groups_to_override));
            set_or_remove(claims, ROLES, list(&groups.iam_roles_to_override));
            let role = groups.preferred_role.as_deref().filter(|role| !role.is_empty());
            set_or_remove(claims, PREFERRED_ROLE, role.map(Value::from));
        }
        for (name, value) in self.id.given() {
            let is_compound = value.is_array() || value.is_object();
            if is_reserved(name) || (is_compound && SIMPLE.contains(&name)) {
                continue;
            }
            let value = match value {
                // Functions say attributes as text; the claim keeps its type.
                Value::String(text) if SIMPLE.contains(&name) => attribute_claim(name, text),
                value => value.clone(),
            };
            claims.insert(name.to_owned(), value);
        }
        self.id.suppress(claims);
    }

    /// Changes the claims of a user's access token, which was given to the app client `client_id`.
    pub(super) fn change_access(&self, claims: &mut Map<String, Value>, client_id: &str) {
        if let Some(groups) = &self.groups {
            set_or_remove(claims, GROUPS, list(&groups.groups_to_override));
        }
        self.change_machine(claims, client_id);
    }

    /// Changes the claims of the access token of a machine, which is in no group.
    pub(super) fn change_machine(&self, claims: &mut Map<String, Value>, client_id: &str) {
        for (name, value) in self.access.given() {
            // A token that is for a resource stays for it.
            let is_own_audience = name == "aud" && *value == *client_id && !claims.contains_key("aud");
            // Scopes have members of their own in the answer.
            if is_own_audience || (!is_reserved(name) && name != "scope") {
                claims.insert(name.to_owned(), value.clone());
            }
        }
        let scope = claims.remove("scope");
        self.access.suppress(claims);
        if let Some(scope) = scope {
            let scope = self.scopes.apply(scope.as_str().unwrap_or_default());
            claims.insert("scope".to_owned(), scope.into());
        }
    }
}

impl ClaimChanges {
    pub(crate) fn new(mut values: Map<String, Value>, suppressed: BTreeSet<String>) -> Self {
        // No value is nothing said.
        values.retain(|_, value| !value.is_null());
        Self { values, suppressed }
    }

    /// The claims to set, without those to suppress.
    fn given(&self) -> impl Iterator<Item = (&str, &Value)> {
        let values = self.values.iter().map(|(name, value)| (name.as_str(), value));
        values.filter(|(name, _)| !self.suppressed.contains(*name))
    }

    /// Takes away the claims to suppress: with the groups go the roles, and what begins with `dev:` can go, too.
    fn suppress(&self, claims: &mut Map<String, Value>) {
        for name in &self.suppressed {
            if name == GROUPS {
                for name in [GROUPS, ROLES, PREFERRED_ROLE] {
                    claims.remove(name);
                }
            } else if !is_reserved(name) || name.starts_with(DEVELOPER_PREFIX) {
                claims.remove(name);
            }
        }
    }
}

impl ScopeChanges {
    /// The claim `scope` after the changes: the scopes that were there in their order, then the added ones, each once.
    fn apply(&self, scope: &str) -> String {
        let former: Vec<String> = scope.split_ascii_whitespace().map(str::to_owned).collect();
        let added = self.added.iter().filter(|scope| is_scope(scope));
        let mut scopes: Vec<String> = Vec::new();
        for scope in former.iter().chain(added) {
            if !self.suppressed.contains(scope) && !scopes.contains(scope) {
                scopes.push(scope.clone());
            }
        }
        if self.only_narrows {
            keep_from_showing_more(&mut scopes, &former);
        }
        scopes.join(" ")
    }
}

/// Whether a function can't set the claim `name`.
fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || name.starts_with(RESERVED_PREFIX) || name.starts_with(DEVELOPER_PREFIX)
}

/// Whether a text can stand in a claim `scope` as one scope (RFC 6749, section 3.3).
fn is_scope(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    !text.is_empty() && text.bytes().all(is_allowed)
}

/// A list as a claim, which no empty one is.
fn list(texts: &[String]) -> Option<Value> {
    (!texts.is_empty()).then(|| json!(texts))
}

fn set_or_remove(claims: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(claims.insert(name.to_owned(), value)),
        None => drop(claims.remove(name)),
    }
}

#[cfg(test)]
#[path = "overrides_tests.rs"]
mod tests;
