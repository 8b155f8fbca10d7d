//! [`CreateGroup`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateGroup.html)

use poolhouse_domain::groups::Group;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::CreateGroup;
use poolhouse_model::{CreateGroupRequest, CreateGroupResponse};

use crate::Handle;

impl Handle for CreateGroup {
    async fn handle(cx: &Cx, input: CreateGroupRequest) -> Result<CreateGroupResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let now = cx.now();
        let group = Group {
            pool_id: pool.id().to_owned(),
            name: input.group_name,
            description: input.description,
            role_arn: input.role_arn,
            precedence: input.precedence,
            created_at: now,
            modified_at: now,
            version: 0,
        };
        cx.store.groups().insert(&group).await.map_err(|error| match error {
            poolhouse_storage::Error::Unique { .. } => Error::GroupExists,
            other => other.into(),
        })?;
        Ok(CreateGroupResponse {
            group: Some(group.describe()),
        })
    }
}
