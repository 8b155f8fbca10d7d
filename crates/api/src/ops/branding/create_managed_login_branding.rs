//! [`CreateManagedLoginBranding`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateManagedLoginBranding.html)
//!
//! A style must say where its values come from: either the default ones or settings. Assets go with both.
//!
//! *Differs from AWS:* the default values are those of our own pages.

use poolhouse_domain::Result;
use poolhouse_domain::branding::style::StyleChange;
use poolhouse_engine::Cx;
use poolhouse_model::operations::CreateManagedLoginBranding;
use poolhouse_model::{CreateManagedLoginBrandingRequest, CreateManagedLoginBrandingResponse};

use crate::Handle;

impl Handle for CreateManagedLoginBranding {
    async fn handle(cx: &Cx, input: CreateManagedLoginBrandingRequest) -> Result<CreateManagedLoginBrandingResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let client = cx.client_of(&pool, &input.client_id).await?;
        pool.check_styles_in_tier()?;
        let change = StyleChange::new(input.use_cognito_provided_values, input.settings, input.assets)?;
        let style = cx.create_style(&pool, &client, &change).await?;
        Ok(CreateManagedLoginBrandingResponse {
            managed_login_branding: Some(cx.describe_style(&style, false).await?),
        })
    }
}
