//! [`DeleteUserPoolDomain`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUserPoolDomain.html)

use poolhouse_domain::Result;
use poolhouse_engine::{Cx, retried};
use poolhouse_model::operations::DeleteUserPoolDomain;
use poolhouse_model::{DeleteUserPoolDomainRequest, DeleteUserPoolDomainResponse};

use crate::Handle;

impl Handle for DeleteUserPoolDomain {
    async fn handle(cx: &Cx, input: DeleteUserPoolDomainRequest) -> Result<DeleteUserPoolDomainResponse> {
        let pool = retried(|| async {
            let mut pool = cx.stored_pool(&input.user_pool_id).await?;
            pool.remove_domain(&input.domain)?;
            let mut tx = cx.store.begin().await?;
            tx.domains().delete(&input.domain, pool.id()).await?;
            tx.pools().replace(&mut pool).await?;
            tx.commit().await?;
            Ok(pool)
        })
        .await?;
        cx.forget_domain(&input.domain, &pool);
        Ok(DeleteUserPoolDomainResponse {})
    }
}
