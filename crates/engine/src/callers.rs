//! Who holds an access token.

use std::sync::Arc;

use poolhouse_crypto::jwt::{self, JwtError};
use poolhouse_domain::attributes::Attributes;
use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::tokens::ADMIN_SCOPE;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, permissions};
use poolhouse_model::{Secret, UserStatusType};
use serde_json::{Map, Value};

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

impl Caller {
    /// The caller's attributes that the app client may read.
    pub fn readable_attributes(&self) -> Attributes {
        let list = self.client.settings.read_attributes.as_deref();
        permissions::readable(&self.pool.schema(), list, &self.user.attributes)
    }

    /// Refuses names of attributes that the app client may not write.
    pub fn check_writable<'a>(&self, names: impl Iterator<Item = &'a str>) -> Result<()> {
        let list = self.client.settings.write_attributes.as_deref();
        permissions::check_writable(&self.pool.schema(), list, names)
    }
}

impl Cx {
    /// Finds out who holds `token`, and that they may call the operations of users.
    pub async fn caller(&self, token: &Secret) -> Result<Caller> {
        let (caller, _) = self.bearer(token, ADMIN_SCOPE).await?;
        Ok(caller)
    }

    /// Finds out who holds `token`: signature, expiry, revocation, the scope `wanted`, and the user as they are now; and
    /// all the scopes of the token.
    pub(crate) async fn bearer(&self, token: &Secret, wanted: &str) -> Result<(Caller, Vec<String>)> {
        let token = token.expose();
        let invalid = || Error::AccessTokenInvalid;
        let issuer = jwt::peek_issuer(token).map_err(|_| invalid())?;
        let pool_id = self.settings.issuers.pool_id(&issuer).ok_or_else(invalid)?;
        let pool = self.any_pool(pool_id).await.map_err(|error| match error {
            // What can be no pool's id is none's.
            Error::PoolNotFound(_) | Error::InvalidParameter(_) => invalid(),
            other => other,
        })?;
        let issuer = self.issuer(&pool);
        let keys = self.keys(pool.id()).await?;
        let expected = [("iss", issuer.as_str()), ("token_use", "access")];
        let key = keys.access.verifying_key();
        let claims: Map<String, Value> =
            jwt::verify(key, token, self.now().seconds(), &expected).map_err(|error| match error {
                JwtError::Expired => Error::AccessTokenExpired,
                _ => invalid(),
            })?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let (Some(sub), Some(event_id), Some(client_id)) = (text("sub"), text("event_id"), text("client_id")) else {
            return Err(invalid());
        };
        let scopes: Vec<String> = text("scope")
            .unwrap_or_default()
            .split(' ')
            .map(str::to_owned)
            .collect();
        if !scopes.iter().any(|scope| scope == wanted) {
            return Err(Error::AccessTokenScopes);
        }
        let user = self.signed_in_user(&pool, sub, event_id).await?;
        let (_, client) = self.client(client_id).await.map_err(|error| match error {
            Error::ClientNotFound(_) => Error::AccessTokenRevoked,
            other => other,
        })?;
        let caller = Caller {
            pool,
            client,
            user,
            event_id: event_id.to_owned(),
        };
        Ok((caller, scopes))
    }

    /// The user `sub` while their sign-in `event_id` stands and they may go on with it.
    pub(crate) async fn signed_in_user(&self, pool: &Pool, sub: &str, event_id: &str) -> Result<User> {
        let found = self.store.users().with_sign_in(pool.id(), sub, event_id).await?;
        let (user, signed_in) = found.ok_or(Error::UserNotFound)?;
        user.check_enabled()?;
        if !signed_in {
            return Err(Error::AccessTokenRevoked);
        }
        if user.status == UserStatusType::ResetRequired {
            return Err(Error::PasswordResetRequired);
        }
        Ok(user)
    }
}
