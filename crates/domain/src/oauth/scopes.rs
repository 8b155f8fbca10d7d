//! Scopes: what a token lets its bearer do, and which attributes it shows.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Refusal, RequestedClaims};
use crate::attributes::Attributes;
use crate::clients::{Client, STANDARD_SCOPES};

/// The scope that makes a sign-in one of OpenID Connect.
pub const OPENID: &str = "openid";

/// The attributes that the scope `profile` shows, besides the custom ones.
pub const PROFILE: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];

/// What an authorization gave: it stays with the tokens of its sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// In the order in which they were asked for.
    pub scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The resource that access tokens are for (RFC 8707).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The claims that were asked for one by one, in a strict pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<RequestedClaims>,
}

impl Grant {
    /// Whether it was a sign-in of OpenID Connect, so that an id token belongs to it.
    pub fn is_openid(&self) -> bool {
        self.scopes.iter().any(|scope| scope == OPENID)
    }

    /// Forgets the scopes of resource servers that are gone from `custom`.
    pub fn forget_deleted(&mut self, custom: &[String]) {
        self.scopes.retain(|scope| exists(scope, custom));
    }

    /// The grant with only those scopes that `scope` lists; None where it lists others.
    pub fn narrowed(&self, scope: &str) -> Option<Self> {
        let scopes = distinct(scope);
        let has_all = scopes.iter().all(|scope| self.scopes.contains(scope));
        (has_all && !scopes.is_empty()).then(|| Self { scopes, ..self.clone() })
    }

    /// Which attributes the scopes show.
    pub fn attribute_scopes(&self) -> AttributeScopes {
        AttributeScopes::of(&self.scopes)
    }
}

/// The attributes that scopes show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeScopes {
    /// Every attribute that the app client may read.
    All,
    /// Only those of these scopes.
    Some { email: bool, phone: bool, profile: bool },
}

impl AttributeScopes {
    /// The attributes that `scopes` show.
    pub fn of(scopes: &[String]) -> Self {
        let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
        let (email, phone, profile) = (has("email"), has("phone"), has("profile"));
        if email || phone || profile {
            Self::Some { email, phone, profile }
        } else {
            Self::All
        }
    }

    /// The attributes among `readable` that the scopes show.
    pub fn select(self, readable: &Attributes) -> Attributes {
        readable.iter().filter(|(name, _)| self.shows(name)).collect()
    }

    pub(super) fn shows(self, name: &str) -> bool {
        let Self::Some { email, phone, profile } = self else {
            return true;
        };
        match name {
            "sub" => true,
            "email" | "email_verified" => email,
            "phone_number" | "phone_number_verified" => phone,
            "address" => profile,
            name => profile && (PROFILE.contains(&name) || name.starts_with("custom:")),
        }
    }

    /// Whether a client that reads `readable` names may be shown the attributes: both halves of a contact or neither.
    pub fn are_readable(self, can_read: impl Fn(&str) -> bool) -> bool {
        let Self::Some { email, phone, .. } = self else {
            return true;
        };
        (!email || (can_read("email") && can_read("email_verified")))
            && (!phone || (can_read("phone_number") && can_read("phone_number_verified")))
    }
}

/// The scopes that an authorization gives for `requested`: all of the client's when none are asked for, except those of
/// resource servers that are gone from `custom`.
pub fn granted_scopes(client: &Client, custom: &[String], requested: Option<&str>) -> Result<Vec<String>, Refusal> {
    let mut allowed = client.allowed_scopes().to_vec();
    allowed.retain(|scope| exists(scope, custom));
    let scopes = distinct(requested.unwrap_or_default());
    if scopes.is_empty() {
        return Ok(allowed);
    }
    let shows_attributes = |scope: &String| matches!(scope.as_str(), "email" | "phone" | "profile");
    let lacks_openid = scopes.iter().any(shows_attributes) && !scopes.iter().any(|scope| scope == OPENID);
    if lacks_openid || !scopes.iter().all(|scope| allowed.contains(scope)) {
        return Err(Refusal::invalid_scope());
    }
    Ok(scopes)
}

/// Whether a scope is one of the service or of the pool's resource servers, whose scopes are `custom`.
pub(super) fn exists(scope: &str, custom: &[String]) -> bool {
    STANDARD_SCOPES.contains(&scope) || custom.iter().any(|known| known == scope)
}

/// What became of the scopes that a machine asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum M2mScopes {
    Granted(Vec<String>),
    /// One of them is not a scope of any resource server.
    Unknown,
    /// One of them isn't the client's.
    NotAllowed,
}

/// The scopes that a machine gets for `requested`, where `existing` are those of the pool's resource servers: all of the
/// client's when none are asked for.
pub fn machine_scopes(client: &Client, existing: &[String], requested: Option<&str>) -> M2mScopes {
    let requested = distinct(requested.unwrap_or_default());
    let allowed = client.allowed_scopes();
    if requested.is_empty() {
        let still_exist = allowed.iter().filter(|scope| existing.contains(scope));
        return M2mScopes::Granted(still_exist.cloned().collect());
    }
    if !requested.iter().all(|scope| existing.contains(scope)) {
        M2mScopes::Unknown
    } else if requested.iter().all(|scope| allowed.contains(scope)) {
        M2mScopes::Granted(requested)
    } else {
        M2mScopes::NotAllowed
    }
}

/// The scopes of a space-separated list, each once, in their order.
fn distinct(list: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    list.split(' ')
        .filter(|scope| !scope.is_empty() && seen.insert(*scope))
        .map(str::to_owned)
        .collect()
}
