//! [`SetUserSettings`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserSettings.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::SetUserSettings;
use poolhouse_model::{SetUserSettingsRequest, SetUserSettingsResponse};

use crate::Handle;

impl Handle for SetUserSettings {
    async fn handle(cx: &Cx, input: SetUserSettingsRequest) -> Result<SetUserSettingsResponse> {
        let caller = cx.caller(&input.access_token).await?;
        cx.set_mfa_options(&caller.pool, caller.user, &input.mfa_options)
            .await?;
        Ok(SetUserSettingsResponse {})
    }
}
