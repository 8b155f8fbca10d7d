//! [`ListGroups`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListGroups.html)

use poolhouse_domain::Result;
use poolhouse_domain::groups::Group;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ListGroups;
use poolhouse_model::{ListGroupsRequest, ListGroupsResponse};

use crate::Handle;

impl Handle for ListGroups {
    async fn handle(cx: &Cx, input: ListGroupsRequest) -> Result<ListGroupsResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let list = ["ListGroups", pool.id()];
        let page = cx.page(&list, input.limit, input.next_token.as_deref())?;
        let mut groups = cx
            .store
            .groups()
            .list(pool.id(), page.after.as_deref(), page.fetch())
            .await?;
        let next_token = cx.next_page(&list, &page, &mut groups, |group| group.name.clone())?;
        Ok(ListGroupsResponse {
            groups: Some(groups.iter().map(Group::describe).collect()),
            next_token,
        })
    }
}
