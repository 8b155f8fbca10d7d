//! [`DeleteUserPoolClientSecret`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUserPoolClientSecret.html)

use poolhouse_domain::Result;
use poolhouse_engine::{Cx, retried};
use poolhouse_model::operations::DeleteUserPoolClientSecret;
use poolhouse_model::{DeleteUserPoolClientSecretRequest, DeleteUserPoolClientSecretResponse};

use crate::Handle;

impl Handle for DeleteUserPoolClientSecret {
    async fn handle(cx: &Cx, input: DeleteUserPoolClientSecretRequest) -> Result<DeleteUserPoolClientSecretResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        retried(|| async {
            let mut client = cx.stored_client(&pool, &input.client_id).await?;
            client.delete_secret(&input.client_secret_id, cx.now())?;
            cx.store.clients().replace(&mut client).await?;
            cx.forget_client(client.id());
            Ok(())
        })
        .await?;
        Ok(DeleteUserPoolClientSecretResponse {})
    }
}
