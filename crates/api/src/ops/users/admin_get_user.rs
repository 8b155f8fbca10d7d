//! [`AdminGetUser`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminGetUser;
use poolhouse_model::{AdminGetUserRequest, AdminGetUserResponse};

use crate::Handle;

impl Handle for AdminGetUser {
    async fn handle(cx: &Cx, input: AdminGetUserRequest) -> Result<AdminGetUserResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        Ok(user.describe_to_admin())
    }
}
