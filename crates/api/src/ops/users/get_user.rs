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
            username: caller.user.username,
            user_attributes: readable.to_list(),
            mfa_options: None,
            preferred_mfa_setting: None,
            user_mfa_setting_list: None,
        })
    }
}
