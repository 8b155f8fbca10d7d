//! The UserInfo endpoint of OpenID Connect.

use poolhouse_domain::oauth::{AttributeScopes, OPENID, requested_attributes};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::tokens::attribute_claim;
use poolhouse_domain::{Error, Result};
use poolhouse_model::Secret;
use serde_json::{Map, Value};

use crate::{Caller, Cx};

impl Cx {
    /// The claims about the holder of an access token that its scopes show, all values as text. `pool` is the one that
    /// the request's host or path names, if it names one.
    pub async fn user_info(&self, pool: Option<&Pool>, token: &Secret) -> Result<Map<String, Value>> {
        let (caller, scopes) = self.bearer(token, OPENID).await?;
        if pool.is_some_and(|pool| pool.id() != caller.pool.id()) {
            return Err(Error::AccessTokenInvalid);
        }
        if caller.pool.is_oidc_strict() {
            return self.typed_user_info(caller, &scopes).await;
        }
        let mut claims = Map::new();
        let shown = AttributeScopes::of(&scopes).select(&caller.readable_attributes());
        for (name, value) in shown.iter().filter(|(_, value)| !value.is_empty()) {
            claims.insert(name.to_owned(), value.into());
        }
        claims.insert("sub".to_owned(), caller.user.sub.into());
        claims.insert("username".to_owned(), caller.user.username.into());
        Ok(claims)
    }

    /// The claims that were asked for, each as the type that OpenID Connect gives it.
    async fn typed_user_info(&self, caller: Caller, scopes: &[String]) -> Result<Map<String, Value>> {
        let family = self.store.families().get(caller.pool.id(), &caller.event_id).await?;
        let asked = family.and_then(|family| family.oauth?.strict).unwrap_or_default();
        let shown = requested_attributes(scopes, &asked.userinfo, &caller.readable_attributes());
        let mut claims: Map<String, Value> = shown
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), attribute_claim(name, value)))
            .collect();
        claims.insert("sub".to_owned(), caller.user.sub.into());
        Ok(claims)
    }
}
