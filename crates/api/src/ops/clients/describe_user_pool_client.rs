//! [`DescribeUserPoolClient`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPoolClient.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::DescribeUserPoolClient;
use poolhouse_model::{DescribeUserPoolClientRequest, DescribeUserPoolClientResponse};

use crate::Handle;

impl Handle for DescribeUserPoolClient {
    async fn handle(cx: &Cx, input: DescribeUserPoolClientRequest) -> Result<DescribeUserPoolClientResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let client = cx.client_of(&pool, &input.client_id).await?;
        Ok(DescribeUserPoolClientResponse {
            user_pool_client: Some(client.describe()),
        })
    }
}
