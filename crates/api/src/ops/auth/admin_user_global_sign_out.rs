//! [`AdminUserGlobalSignOut`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminUserGlobalSignOut.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminUserGlobalSignOut;
use poolhouse_model::{AdminUserGlobalSignOutRequest, AdminUserGlobalSignOutResponse};

use crate::Handle;

impl Handle for AdminUserGlobalSignOut {
    async fn handle(cx: &Cx, input: AdminUserGlobalSignOutRequest) -> Result<AdminUserGlobalSignOutResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        cx.sign_out_everywhere(&user).await?;
        Ok(AdminUserGlobalSignOutResponse {})
    }
}
