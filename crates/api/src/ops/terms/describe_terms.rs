//! [`DescribeTerms`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeTerms.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::DescribeTerms;
use poolhouse_model::{DescribeTermsRequest, DescribeTermsResponse};

use crate::Handle;

impl Handle for DescribeTerms {
    async fn handle(cx: &Cx, input: DescribeTermsRequest) -> Result<DescribeTermsResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let terms = cx.terms(&pool, &input.terms_id).await?;
        Ok(DescribeTermsResponse {
            terms: Some(terms.describe()),
        })
    }
}
