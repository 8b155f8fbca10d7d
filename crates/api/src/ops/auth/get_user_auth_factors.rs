//! [`GetUserAuthFactors`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUserAuthFactors.html)

use poolhouse_domain::Result;
use poolhouse_engine::{Caller, Cx};
use poolhouse_model::operations::GetUserAuthFactors;
use poolhouse_model::{GetUserAuthFactorsRequest, GetUserAuthFactorsResponse};

use crate::Handle;

impl Handle for GetUserAuthFactors {
    async fn handle(cx: &Cx, input: GetUserAuthFactorsRequest) -> Result<GetUserAuthFactorsResponse> {
        let Caller { pool, user, .. } = cx.caller(&input.access_token).await?;
        let has_passkey = cx.has_passkey(&pool, &user).await?;
        Ok(GetUserAuthFactorsResponse {
            preferred_mfa_setting: user.mfa.preferred_setting(),
            user_mfa_setting_list: user.mfa.setting_list(),
            configured_user_auth_factors: Some(user.first_factors(&pool, has_passkey)),
            username: user.username,
        })
    }
}
