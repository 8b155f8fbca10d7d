//! [`SetUICustomization`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUICustomization.html)
//!
//! A full replacement: what is left out is taken away. Logos are PNG or JPEG images.

use poolhouse_domain::Result;
use poolhouse_domain::branding::classic::{ALL, Customization};
use poolhouse_engine::Cx;
use poolhouse_model::operations::SetUICustomization;
use poolhouse_model::{SetUICustomizationRequest, SetUICustomizationResponse, UICustomizationType};

use crate::Handle;

impl Handle for SetUICustomization {
    async fn handle(cx: &Cx, input: SetUICustomizationRequest) -> Result<SetUICustomizationResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let target = input.client_id.as_deref().unwrap_or(ALL);
        if target != ALL {
            cx.client_of(&pool, target).await?;
        }
        pool.check_has_domain()?;
        let logo = input.image_file.map(|image| image.0);
        let customizations = cx.store.ui_customizations();
        let customization = Customization::new(&pool, target, input.css, logo, cx.now())?;
        let ui_customization = if let Some((mut customization, logo)) = customization {
            customizations.put(&mut customization, logo.as_ref()).await?;
            customization.describe(cx.logo_url(&pool, &customization))
        } else {
            customizations.delete(pool.id(), target).await?;
            UICustomizationType::default()
        };
        cx.forget_brand(target);
        Ok(SetUICustomizationResponse { ui_customization })
    }
}
