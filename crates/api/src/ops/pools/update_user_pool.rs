//! [`UpdateUserPool`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html)
//!
//! A full replacement: what the request leaves out goes back to its default.

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::UpdateUserPool;
use poolhouse_model::{UpdateUserPoolRequest, UpdateUserPoolResponse};

use crate::Handle;

impl Handle for UpdateUserPool {
    async fn handle(cx: &Cx, input: UpdateUserPoolRequest) -> Result<UpdateUserPoolResponse> {
        let mut pool = cx.stored_pool(&input.user_pool_id).await?;
        pool.configure(input.into(), cx.now())?;
        cx.store.pools().replace(&mut pool).await?;
        cx.forget_pool(pool.id());
        Ok(UpdateUserPoolResponse {})
    }
}
