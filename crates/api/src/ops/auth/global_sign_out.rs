//! [`GlobalSignOut`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GlobalSignOut.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::GlobalSignOut;
use poolhouse_model::{GlobalSignOutRequest, GlobalSignOutResponse};

use crate::Handle;

impl Handle for GlobalSignOut {
    async fn handle(cx: &Cx, input: GlobalSignOutRequest) -> Result<GlobalSignOutResponse> {
        let caller = cx.caller(&input.access_token).await?;
        cx.sign_out_everywhere(&caller.user).await?;
        Ok(GlobalSignOutResponse {})
    }
}
