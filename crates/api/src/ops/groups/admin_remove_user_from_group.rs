//! [`AdminRemoveUserFromGroup`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminRemoveUserFromGroup.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::AdminRemoveUserFromGroupRequest;
use poolhouse_model::operations::AdminRemoveUserFromGroup;

use crate::Handle;

impl Handle for AdminRemoveUserFromGroup {
    async fn handle(cx: &Cx, input: AdminRemoveUserFromGroupRequest) -> Result<()> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        let group = cx.group(&pool, &input.group_name).await?;
        cx.store
            .groups()
            .remove_member(pool.id(), &group.name, &user.sub)
            .await?;
        Ok(())
    }
}
