//! [`DescribeResourceServer`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeResourceServer.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::DescribeResourceServer;
use poolhouse_model::{DescribeResourceServerRequest, DescribeResourceServerResponse};

use crate::Handle;

impl Handle for DescribeResourceServer {
    async fn handle(cx: &Cx, input: DescribeResourceServerRequest) -> Result<DescribeResourceServerResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let server = cx.resource_server(&pool, &input.identifier).await?;
        Ok(DescribeResourceServerResponse {
            resource_server: server.describe(),
        })
    }
}
