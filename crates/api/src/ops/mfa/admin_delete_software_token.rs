//! [`AdminDeleteSoftwareToken`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDeleteSoftwareToken.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminDeleteSoftwareToken;
use poolhouse_model::{AdminDeleteSoftwareTokenRequest, AdminDeleteSoftwareTokenResponse};

use crate::Handle;

impl Handle for AdminDeleteSoftwareToken {
    async fn handle(cx: &Cx, input: AdminDeleteSoftwareTokenRequest) -> Result<AdminDeleteSoftwareTokenResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        cx.delete_software_token(&pool, &input.username).await?;
        Ok(AdminDeleteSoftwareTokenResponse {})
    }
}
