//! [`AdminConfirmSignUp`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminConfirmSignUp.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminConfirmSignUp;
use poolhouse_model::{AdminConfirmSignUpRequest, AdminConfirmSignUpResponse};

use crate::Handle;

impl Handle for AdminConfirmSignUp {
    async fn handle(cx: &Cx, input: AdminConfirmSignUpRequest) -> Result<AdminConfirmSignUpResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let cx = cx.handing_metadata(input.client_metadata);
        cx.admin_confirm_sign_up(&pool, &input.username).await?;
        Ok(AdminConfirmSignUpResponse {})
    }
}
