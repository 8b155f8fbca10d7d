//! [`DescribeUserPool`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPool.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::DescribeUserPool;
use poolhouse_model::{DescribeUserPoolRequest, DescribeUserPoolResponse};

use crate::Handle;

impl Handle for DescribeUserPool {
    async fn handle(cx: &Cx, input: DescribeUserPoolRequest) -> Result<DescribeUserPoolResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let users = cx.store.pools().estimated_users(pool.id()).await?;
        Ok(DescribeUserPoolResponse {
            user_pool: Some(pool.describe(users)),
        })
    }
}
