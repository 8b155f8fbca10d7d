//! [`DeleteResourceServer`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteResourceServer.html)
//!
//! App clients keep what they list of its scopes, but no new token has them.

use poolhouse_domain::resource_servers::check_writable;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::DeleteResourceServerRequest;
use poolhouse_model::operations::DeleteResourceServer;

use crate::Handle;

impl Handle for DeleteResourceServer {
    async fn handle(cx: &Cx, input: DeleteResourceServerRequest) -> Result<()> {
        let pool = cx.pool(&input.user_pool_id).await?;
        check_writable(&input.identifier)?;
        let deleted = cx.store.resource_servers().delete(pool.id(), &input.identifier).await?;
        cx.forget_custom_scopes(&pool);
        if deleted {
            Ok(())
        } else {
            Err(Error::ResourceServerNotFound(input.identifier))
        }
    }
}
