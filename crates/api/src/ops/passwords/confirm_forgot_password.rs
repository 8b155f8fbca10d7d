//! [`ConfirmForgotPassword`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ConfirmForgotPassword.html)
//!
//! *Differs from AWS:* the new password signs the user out everywhere, so that whoever knew the old one is out.

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ConfirmForgotPassword;
use poolhouse_model::{ConfirmForgotPasswordRequest, ConfirmForgotPasswordResponse};

use crate::Handle;

impl Handle for ConfirmForgotPassword {
    async fn handle(cx: &Cx, input: ConfirmForgotPasswordRequest) -> Result<ConfirmForgotPasswordResponse> {
        let (pool, client) = cx.client(&input.client_id).await?;
        client.check_secret_hash(&input.username, input.secret_hash.as_ref())?;
        let cx = cx.handing_metadata(input.client_metadata);
        cx.confirm_forgot_password(
            &pool,
            &client,
            &input.username,
            input.confirmation_code.expose(),
            &input.password,
        )
        .await?;
        Ok(ConfirmForgotPasswordResponse {})
    }
}
