//! [`DeleteUserPool`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUserPool.html)
//!
//! *Differs from AWS:* what is deleted is gone at once; nobody can bring it back.

use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::DeleteUserPoolRequest;
use poolhouse_model::operations::DeleteUserPool;

use crate::Handle;

impl Handle for DeleteUserPool {
    async fn handle(cx: &Cx, input: DeleteUserPoolRequest) -> Result<()> {
        let pool = cx.stored_pool(&input.user_pool_id).await?;
        pool.check_deletable()?;
        let deleted = cx.store.pools().delete(pool.id()).await?;
        cx.forget_deleted_pool(pool.id());
        if deleted {
            Ok(())
        } else {
            Err(Error::PoolNotFound(input.user_pool_id))
        }
    }
}
