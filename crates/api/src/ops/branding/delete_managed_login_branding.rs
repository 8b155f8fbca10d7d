//! [`DeleteManagedLoginBranding`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteManagedLoginBranding.html)

use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::DeleteManagedLoginBrandingRequest;
use poolhouse_model::operations::DeleteManagedLoginBranding;

use crate::Handle;

impl Handle for DeleteManagedLoginBranding {
    async fn handle(cx: &Cx, input: DeleteManagedLoginBrandingRequest) -> Result<()> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let id = input.managed_login_branding_id.to_ascii_lowercase();
        let client_id = cx.store.styles().delete(pool.id(), &id).await?;
        cx.forget_brand(&client_id.ok_or(Error::StyleNotFound)?);
        Ok(())
    }
}
