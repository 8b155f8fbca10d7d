//! [`DeleteUserPoolClient`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUserPoolClient.html)

use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::DeleteUserPoolClientRequest;
use poolhouse_model::operations::DeleteUserPoolClient;

use crate::Handle;

impl Handle for DeleteUserPoolClient {
    async fn handle(cx: &Cx, input: DeleteUserPoolClientRequest) -> Result<()> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let deleted = cx.store.clients().delete(pool.id(), &input.client_id).await?;
        cx.forget_client(&input.client_id);
        if deleted {
            Ok(())
        } else {
            Err(Error::ClientNotFound(input.client_id))
        }
    }
}
