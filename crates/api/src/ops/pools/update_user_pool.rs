//! [`UpdateUserPool`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html)
//!
//! A full replacement: what the request leaves out goes back to its default. Kept are the name, the feature plan, the
//! MFA mode and dynamic client registration.

use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::UpdateUserPool;
use poolhouse_model::{UpdateUserPoolRequest, UpdateUserPoolResponse};

use super::custom_id;
use crate::Handle;

impl Handle for UpdateUserPool {
    async fn handle(cx: &Cx, mut input: UpdateUserPoolRequest) -> Result<UpdateUserPoolResponse> {
        let mut pool = cx.stored_pool(&input.user_pool_id).await?;
        if custom_id::take(cx, input.user_pool_tags.as_mut())?.is_some_and(|id| id != pool.id()) {
            return Err(Error::invalid_parameter(
                "_custom_id_ can't change the id of a user pool.",
            ));
        }
        pool.configure(input.into(), cx.now())?;
        cx.store.pools().replace(&mut pool).await?;
        cx.forget_pool(pool.id());
        Ok(UpdateUserPoolResponse {})
    }
}
