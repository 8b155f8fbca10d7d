//! [`AdminDisableUser`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDisableUser.html)
//!
//! Every token of the user ends.

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminDisableUser;
use poolhouse_model::{AdminDisableUserRequest, AdminDisableUserResponse};

use crate::Handle;

impl Handle for AdminDisableUser {
    async fn handle(cx: &Cx, input: AdminDisableUserRequest) -> Result<AdminDisableUserResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        cx.set_enabled(&pool, &input.username, false).await?;
        Ok(AdminDisableUserResponse {})
    }
}
