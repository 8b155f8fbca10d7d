//! [`DeleteTerms`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteTerms.html)

use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::DeleteTermsRequest;
use poolhouse_model::operations::DeleteTerms;

use crate::Handle;

impl Handle for DeleteTerms {
    async fn handle(cx: &Cx, input: DeleteTermsRequest) -> Result<()> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let id = input.terms_id.to_ascii_lowercase();
        let client_id = cx.store.terms().delete(pool.id(), &id).await?;
        cx.forget_brand(&client_id.ok_or(Error::TermsNotFound)?);
        Ok(())
    }
}
