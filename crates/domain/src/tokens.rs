//! The claims of id and access tokens.

use poolhouse_model::Timestamp;
use serde_json::{Map, Value, json};

use crate::attributes::Attributes;
use crate::clients::Client;
use crate::groups::{Group, preferred_role};
use crate::sessions::RefreshFamily;
use crate::users::User;

/// The scope that lets an access token call the token-authorised operations.
pub const ADMIN_SCOPE: &str = "aws.cognito.signin.user.admin";

/// What the claims of a sign-in or a refresh are made from.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
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
    pub now: Timestamp,
}

impl Grant<'_> {
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

    /// The claims of the access token.
    pub fn access_claims(&self, token_id: &str) -> Map<String, Value> {
        let mut claims = self.common("access", token_id, self.client.access_token_lifetime());
        claims.insert("client_id".into(), self.client.id().into());
        claims.insert("scope".into(), ADMIN_SCOPE.into());
        claims.insert("username".into(), self.user.username.as_str().into());
        if let Some(device) = &self.family.device {
            claims.insert("device_key".into(), device.key.as_str().into());
        }
        claims
    }

    /// The claims of the id token.
    pub fn id_claims(&self, token_id: &str) -> Map<String, Value> {
        let mut claims = Map::new();
        for (name, value) in self.readable.iter().filter(|(_, value)| !value.is_empty()) {
            claims.insert(name.to_owned(), attribute_claim(name, value));
        }
        // After the attributes: nothing that a user can write replaces a claim of ours.
        claims.extend(self.common("id", token_id, self.client.id_token_lifetime()));
        claims.insert("aud".into(), self.client.id().into());
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
        claims
    }
}

/// An attribute as a claim: the flags are booleans, the address an object, `updated_at` a number, all else a string.
fn attribute_claim(name: &str, value: &str) -> Value {
    match name {
        "email_verified" | "phone_number_verified" => Value::Bool(value == "true"),
        "address" => json!({ "formatted": value }),
        "updated_at" => value.parse::<i64>().map_or_else(|_| Value::from(value), Value::from),
        _ => Value::from(value),
    }
}
