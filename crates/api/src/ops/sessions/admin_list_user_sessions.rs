//! [`AdminListUserSessions`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminListUserSessions.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminListUserSessions;
use poolhouse_model::{AdminListUserSessionsRequest, AdminListUserSessionsResponse};

use crate::Handle;

impl Handle for AdminListUserSessions {
    async fn handle(cx: &Cx, input: AdminListUserSessionsRequest) -> Result<AdminListUserSessionsResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        let sessions = cx.user_sessions(&pool, &user).await?;
        // A user's sessions fit on one page: there is never a token to continue from.
        cx.page(
            &["AdminListUserSessions", pool.id(), &user.sub],
            None,
            input.next_token.as_deref(),
        )?;
        Ok(AdminListUserSessionsResponse {
            sessions: Some(sessions.iter().map(|session| session.describe(None)).collect()),
            next_token: None,
        })
    }
}
