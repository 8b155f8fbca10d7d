//! [`GetUserPoolClientSessionConfiguration`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUserPoolClientSessionConfiguration.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::GetUserPoolClientSessionConfiguration;
use poolhouse_model::{GetUserPoolClientSessionConfigurationRequest, GetUserPoolClientSessionConfigurationResponse};

use crate::Handle;

impl Handle for GetUserPoolClientSessionConfiguration {
    async fn handle(
        cx: &Cx,
        input: GetUserPoolClientSessionConfigurationRequest,
    ) -> Result<GetUserPoolClientSessionConfigurationResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let client = cx.client_of(&pool, &input.client_id).await?;
        Ok(GetUserPoolClientSessionConfigurationResponse {
            user_pool_id: Some(input.user_pool_id),
            client_id: Some(input.client_id),
            sso_session: Some(client.sso_session_configuration()),
        })
    }
}
