//! [`CreateResourceServer`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateResourceServer.html)
//!
//! *Differs from AWS:* a pool can have 300 resource servers, the most that an account can ask for.

use poolhouse_domain::resource_servers::{RESOURCE_SERVERS_PER_POOL, ResourceServer};
use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::CreateResourceServer;
use poolhouse_model::{CreateResourceServerRequest, CreateResourceServerResponse};

use crate::Handle;

impl Handle for CreateResourceServer {
    async fn handle(cx: &Cx, input: CreateResourceServerRequest) -> Result<CreateResourceServerResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let server = ResourceServer::new(&pool, input.identifier, input.name, input.scopes)?;
        let servers = cx.store.resource_servers();
        let inserted = servers.insert(&server, RESOURCE_SERVERS_PER_POOL).await;
        let inserted = inserted.map_err(|error| match error {
            poolhouse_storage::Error::Unique { .. } => Error::invalid_parameter(format!(
                "{} already exists in user pool {}.",
                server.identifier,
                pool.id()
            )),
            other => other.into(),
        })?;
        if !inserted {
            return Err(Error::LimitExceeded(
                format!("A user pool can have {RESOURCE_SERVERS_PER_POOL} resource servers at most.").into(),
            ));
        }
        cx.forget_custom_scopes(&pool);
        Ok(CreateResourceServerResponse {
            resource_server: server.describe(),
        })
    }
}
