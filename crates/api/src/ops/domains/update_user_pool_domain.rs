//! [`UpdateUserPoolDomain`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPoolDomain.html)
//!
//! What the request leaves out stays as it is.
//!
//! *Differs from AWS:* as with CreateUserPoolDomain.

use poolhouse_domain::Result;
use poolhouse_engine::{Cx, retried};
use poolhouse_model::operations::UpdateUserPoolDomain;
use poolhouse_model::{UpdateUserPoolDomainRequest, UpdateUserPoolDomainResponse};

use crate::Handle;

impl Handle for UpdateUserPoolDomain {
    async fn handle(cx: &Cx, input: UpdateUserPoolDomainRequest) -> Result<UpdateUserPoolDomainResponse> {
        let pool = retried(|| async {
            let mut pool = cx.stored_pool(&input.user_pool_id).await?;
            pool.update_domain(input.clone())?;
            cx.store.pools().replace(&mut pool).await?;
            Ok(pool)
        })
        .await?;
        cx.forget_pool(pool.id());
        let settings = pool.domain(&input.domain).map(|domain| domain.settings);
        Ok(UpdateUserPoolDomainResponse {
            managed_login_version: settings.map(|settings| settings.managed_login_version),
            cloud_front_domain: cx
                .distribution()
                .filter(|_| settings.is_some_and(|settings| settings.config.is_some())),
            routing: None,
        })
    }
}
