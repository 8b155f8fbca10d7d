//! [`RevokeToken`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeToken.html)

use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::RevokeToken;
use poolhouse_model::{RevokeAssociatedSessionsType, RevokeTokenRequest, RevokeTokenResponse};

use crate::Handle;

impl Handle for RevokeToken {
    async fn handle(cx: &Cx, input: RevokeTokenRequest) -> Result<RevokeTokenResponse> {
        let (pool, client) = cx.client(&input.client_id).await.map_err(|error| match error {
            Error::ClientNotFound(_) => Error::RevocationUnauthorized,
            other => other,
        })?;
        if !client.knows_secret(input.client_secret.as_ref()) {
            return Err(Error::RevocationUnauthorized);
        }
        let linked = input.revoke_associated_sessions == Some(RevokeAssociatedSessionsType::Linked);
        cx.revoke(&pool, &client, &input.token, linked).await?;
        Ok(RevokeTokenResponse {})
    }
}
