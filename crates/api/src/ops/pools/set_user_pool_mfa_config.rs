//! [`SetUserPoolMfaConfig`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserPoolMfaConfig.html)
//!
//! A full replacement: a factor that the request leaves out is off, and so is MFA when the mode is left out.

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::SetUserPoolMfaConfig;
use poolhouse_model::{SetUserPoolMfaConfigRequest, SetUserPoolMfaConfigResponse};

use crate::Handle;

impl Handle for SetUserPoolMfaConfig {
    async fn handle(cx: &Cx, input: SetUserPoolMfaConfigRequest) -> Result<SetUserPoolMfaConfigResponse> {
        let mut pool = cx.stored_pool(&input.user_pool_id).await?;
        pool.set_mfa(input, cx.now())?;
        cx.store.pools().replace(&mut pool).await?;
        cx.forget_pool(pool.id());
        let config = pool.mfa_config();
        Ok(SetUserPoolMfaConfigResponse {
            sms_mfa_configuration: config.sms_mfa_configuration,
            software_token_mfa_configuration: config.software_token_mfa_configuration,
            email_mfa_configuration: config.email_mfa_configuration,
            mfa_configuration: config.mfa_configuration,
            web_authn_configuration: config.web_authn_configuration,
        })
    }
}
