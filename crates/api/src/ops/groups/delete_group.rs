//! [`DeleteGroup`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteGroup.html)

use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::DeleteGroupRequest;
use poolhouse_model::operations::DeleteGroup;

use crate::Handle;

impl Handle for DeleteGroup {
    async fn handle(cx: &Cx, input: DeleteGroupRequest) -> Result<()> {
        let pool = cx.pool(&input.user_pool_id).await?;
        if cx.store.groups().delete(pool.id(), &input.group_name).await? {
            Ok(())
        } else {
            Err(Error::GroupNotFound)
        }
    }
}
