//! [`AdminSetUserMFAPreference`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminSetUserMFAPreference.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminSetUserMFAPreference;
use poolhouse_model::{AdminSetUserMFAPreferenceRequest, AdminSetUserMFAPreferenceResponse};

use super::Preferences;
use crate::Handle;

impl Handle for AdminSetUserMFAPreference {
    async fn handle(cx: &Cx, input: AdminSetUserMFAPreferenceRequest) -> Result<AdminSetUserMFAPreferenceResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        let preferences = Preferences {
            sms: input.sms_mfa_settings,
            software_token: input.software_token_mfa_settings,
            email: input.email_mfa_settings,
            web_authn: input.web_authn_mfa_settings,
        };
        let (settings, passkey) = (preferences.settings(), preferences.passkey());
        cx.set_mfa_preferences(&pool, user, &settings, passkey).await?;
        Ok(AdminSetUserMFAPreferenceResponse {})
    }
}
