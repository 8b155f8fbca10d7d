//! Who holds an access token.

use std::sync::Arc;

use poolhouse_crypto::jwt;
use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::tokens::ADMIN_SCOPE;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{Secret, UserStatusType};
use serde_json::Value;

use crate::Cx;

/// A user who has shown a valid access token.
pub struct Caller {
    pub pool: Arc<Pool>,
    /// The app client that the token was given to.
    pub client: Arc<Client>,
    pub user: User,
    /// The sign-in that the token comes from.
    pub event_id: String,
}

impl Cx {
    /// Finds out who holds `token`: signature, expiry, revocation, scope, and the user as they are now.
    pub async fn caller(&self, token: &Secret) -> Result<Caller> {
        let token = token.expose();
        let invalid = || Error::AccessTokenInvalid;
        let hint = jwt::peek(token).map_err(|_| invalid())?;
        let pool_id = hint.issuer.rsplit_once('/').map(|(_, pool_id)| pool_id.to_owned()).ok_or_else(invalid)?;
        if hint.issuer != self.issuer(&pool_id) {
            return Err(invalid());
        }
        let pool = self.any_pool(&pool_id).await.map_err(|error| match error {
            Error::PoolNotFound(_) => invalid(),
            other => other,
        })?;
        let keys = self.keys(pool.id()).await?;
        if hint.key_id != keys.access.kid() {
            return Err(invalid());
        }
        let claims = jwt::verify(&keys.access, token, self.now().seconds()).map_err(|error| match error {
            jwt::JwtError::Expired => Error::AccessTokenExpired,
            _ => invalid(),
        })?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("token_use") != Some("access") {
            return Err(invalid());
        }
        let (Some(sub), Some(event_id), Some(client_id)) = (text("sub"), text("event_id"), text("client_id")) else {
            return Err(invalid());
        };
        if !text("scope").unwrap_or_default().split(' ').any(|scope| scope == ADMIN_SCOPE) {
            return Err(Error::AccessTokenScopes);
        }
        let (user, signed_in) =
            self.store.users().with_sign_in(pool.id(), sub, event_id).await?.ok_or(Error::UserNotFound)?;
        user.check_enabled()?;
        if !signed_in {
            return Err(Error::AccessTokenRevoked);
        }
        if user.status == UserStatusType::ResetRequired {
            return Err(Error::PasswordResetRequired);
        }
        let (_, client) = self.client(client_id).await.map_err(|error| match error {
            Error::ClientNotFound(_) => Error::AccessTokenRevoked,
            other => other,
        })?;
        Ok(Caller { pool, client, user, event_id: event_id.to_owned() })
    }
}
