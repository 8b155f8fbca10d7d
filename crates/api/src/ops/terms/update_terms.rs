//! [`UpdateTerms`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateTerms.html)
//!
//! Members that are left out stay as they are. Links replace all links.

use poolhouse_domain::Result;
use poolhouse_domain::terms::check_links;
use poolhouse_engine::{Cx, retried};
use poolhouse_model::operations::UpdateTerms;
use poolhouse_model::{UpdateTermsRequest, UpdateTermsResponse};

use crate::Handle;

impl Handle for UpdateTerms {
    async fn handle(cx: &Cx, input: UpdateTermsRequest) -> Result<UpdateTermsResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let terms = retried(|| async {
            let mut terms = cx.terms(&pool, &input.terms_id).await?;
            terms.name = input.terms_name.clone().unwrap_or(terms.name);
            terms.source = input.terms_source.unwrap_or(terms.source);
            terms.enforcement = input.enforcement.unwrap_or(terms.enforcement);
            if input.links.is_some() {
                terms.links = check_links(input.links.clone())?;
            }
            terms.modified_at = cx.now();
            cx.replace_terms(&mut terms).await?;
            Ok(terms)
        })
        .await?;
        Ok(UpdateTermsResponse {
            terms: Some(terms.describe()),
        })
    }
}
