//! [`UpdateUserPoolClient`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPoolClient.html)
//!
//! A full replacement: what the request leaves out goes back to its default, except the name and the secrets.

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::UpdateUserPoolClient;
use poolhouse_model::{UpdateUserPoolClientRequest, UpdateUserPoolClientResponse};

use crate::Handle;

impl Handle for UpdateUserPoolClient {
    async fn handle(cx: &Cx, input: UpdateUserPoolClientRequest) -> Result<UpdateUserPoolClientResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let mut client = cx.stored_client(&pool, &input.client_id).await?;
        let scopes = cx.stored_custom_scopes(&pool).await?;
        client.configure(&pool, input.into(), &scopes, cx.now())?;
        cx.store.clients().replace(&mut client).await?;
        cx.forget_client(client.id());
        Ok(UpdateUserPoolClientResponse {
            user_pool_client: Some(client.describe()),
        })
    }
}
