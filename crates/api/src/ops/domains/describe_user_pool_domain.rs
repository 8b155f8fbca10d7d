//! [`DescribeUserPoolDomain`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPoolDomain.html)
//!
//! A domain that is unknown, or that isn't one of the administrator's account and region, has an empty description.
//!
//! *Differs from AWS:* there is no bucket, and the distribution is the server's own host.

use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::DescribeUserPoolDomain;
use poolhouse_model::{DescribeUserPoolDomainRequest, DescribeUserPoolDomainResponse};

use crate::Handle;

impl Handle for DescribeUserPoolDomain {
    async fn handle(cx: &Cx, input: DescribeUserPoolDomainRequest) -> Result<DescribeUserPoolDomainResponse> {
        let pool = match cx.store.domains().pool_id(&input.domain).await? {
            Some(id) => cx.stored_pool(&id).await.map(Some),
            None => Ok(None),
        };
        let pool = match pool {
            Err(Error::PoolNotFound(_)) => None,
            other => other?,
        };
        let description = pool.and_then(|pool| {
            let domain = pool.domain(&input.domain)?;
            Some(domain.describe(&pool, cx.distribution()))
        });
        Ok(DescribeUserPoolDomainResponse {
            domain_description: Some(description.unwrap_or_default()),
        })
    }
}
