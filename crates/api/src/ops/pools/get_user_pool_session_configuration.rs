//! [`GetUserPoolSessionConfiguration`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUserPoolSessionConfiguration.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::GetUserPoolSessionConfiguration;
use poolhouse_model::{GetUserPoolSessionConfigurationRequest, GetUserPoolSessionConfigurationResponse};

use crate::Handle;

impl Handle for GetUserPoolSessionConfiguration {
    async fn handle(
        cx: &Cx,
        input: GetUserPoolSessionConfigurationRequest,
    ) -> Result<GetUserPoolSessionConfigurationResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let sessions = pool.sessions.clone();
        Ok(GetUserPoolSessionConfigurationResponse {
            user_pool_id: Some(input.user_pool_id),
            user_session_tracking: Some(sessions.tracking),
            token_session: Some(sessions.token_session),
        })
    }
}
