//! [`AdminEnableUser`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminEnableUser.html)
//!
//! Tokens that ended when the user was disabled stay ended.

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminEnableUser;
use poolhouse_model::{AdminEnableUserRequest, AdminEnableUserResponse};

use crate::Handle;

impl Handle for AdminEnableUser {
    async fn handle(cx: &Cx, input: AdminEnableUserRequest) -> Result<AdminEnableUserResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        cx.set_enabled(&pool, &input.username, true).await?;
        Ok(AdminEnableUserResponse {})
    }
}
