//! [`AdminSetUserSettings`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminSetUserSettings.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminSetUserSettings;
use poolhouse_model::{AdminSetUserSettingsRequest, AdminSetUserSettingsResponse};

use crate::Handle;

impl Handle for AdminSetUserSettings {
    async fn handle(cx: &Cx, input: AdminSetUserSettingsRequest) -> Result<AdminSetUserSettingsResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        cx.set_mfa_options(&pool, user, &input.mfa_options).await?;
        Ok(AdminSetUserSettingsResponse {})
    }
}
