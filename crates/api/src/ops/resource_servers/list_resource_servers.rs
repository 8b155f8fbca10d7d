//! [`ListResourceServers`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListResourceServers.html)

use poolhouse_domain::Result;
use poolhouse_domain::resource_servers::ResourceServer;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ListResourceServers;
use poolhouse_model::{ListResourceServersRequest, ListResourceServersResponse};

use crate::Handle;

/// The most resource servers that one page holds.
const PAGE_SIZE: i32 = 50;

impl Handle for ListResourceServers {
    async fn handle(cx: &Cx, input: ListResourceServersRequest) -> Result<ListResourceServersResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let list = ["ListResourceServers", pool.id()];
        let limit = input.max_results.unwrap_or(PAGE_SIZE);
        let page = cx.page(&list, Some(limit), input.next_token.as_deref())?;
        let after = page.after.as_deref();
        let mut servers = cx.store.resource_servers().list(pool.id(), after, page.fetch()).await?;
        let managed = ResourceServer::managed(&pool);
        servers.extend(managed.filter(|managed| after.is_none_or(|after| managed.identifier.as_str() > after)));
        servers.sort_unstable_by(|a, b| a.identifier.cmp(&b.identifier));
        let next_token = cx.next_page(&list, &page, &mut servers, |server| server.identifier.clone())?;
        Ok(ListResourceServersResponse {
            resource_servers: servers.iter().map(ResourceServer::describe).collect(),
            next_token,
        })
    }
}
