//! [`AdminDeleteUser`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDeleteUser.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::AdminDeleteUserRequest;
use poolhouse_model::operations::AdminDeleteUser;

use crate::Handle;

impl Handle for AdminDeleteUser {
    async fn handle(cx: &Cx, input: AdminDeleteUserRequest) -> Result<()> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        cx.delete_user(&pool, &user).await
    }
}
