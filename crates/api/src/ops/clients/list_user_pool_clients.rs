//! [`ListUserPoolClients`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUserPoolClients.html)

use poolhouse_domain::Result;
use poolhouse_domain::clients::Client;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ListUserPoolClients;
use poolhouse_model::{ListUserPoolClientsRequest, ListUserPoolClientsResponse};

use crate::Handle;

impl Handle for ListUserPoolClients {
    async fn handle(cx: &Cx, input: ListUserPoolClientsRequest) -> Result<ListUserPoolClientsResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let list = ["ListUserPoolClients", pool.id()];
        let page = cx.page(&list, input.max_results, input.next_token.as_deref())?;
        let mut clients = cx
            .store
            .clients()
            .list(pool.id(), page.after.as_deref(), page.fetch())
            .await?;
        let next_token = cx.next_page(&list, &page, &mut clients, |client| client.id().to_owned())?;
        let wanted = input.client_type;
        let descriptions = clients
            .iter()
            .filter(|client| wanted.is_none_or(|wanted| client.kind() == wanted));
        Ok(ListUserPoolClientsResponse {
            user_pool_clients: Some(descriptions.map(Client::description).collect()),
            next_token,
        })
    }
}
