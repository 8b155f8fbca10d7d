//! Tokens of a pool that somebody presents to it.

use std::sync::Arc;

use poolhouse_crypto::jwt::{self, JwtError};
use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::RefreshFamily;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{IssuedTokenTypeIdentifierType as TokenType, Secret};
use serde_json::{Map, Value};

use crate::Cx;

/// A token that is valid now.
pub(super) struct PresentedToken {
    pub(super) claims: Map<String, Value>,
    /// The app client that it was given to.
    pub(super) client: Arc<Client>,
    /// The user whose it is and the sign-in that it comes from; a machine's own token has neither.
    pub(super) sign_in: Option<(User, RefreshFamily)>,
}

impl PresentedToken {
    /// The text of a claim.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    /// What the token lets its bearer do.
    pub(super) fn scopes(&self) -> Vec<String> {
        let scopes = self.text("scope").unwrap_or_default();
        scopes.split_ascii_whitespace().map(str::to_owned).collect()
    }

    /// When the token ends, in seconds since 1970.
    pub(super) fn expires_at(&self) -> i64 {
        self.claims.get("exp").and_then(Value::as_i64).unwrap_or_default()
    }
}

impl Cx {
    /// Verifies a token of `pool`: its kind, signature, issuer and expiry, that its client is there, and for a user's that
    /// the sign-in stands and the user may go on.
    pub(super) async fn presented_token(&self, pool: &Pool, token: &Secret, kind: TokenType) -> Result<PresentedToken> {
        let keys = self.keys(pool.id()).await?;
        let (key, token_use, client_claim) = match kind {
            TokenType::AccessToken => (&keys.access, "access", "client_id"),
            TokenType::IdToken => (&keys.id, "id", "aud"),
        };
        let issuer = self.issuer(pool);
        let expected = [("iss", issuer.as_str()), ("token_use", token_use)];
        let verified = jwt::verify(key.verifying_key(), token.expose(), self.now().seconds(), &expected);
        let claims: Map<String, Value> = verified.map_err(|error| match error {
            JwtError::Expired => Error::AccessTokenExpired,
            _ => Error::AccessTokenInvalid,
        })?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let (Some(sub), Some(client_id)) = (text("sub"), text(client_claim)) else {
            return Err(Error::AccessTokenInvalid);
        };
        let (_, client) = self.client(client_id).await.map_err(|error| match error {
            Error::ClientNotFound(_) => Error::AccessTokenRevoked,
            other => other,
        })?;
        if client.pool_id() != pool.id() {
            return Err(Error::AccessTokenInvalid);
        }
        let sign_in = match text("event_id") {
            Some(event_id) => {
                let user = self.signed_in_user(pool, sub, event_id).await?;
                let family = self.store.families().get(pool.id(), event_id).await?;
                Some((user, family.ok_or(Error::AccessTokenRevoked)?))
            }
            None if sub == client.id() && kind == TokenType::AccessToken => None,
            None => return Err(Error::AccessTokenInvalid),
        };
        Ok(PresentedToken {
            claims,
            client,
            sign_in,
        })
    }
}
