//! [`DescribeManagedLoginBranding`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeManagedLoginBranding.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::DescribeManagedLoginBranding;
use poolhouse_model::{DescribeManagedLoginBrandingRequest, DescribeManagedLoginBrandingResponse};

use crate::Handle;

impl Handle for DescribeManagedLoginBranding {
    async fn handle(
        cx: &Cx,
        input: DescribeManagedLoginBrandingRequest,
    ) -> Result<DescribeManagedLoginBrandingResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let style = cx.style(&pool, &input.managed_login_branding_id).await?;
        let merged = input.return_merged_resources.unwrap_or(false);
        Ok(DescribeManagedLoginBrandingResponse {
            managed_login_branding: Some(cx.describe_style(&style, merged).await?),
        })
    }
}
