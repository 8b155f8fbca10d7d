//! [`AdminRevokeUserSession`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminRevokeUserSession.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminRevokeUserSession;
use poolhouse_model::{AdminRevokeUserSessionRequest, AdminRevokeUserSessionResponse, RevokeAssociatedSessionsType};

use crate::Handle;

impl Handle for AdminRevokeUserSession {
    async fn handle(cx: &Cx, input: AdminRevokeUserSessionRequest) -> Result<AdminRevokeUserSessionResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        let linked = input.revoke_associated_sessions == Some(RevokeAssociatedSessionsType::Linked);
        cx.revoke_user_session(&pool, &user, &input.session_id, None, linked)
            .await?;
        Ok(AdminRevokeUserSessionResponse {})
    }
}
