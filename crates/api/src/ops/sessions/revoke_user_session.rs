//! [`RevokeUserSession`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeUserSession.html)
//!
//! A session that began through the API comes from no SSO session: nothing is linked to it, and LINKED does what NONE does.

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::RevokeUserSession;
use poolhouse_model::{RevokeUserSessionRequest, RevokeUserSessionResponse};

use crate::Handle;

impl Handle for RevokeUserSession {
    async fn handle(cx: &Cx, input: RevokeUserSessionRequest) -> Result<RevokeUserSessionResponse> {
        let caller = cx.caller(&input.access_token).await?;
        let (pool, user) = (&caller.pool, &caller.user);
        cx.revoke_user_session(pool, user, &input.session_id, Some(&caller.event_id))
            .await?;
        Ok(RevokeUserSessionResponse {})
    }
}
