//! [`GetGroup`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetGroup.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::GetGroup;
use poolhouse_model::{GetGroupRequest, GetGroupResponse};

use crate::Handle;

impl Handle for GetGroup {
    async fn handle(cx: &Cx, input: GetGroupRequest) -> Result<GetGroupResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let group = cx.group(&pool, &input.group_name).await?;
        Ok(GetGroupResponse {
            group: Some(group.describe()),
        })
    }
}
