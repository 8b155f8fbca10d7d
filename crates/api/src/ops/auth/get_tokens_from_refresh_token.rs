//! [`GetTokensFromRefreshToken`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetTokensFromRefreshToken.html)

use poolhouse_domain::triggers::TokenSource;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::GetTokensFromRefreshToken;
use poolhouse_model::{GetTokensFromRefreshTokenRequest, GetTokensFromRefreshTokenResponse};

use crate::Handle;

impl Handle for GetTokensFromRefreshToken {
    async fn handle(cx: &Cx, input: GetTokensFromRefreshTokenRequest) -> Result<GetTokensFromRefreshTokenResponse> {
        let (pool, client) = cx.client(&input.client_id).await?;
        if !client.knows_secret(input.client_secret.as_ref()) {
            return Err(Error::SecretHashMismatch(client.id().to_owned()));
        }
        Cx::check_refresh_allowed(&client)?;
        let tokens = cx
            .handing_metadata(input.client_metadata)
            .refresh(
                TokenSource::Authentication,
                &pool,
                &client,
                &input.refresh_token,
                input.device_key.as_deref(),
                |_| Ok(()),
            )
            .await?;
        Ok(GetTokensFromRefreshTokenResponse {
            authentication_result: Some(tokens),
        })
    }
}
