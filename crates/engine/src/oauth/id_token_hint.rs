//! The hint by which clients say whom they mean (OpenID Connect Core, section 3.1.2.1; RP-Initiated Logout, section 2).

use std::sync::Arc;

use poolhouse_crypto::jwt;
use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::{Error, Result};
use serde::Deserialize;

use crate::Cx;

/// Whom an id token of a pool was about, and for which app client.
#[derive(Debug, Deserialize)]
pub struct IdTokenHint {
    pub sub: String,
    #[serde(rename = "aud")]
    pub client_id: String,
}

impl Cx {
    /// Reads an id token that `pool` has issued, however long ago; None when it isn't one.
    pub async fn id_token_hint(&self, pool: &Pool, token: &str) -> Result<Option<IdTokenHint>> {
        let issuer = self.issuer(pool);
        let expected = [("iss", issuer.as_str()), ("token_use", "id")];
        let keys = self.keys(pool.id()).await?;
        Ok(jwt::verify_of_any_time(keys.id.verifying_key(), token, &expected).ok())
    }

    /// The app client of a hint, if it is still there.
    pub async fn hinted_client(&self, pool: &Pool, hint: &IdTokenHint) -> Result<Option<Arc<Client>>> {
        match self.oauth_client(Some(pool), &hint.client_id).await {
            Ok((_, client)) => Ok(Some(client)),
            Err(Error::ClientNotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
