//! [`UpdateGroup`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateGroup.html)
//!
//! Members that are left out stay as they are.

use poolhouse_domain::Result;
use poolhouse_engine::{Cx, retried};
use poolhouse_model::operations::UpdateGroup;
use poolhouse_model::{UpdateGroupRequest, UpdateGroupResponse};

use crate::Handle;

impl Handle for UpdateGroup {
    async fn handle(cx: &Cx, input: UpdateGroupRequest) -> Result<UpdateGroupResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let group = retried(|| async {
            let mut group = cx.group(&pool, &input.group_name).await?;
            group.description = input.description.clone().or(group.description);
            group.role_arn = input.role_arn.clone().or(group.role_arn);
            group.precedence = input.precedence.or(group.precedence);
            group.modified_at = cx.now();
            cx.store.groups().replace(&mut group).await?;
            Ok(group)
        })
        .await?;
        Ok(UpdateGroupResponse {
            group: Some(group.describe()),
        })
    }
}
