//! [`UpdateResourceServer`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateResourceServer.html)
//!
//! A full replacement: a resource server whose scopes are left out has none. App clients keep what they list of scopes
//! that are gone, but no new token has them.

use poolhouse_domain::resource_servers::ResourceServer;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::UpdateResourceServer;
use poolhouse_model::{UpdateResourceServerRequest, UpdateResourceServerResponse};

use crate::Handle;

impl Handle for UpdateResourceServer {
    async fn handle(cx: &Cx, input: UpdateResourceServerRequest) -> Result<UpdateResourceServerResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let server = ResourceServer::new(&pool, input.identifier, input.name, input.scopes)?;
        if !cx.store.resource_servers().replace(&server).await? {
            return Err(Error::ResourceServerNotFound(server.identifier));
        }
        cx.forget_custom_scopes(&pool);
        Ok(UpdateResourceServerResponse {
            resource_server: server.describe(),
        })
    }
}
