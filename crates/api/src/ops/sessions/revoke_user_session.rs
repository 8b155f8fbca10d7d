//! [`RevokeUserSession`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeUserSession.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::RevokeUserSession;
use poolhouse_model::{RevokeAssociatedSessionsType, RevokeUserSessionRequest, RevokeUserSessionResponse};

use crate::Handle;

impl Handle for RevokeUserSession {
    async fn handle(cx: &Cx, input: RevokeUserSessionRequest) -> Result<RevokeUserSessionResponse> {
        let caller = cx.caller(&input.access_token).await?;
        let (pool, user) = (&caller.pool, &caller.user);
        let linked = input.revoke_associated_sessions == Some(RevokeAssociatedSessionsType::Linked);
        cx.revoke_user_session(pool, user, &input.session_id, Some(&caller.event_id), linked)
            .await?;
        Ok(RevokeUserSessionResponse {})
    }
}
