//! [`CreateTerms`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateTerms.html)

use poolhouse_domain::Result;
use poolhouse_domain::terms::{Terms, check_links};
use poolhouse_engine::Cx;
use poolhouse_model::operations::CreateTerms;
use poolhouse_model::{CreateTermsRequest, CreateTermsResponse};

use crate::Handle;

impl Handle for CreateTerms {
    async fn handle(cx: &Cx, input: CreateTermsRequest) -> Result<CreateTermsResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let client = cx.client_of(&pool, &input.client_id).await?;
        let now = cx.now();
        let terms = Terms {
            id: cx.entropy.uuid_v4(),
            pool_id: pool.id().to_owned(),
            client_id: client.id().to_owned(),
            name: input.terms_name,
            source: input.terms_source,
            enforcement: input.enforcement,
            links: check_links(input.links)?,
            created_at: now,
            modified_at: now,
            version: 0,
        };
        cx.insert_terms(&terms).await?;
        Ok(CreateTermsResponse {
            terms: Some(terms.describe()),
        })
    }
}
