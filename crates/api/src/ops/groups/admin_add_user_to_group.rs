//! [`AdminAddUserToGroup`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminAddUserToGroup.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::AdminAddUserToGroupRequest;
use poolhouse_model::operations::AdminAddUserToGroup;

use crate::Handle;

impl Handle for AdminAddUserToGroup {
    async fn handle(cx: &Cx, input: AdminAddUserToGroupRequest) -> Result<()> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        let group = cx.group(&pool, &input.group_name).await?;
        cx.store
            .groups()
            .add_member(pool.id(), &group.name, &user.sub, cx.now())
            .await?;
        Ok(())
    }
}
