//! [`ResendConfirmationCode`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResendConfirmationCode.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ResendConfirmationCode;
use poolhouse_model::{ResendConfirmationCodeRequest, ResendConfirmationCodeResponse};

use crate::Handle;

impl Handle for ResendConfirmationCode {
    async fn handle(cx: &Cx, input: ResendConfirmationCodeRequest) -> Result<ResendConfirmationCodeResponse> {
        let (pool, client) = cx.client(&input.client_id).await?;
        client.check_secret_hash(&input.username, input.secret_hash.as_ref())?;
        let cx = cx.handing_metadata(input.client_metadata);
        let details = cx.resend_confirmation_code(&pool, &client, &input.username).await?;
        Ok(ResendConfirmationCodeResponse {
            code_delivery_details: Some(details),
        })
    }
}
