//! [`GetUser`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUser.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::GetUser;
use poolhouse_model::{GetUserRequest, GetUserResponse};

use crate::Handle;

impl Handle for GetUser {
    async fn handle(cx: &Cx, input: GetUserRequest) -> Result<GetUserResponse> {
        let caller = cx.caller(&input.access_token).await?;
        let readable = caller.readable_attributes();
        Ok(GetUserResponse {
            user_attributes: readable.to_list(),
            mfa_options: caller.user.mfa.options(),
            preferred_mfa_setting: caller.user.mfa.preferred_setting(),
            user_mfa_setting_list: caller.user.mfa.setting_list(),
            username: caller.user.username,
        })
    }
}
