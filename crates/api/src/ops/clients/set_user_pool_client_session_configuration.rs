//! [`SetUserPoolClientSessionConfiguration`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserPoolClientSessionConfiguration.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::SetUserPoolClientSessionConfiguration;
use poolhouse_model::{SetUserPoolClientSessionConfigurationRequest, SetUserPoolClientSessionConfigurationResponse};

use crate::Handle;

impl Handle for SetUserPoolClientSessionConfiguration {
    async fn handle(
        cx: &Cx,
        input: SetUserPoolClientSessionConfigurationRequest,
    ) -> Result<SetUserPoolClientSessionConfigurationResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let mut client = cx.stored_client(&pool, &input.client_id).await?;
        client.set_sso_session(&pool, input.sso_session, cx.now())?;
        cx.store.clients().replace(&mut client).await?;
        cx.forget_client(client.id());
        Ok(SetUserPoolClientSessionConfigurationResponse {
            user_pool_id: Some(input.user_pool_id),
            client_id: Some(input.client_id),
            sso_session: client.sso_session,
        })
    }
}
