//! [`GetUICustomization`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUICustomization.html)
//!
//! The look of all app clients stands in for that of one that has none.

use poolhouse_domain::Result;
use poolhouse_domain::branding::classic::ALL;
use poolhouse_engine::Cx;
use poolhouse_model::operations::GetUICustomization;
use poolhouse_model::{GetUICustomizationRequest, GetUICustomizationResponse};

use crate::Handle;

impl Handle for GetUICustomization {
    async fn handle(cx: &Cx, input: GetUICustomizationRequest) -> Result<GetUICustomizationResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let target = input.client_id.as_deref().unwrap_or(ALL);
        if target != ALL {
            cx.client_of(&pool, target).await?;
        }
        pool.check_has_domain()?;
        let customization = cx.customization(&pool, target).await?;
        let described = customization.map(|found| found.describe(cx.logo_url(&pool, &found)));
        Ok(GetUICustomizationResponse {
            ui_customization: described.unwrap_or_default(),
        })
    }
}
