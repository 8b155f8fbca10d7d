//! [`DescribeManagedLoginBrandingByClient`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeManagedLoginBrandingByClient.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::DescribeManagedLoginBrandingByClient;
use poolhouse_model::{DescribeManagedLoginBrandingByClientRequest, DescribeManagedLoginBrandingByClientResponse};

use crate::Handle;

impl Handle for DescribeManagedLoginBrandingByClient {
    async fn handle(
        cx: &Cx,
        input: DescribeManagedLoginBrandingByClientRequest,
    ) -> Result<DescribeManagedLoginBrandingByClientResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let client = cx.client_of(&pool, &input.client_id).await?;
        let style = cx.style_of(&client).await?;
        let merged = input.return_merged_resources.unwrap_or(false);
        Ok(DescribeManagedLoginBrandingByClientResponse {
            managed_login_branding: Some(cx.describe_style(&style, merged).await?),
        })
    }
}
