//! [`CreateUserPoolDomain`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolDomain.html)
//!
//! *Differs from AWS:* the domain is active at once. The certificate of a custom domain is noted and not looked at, and
//! no DNS record either: whatever stands before the server ends TLS there, and the security policy is its business.
//! The domain to point the DNS record at is the server's own host. A prefix is taken for all regions and accounts of the
//! server. Pools have no replicas, so that none can be failed over to.

use poolhouse_domain::{Error, Result};
use poolhouse_engine::{Cx, retried};
use poolhouse_model::operations::CreateUserPoolDomain;
use poolhouse_model::{CreateUserPoolDomainRequest, CreateUserPoolDomainResponse};

use crate::Handle;

impl Handle for CreateUserPoolDomain {
    async fn handle(cx: &Cx, input: CreateUserPoolDomainRequest) -> Result<CreateUserPoolDomainResponse> {
        let name = &input.domain;
        let pool = retried(|| async {
            let mut pool = cx.stored_pool(&input.user_pool_id).await?;
            pool.add_domain(input.clone(), cx.now())?;
            let mut tx = cx.store.begin().await?;
            tx.domains()
                .insert(name, pool.id())
                .await
                .map_err(|error| match error {
                    poolhouse_storage::Error::Unique { .. } => {
                        Error::invalid_parameter("Domain already associated with another user pool.")
                    }
                    other => other.into(),
                })?;
            tx.pools().replace(&mut pool).await?;
            tx.commit().await?;
            Ok(pool)
        })
        .await?;
        cx.forget_domain(name, &pool);
        Ok(CreateUserPoolDomainResponse {
            managed_login_version: pool.domain(name).map(|domain| domain.settings.managed_login_version),
            cloud_front_domain: cx.distribution().filter(|_| input.custom_domain_config.is_some()),
            routing: None,
        })
    }
}
