//! [`DescribeTermsByClient`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeTermsByClient.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::DescribeTermsByClient;
use poolhouse_model::{DescribeTermsByClientRequest, DescribeTermsByClientResponse};

use crate::Handle;

impl Handle for DescribeTermsByClient {
    async fn handle(cx: &Cx, input: DescribeTermsByClientRequest) -> Result<DescribeTermsByClientResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let client = cx.client_of(&pool, &input.client_id).await?;
        let terms = cx.terms_of(&client, &input.terms_name).await?;
        Ok(DescribeTermsByClientResponse {
            terms: Some(terms.describe()),
        })
    }
}
