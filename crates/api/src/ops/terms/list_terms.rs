//! [`ListTerms`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListTerms.html)

use poolhouse_domain::Result;
use poolhouse_domain::terms::Terms;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ListTerms;
use poolhouse_model::{ListTermsRequest, ListTermsResponse};

use crate::Handle;

impl Handle for ListTerms {
    async fn handle(cx: &Cx, input: ListTermsRequest) -> Result<ListTermsResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let list = ["ListTerms", pool.id()];
        let page = cx.page(&list, input.max_results, input.next_token.as_deref())?;
        let after = page.after.as_deref();
        let mut terms = cx.store.terms().list(pool.id(), after, page.fetch()).await?;
        let next_token = cx.next_page(&list, &page, &mut terms, |terms| terms.id.clone())?;
        Ok(ListTermsResponse {
            terms: terms.iter().map(Terms::summary).collect(),
            next_token,
        })
    }
}
