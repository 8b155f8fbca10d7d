//! The revocation endpoint (RFC 7009).

use poolhouse_domain::Error;
use poolhouse_domain::oauth::TokenError;
use poolhouse_model::Secret;

use super::token::TokenRequest;
use crate::Cx;

impl Cx {
    /// Revokes a refresh token and what came from it. A token that is unknown or revoked already is no fault.
    pub async fn revoke_by_endpoint(&self, request: TokenRequest<'_>) -> Result<(), TokenError> {
        let (pool, client) = self.authenticated_client(&request).await?;
        let token = request.parameters.get("token");
        let token = token.ok_or(TokenError::InvalidRequest("token is missing."))?;
        match self.revoke(&pool, &client, &Secret::from(token), false).await {
            Ok(()) => Ok(()),
            Err(Error::RevocationDisabled) => Err(TokenError::InvalidRequest(
                "Token revocation is not enabled for the client.",
            )),
            Err(Error::UnsupportedTokenType) => Err(TokenError::UnsupportedTokenType),
            Err(Error::RevocationUnauthorized) => Err(TokenError::InvalidClient(None)),
            Err(error) => Err(error.into()),
        }
    }
}
