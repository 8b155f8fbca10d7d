//! The claims of id and access tokens.

mod overrides;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use poolhouse_crypto::hmac::sha256;
use poolhouse_model::Timestamp;
use serde_json::{Map, Value, json};

use crate::attributes::Attributes;
use crate::clients::Client;
use crate::groups::{Group, preferred_role};
use crate::oauth::requested_attributes;
use crate::sessions::RefreshFamily;
use crate::users::User;
pub use overrides::TokenOverrides;
pub(crate) use overrides::{ClaimChanges, ScopeChanges};

/// The scope that lets an access token call the token-authorised operations.
pub const ADMIN_SCOPE: &str = "aws.cognito.signin.user.admin";

/// The version of access tokens that come from the OAuth endpoints.
const OAUTH_VERSION: i32 = 2;

/// What the claims of a sign-in or a refresh are made from.
#[derive(Debug, Clone, Copy)]
pub struct Claims<'a> {
    pub issuer: &'a str,
    pub client: &'a Client,
    pub user: &'a User,
    /// The user's groups, in the order of tokens.
    pub groups: &'a [Group],
    pub family: &'a RefreshFamily,
    /// The attributes that the client may read.
    pub readable: &'a Attributes,
    /// The name of the level that the sign-in reached, where tokens tell it.
    pub level: Option<&'a str>,
    /// What a function changes.
    pub overrides: &'a TokenOverrides,
    pub now: Timestamp,
}

impl Claims<'_> {
    /// The claims that both tokens share.
    fn common(&self, token_use: &str, token_id: &str, lifetime: i64) -> Map<String, Value> {
        let mut claims = Map::new();
        let issued_at = self.now.seconds();
        claims.insert("sub".into(), self.user.sub.as_str().into());
        claims.insert("iss".into(), self.issuer.into());
        claims.insert("token_use".into(), token_use.into());
        claims.insert("event_id".into(), self.family.event_id.as_str().into());
        claims.insert("auth_time".into(), self.family.authenticated_at.seconds().into());
        claims.insert("iat".into(), issued_at.into());
        claims.insert("exp".into(), (issued_at + lifetime / crate::SECOND).into());
        claims.insert("jti".into(), token_id.into());
        if self.client.revokes_tokens() {
            claims.insert("origin_jti".into(), self.family.origin_jti.as_str().into());
        }
        if let Some(level) = self.level {
            claims.insert("acr".into(), level.into());
            claims.insert("amr".into(), json!(self.family.methods.names()));
        }
        if !self.groups.is_empty() {
            let names: Vec<&str> = self.groups.iter().map(|group| group.name.as_str()).collect();
            claims.insert("cognito:groups".into(), json!(names));
        }
        claims
    }

    /// The claims of the access token, as the function changed them.
    pub fn access_claims(&self, token_id: &str) -> Map<String, Value> {
        let mut claims = self.common("access", token_id, self.client.access_token_lifetime());
        claims.insert("client_id".into(), self.client.id().into());
        claims.insert("scope".into(), self.family.scopes().join(" ").into());
        if let Some(grant) = &self.family.oauth {
            claims.insert("version".into(), OAUTH_VERSION.into());
            // The standard profile of access tokens has an audience always (RFC 9068).
            let own = grant.strict.as_ref().map(|_| self.client.id());
            if let Some(audience) = grant.resource.as_deref().or(own) {
                claims.insert("aud".into(), audience.into());
            }
        }
        claims.insert("username".into(), self.user.username.as_str().into());
        if let Some(device) = &self.family.device {
            claims.insert("device_key".into(), device.key.as_str().into());
        }
        self.overrides.change_access(&mut claims, self.client.id());
        claims
    }

    /// The claims of the id token that comes with `access_token`, as the function changed them.
    pub fn id_claims(&self, token_id: &str, access_token: &str) -> Map<String, Value> {
        let mut claims = Map::new();
        let shown = match &self.family.oauth {
            None => self.readable.clone(),
            Some(grant) => match &grant.strict {
                Some(asked) => requested_attributes(&grant.scopes, &asked.id_token, self.readable),
                None => grant.attribute_scopes().select(self.readable),
            },
        };
        for (name, value) in shown.iter().filter(|(_, value)| !value.is_empty()) {
            claims.insert(name.to_owned(), attribute_claim(name, value));
        }
        // After the attributes: nothing that a user can write replaces a claim of ours.
        claims.extend(self.common("id", token_id, self.client.id_token_lifetime()));
        claims.insert("aud".into(), self.client.id().into());
        if let Some(grant) = &self.family.oauth {
            claims.insert("at_hash".into(), at_hash(access_token).into());
            if grant.strict.is_some() {
                claims.insert("azp".into(), self.client.id().into());
            }
            if let Some(nonce) = &grant.nonce {
                claims.insert("nonce".into(), nonce.as_str().into());
            }
        }
        claims.insert("cognito:username".into(), self.user.username.as_str().into());
        let roles: Vec<&str> = self
            .groups
            .iter()
            .filter_map(|group| group.role_arn.as_deref())
            .collect();
        if !roles.is_empty() {
            claims.insert("cognito:roles".into(), json!(roles));
            if let Some(role) = preferred_role(self.groups) {
                claims.insert("cognito:preferred_role".into(), role.into());
            }
        }
        self.overrides.change_id(&mut claims);
        claims
    }
}

/// The claims of an access token that a machine gets for itself, as the function changed them.
pub fn machine_claims(
    issuer: &str,
    client: &Client,
    scopes: &[String],
    token_id: &str,
    now: Timestamp,
    overrides: &TokenOverrides,
) -> Map<String, Value> {
    let issued_at = now.seconds();
    let expires_at = issued_at + client.access_token_lifetime() / crate::SECOND;
    let claims = json!({
        "sub": client.id(), "token_use": "access", "scope": scopes.join(" "), "auth_time": issued_at, "iss": issuer,
        "exp": expires_at, "iat": issued_at, "version": OAUTH_VERSION, "jti": token_id, "client_id": client.id(),
    });
    let mut claims = match claims {
        Value::Object(claims) => claims,
        _ => Map::new(),
    };
    overrides.change_machine(&mut claims, client.id());
    claims
}

/// The hash that binds an id token to the access token that it came with (OpenID Connect Core, section 3.1.3.6).
fn at_hash(access_token: &str) -> String {
    let hash = sha256(access_token.as_bytes());
    let (left, _) = hash.split_at(hash.len() / 2);
    BASE64_URL_SAFE_NO_PAD.encode(left)
}

/// An attribute as a claim: the flags are booleans, the address an object, `updated_at` a number, all else a string.
pub fn attribute_claim(name: &str, value: &str) -> Value {
    match name {
        "email_verified" | "phone_number_verified" => Value::Bool(value == "true"),
        "address" => json!({ "formatted": value }),
        "updated_at" => value.parse::<i64>().map_or_else(|_| Value::from(value), Value::from),
        _ => Value::from(value),
    }
}
