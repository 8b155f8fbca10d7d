//! [`SetUserMFAPreference`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserMFAPreference.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::SetUserMFAPreference;
use poolhouse_model::{SetUserMFAPreferenceRequest, SetUserMFAPreferenceResponse};

use super::Preferences;
use crate::Handle;

impl Handle for SetUserMFAPreference {
    async fn handle(cx: &Cx, input: SetUserMFAPreferenceRequest) -> Result<SetUserMFAPreferenceResponse> {
        let caller = cx.caller(&input.access_token).await?;
        let preferences = Preferences {
            sms: input.sms_mfa_settings,
            software_token: input.software_token_mfa_settings,
            email: input.email_mfa_settings,
            web_authn: input.web_authn_mfa_settings,
        };
        let (settings, passkey) = (preferences.settings(), preferences.passkey());
        cx.set_mfa_preferences(&caller.pool, caller.user, &settings, passkey)
            .await?;
        Ok(SetUserMFAPreferenceResponse {})
    }
}
