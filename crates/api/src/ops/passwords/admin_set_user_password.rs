//! [`AdminSetUserPassword`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminSetUserPassword.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminSetUserPassword;
use poolhouse_model::{AdminSetUserPasswordRequest, AdminSetUserPasswordResponse};

use crate::Handle;

impl Handle for AdminSetUserPassword {
    async fn handle(cx: &Cx, input: AdminSetUserPasswordRequest) -> Result<AdminSetUserPasswordResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let permanent = input.permanent.unwrap_or(false);
        cx.admin_set_password(&pool, &input.username, &input.password, permanent)
            .await?;
        Ok(AdminSetUserPasswordResponse {})
    }
}
