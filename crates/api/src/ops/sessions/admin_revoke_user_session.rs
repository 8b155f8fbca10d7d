//! [`AdminRevokeUserSession`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminRevokeUserSession.html)
//!
//! A session that began through the API comes from no SSO session: nothing is linked to it, and LINKED does what NONE does.

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminRevokeUserSession;
use poolhouse_model::{AdminRevokeUserSessionRequest, AdminRevokeUserSessionResponse};

use crate::Handle;

impl Handle for AdminRevokeUserSession {
    async fn handle(cx: &Cx, input: AdminRevokeUserSessionRequest) -> Result<AdminRevokeUserSessionResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        cx.revoke_user_session(&pool, &user, &input.session_id, None).await?;
        Ok(AdminRevokeUserSessionResponse {})
    }
}
