//! [`AdminListGroupsForUser`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminListGroupsForUser.html)

use poolhouse_domain::Result;
use poolhouse_domain::groups::Group;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminListGroupsForUser;
use poolhouse_model::{AdminListGroupsForUserRequest, AdminListGroupsForUserResponse};

use crate::Handle;

impl Handle for AdminListGroupsForUser {
    async fn handle(cx: &Cx, input: AdminListGroupsForUserRequest) -> Result<AdminListGroupsForUserResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        let list = ["AdminListGroupsForUser", pool.id(), &user.sub];
        let page = cx.page(&list, input.limit, input.next_token.as_deref())?;
        let mut groups = cx
            .store
            .groups()
            .of_user_page(pool.id(), &user.sub, page.after.as_deref(), page.fetch())
            .await?;
        let next_token = cx.next_page(&list, &page, &mut groups, |group| group.name.clone())?;
        Ok(AdminListGroupsForUserResponse {
            groups: Some(groups.iter().map(Group::describe).collect()),
            next_token,
        })
    }
}
