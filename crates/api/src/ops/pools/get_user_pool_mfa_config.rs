//! [`GetUserPoolMfaConfig`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUserPoolMfaConfig.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::GetUserPoolMfaConfig;
use poolhouse_model::{GetUserPoolMfaConfigRequest, GetUserPoolMfaConfigResponse};

use crate::Handle;

impl Handle for GetUserPoolMfaConfig {
    async fn handle(cx: &Cx, input: GetUserPoolMfaConfigRequest) -> Result<GetUserPoolMfaConfigResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        Ok(pool.mfa_config())
    }
}
