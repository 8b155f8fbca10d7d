//! [`ListUserSessions`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUserSessions.html)

use poolhouse_domain::Result;
use poolhouse_domain::user_sessions::UserSession;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ListUserSessions;
use poolhouse_model::{ListUserSessionsRequest, ListUserSessionsResponse};

use crate::Handle;

impl Handle for ListUserSessions {
    async fn handle(cx: &Cx, input: ListUserSessionsRequest) -> Result<ListUserSessionsResponse> {
        let caller = cx.caller(&input.access_token).await?;
        let (pool, user) = (&caller.pool, &caller.user);
        let sessions = cx.user_sessions(pool, user).await?;
        // A user's sessions fit on one page: there is never a token to continue from.
        cx.page(
            &["ListUserSessions", pool.id(), &user.sub],
            None,
            input.next_token.as_deref(),
        )?;
        let describe = |session: &UserSession| session.describe(Some(&caller.event_id));
        Ok(ListUserSessionsResponse {
            sessions: Some(sessions.iter().map(describe).collect()),
            next_token: None,
        })
    }
}
