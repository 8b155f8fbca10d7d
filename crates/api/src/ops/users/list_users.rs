//! [`ListUsers`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html)
//!
//! A new user is found at once.

use poolhouse_domain::Result;
use poolhouse_domain::filter::Filter;
use poolhouse_domain::users::User;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ListUsers;
use poolhouse_model::{ListUsersRequest, ListUsersResponse};
use poolhouse_storage::user_position;

use crate::Handle;

impl Handle for ListUsers {
    async fn handle(cx: &Cx, input: ListUsersRequest) -> Result<ListUsersResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let text = input.filter.as_deref().unwrap_or_default();
        let filter = Filter::parse(text)?;
        let wanted = input.attributes_to_get;
        let list = ["ListUsers", pool.id(), text];
        let page = cx.page(&list, input.limit, input.pagination_token.as_deref())?;
        let mut users = cx
            .store
            .users()
            .list(pool.id(), filter.as_ref(), page.after.as_deref(), page.fetch())
            .await?;
        let pagination_token = cx.next_page(&list, &page, &mut users, |user| user_position(filter.as_ref(), user))?;
        let description = |user: &User| match &wanted {
            Some(wanted) => user.describe_only(wanted),
            None => Ok(user.describe()),
        };
        Ok(ListUsersResponse {
            users: Some(users.iter().map(description).collect::<Result<_>>()?),
            pagination_token,
        })
    }
}
