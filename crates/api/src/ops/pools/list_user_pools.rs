//! [`ListUserPools`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUserPools.html)

use poolhouse_domain::Result;
use poolhouse_domain::pools::Pool;
use poolhouse_engine::{Cx, Request};
use poolhouse_model::operations::ListUserPools;
use poolhouse_model::{ListUserPoolsRequest, ListUserPoolsResponse};

use crate::Handle;

impl Handle for ListUserPools {
    async fn handle(cx: &Cx, input: ListUserPoolsRequest) -> Result<ListUserPoolsResponse> {
        let Request { account_id, region, .. } = &cx.request;
        let list = ["ListUserPools", account_id, region];
        let page = cx.page(&list, Some(input.max_results), input.next_token.as_deref())?;
        let mut pools = cx
            .store
            .pools()
            .list(account_id, region, page.after.as_deref(), page.fetch())
            .await?;
        let next_token = cx.next_page(&list, &page, &mut pools, |pool| pool.id().to_owned())?;
        Ok(ListUserPoolsResponse {
            user_pools: Some(pools.iter().map(Pool::description).collect()),
            next_token,
        })
    }
}
