//! [`ListUsersInGroup`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsersInGroup.html)

use poolhouse_domain::Result;
use poolhouse_domain::users::User;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ListUsersInGroup;
use poolhouse_model::{ListUsersInGroupRequest, ListUsersInGroupResponse};

use crate::Handle;

impl Handle for ListUsersInGroup {
    async fn handle(cx: &Cx, input: ListUsersInGroupRequest) -> Result<ListUsersInGroupResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let group = cx.group(&pool, &input.group_name).await?;
        let list = ["ListUsersInGroup", pool.id(), &group.name];
        let page = cx.page(&list, input.limit, input.next_token.as_deref())?;
        let mut users = cx
            .store
            .groups()
            .members(pool.id(), &group.name, page.after.as_deref(), page.fetch())
            .await?;
        let next_token = cx.next_page(&list, &page, &mut users, |user| user.sub.clone())?;
        Ok(ListUsersInGroupResponse {
            users: Some(users.iter().map(User::describe).collect()),
            next_token,
        })
    }
}
