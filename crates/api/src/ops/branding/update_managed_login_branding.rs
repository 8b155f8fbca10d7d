//! [`UpdateManagedLoginBranding`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateManagedLoginBranding.html)
//!
//! Settings and assets that are left out stay as they are. The default values replace all of them.

use poolhouse_domain::branding::style::StyleChange;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::UpdateManagedLoginBranding;
use poolhouse_model::{UpdateManagedLoginBrandingRequest, UpdateManagedLoginBrandingResponse};

use crate::Handle;

impl Handle for UpdateManagedLoginBranding {
    async fn handle(cx: &Cx, input: UpdateManagedLoginBrandingRequest) -> Result<UpdateManagedLoginBrandingResponse> {
        let pool_id = input.user_pool_id.ok_or(Error::MissingParameter("UserPoolId"))?;
        let id = input.managed_login_branding_id;
        let id = id.ok_or(Error::MissingParameter("ManagedLoginBrandingId"))?;
        let pool = cx.pool(&pool_id).await?;
        cx.style(&pool, &id).await?;
        pool.check_styles_in_tier()?;
        let change = StyleChange::new(input.use_cognito_provided_values, input.settings, input.assets)?;
        let style = cx.change_style(&pool, &id, &change).await?;
        Ok(UpdateManagedLoginBrandingResponse {
            managed_login_branding: Some(cx.describe_style(&style, false).await?),
        })
    }
}
