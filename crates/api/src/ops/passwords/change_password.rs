//! [`ChangePassword`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ChangePassword.html)
//!
//! Tokens given under the old password stay valid. A user who has only a temporary password answers
//! NEW_PASSWORD_REQUIRED instead.

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ChangePassword;
use poolhouse_model::{ChangePasswordRequest, ChangePasswordResponse};

use crate::Handle;

impl Handle for ChangePassword {
    async fn handle(cx: &Cx, input: ChangePasswordRequest) -> Result<ChangePasswordResponse> {
        let caller = cx.caller(&input.access_token).await?;
        cx.change_own_password(caller, input.previous_password.as_ref(), &input.proposed_password)
            .await?;
        Ok(ChangePasswordResponse {})
    }
}
