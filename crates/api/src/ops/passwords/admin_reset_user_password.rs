//! [`AdminResetUserPassword`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminResetUserPassword.html)
//!
//! That the code could not be sent is told to the log only: the model has no error for it here.

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminResetUserPassword;
use poolhouse_model::{AdminResetUserPasswordRequest, AdminResetUserPasswordResponse};

use crate::Handle;

impl Handle for AdminResetUserPassword {
    async fn handle(cx: &Cx, input: AdminResetUserPasswordRequest) -> Result<AdminResetUserPasswordResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let cx = cx.handing_metadata(input.client_metadata);
        cx.admin_reset_password(&pool, &input.username).await?;
        Ok(AdminResetUserPasswordResponse {})
    }
}
