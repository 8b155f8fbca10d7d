//! [`AdminGetUserAuthFactors`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUserAuthFactors.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminGetUserAuthFactors;
use poolhouse_model::{AdminGetUserAuthFactorsRequest, AdminGetUserAuthFactorsResponse};

use crate::Handle;

impl Handle for AdminGetUserAuthFactors {
    async fn handle(cx: &Cx, input: AdminGetUserAuthFactorsRequest) -> Result<AdminGetUserAuthFactorsResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        let has_passkey = cx.has_passkey(&pool, &user).await?;
        Ok(AdminGetUserAuthFactorsResponse {
            preferred_mfa_setting: user.mfa.preferred_setting(),
            user_mfa_setting_list: user.mfa.setting_list(),
            configured_user_auth_factors: Some(user.first_factors(&pool, has_passkey)),
            username: user.username,
        })
    }
}
