//! [`ForgotPassword`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ForgotPassword.html)
//!
//! *Differs from AWS:* under PreventUserExistenceErrors a user who has only a temporary password is answered as if a code
//! had been sent, like a user who is missing.

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ForgotPassword;
use poolhouse_model::{ForgotPasswordRequest, ForgotPasswordResponse};

use crate::Handle;

impl Handle for ForgotPassword {
    async fn handle(cx: &Cx, input: ForgotPasswordRequest) -> Result<ForgotPasswordResponse> {
        let (pool, client) = cx.client(&input.client_id).await?;
        client.check_secret_hash(&input.username, input.secret_hash.as_ref())?;
        let cx = cx.handing_metadata(input.client_metadata);
        let details = cx.forgot_password(&pool, &client, &input.username).await?;
        Ok(ForgotPasswordResponse {
            code_delivery_details: Some(details),
        })
    }
}
