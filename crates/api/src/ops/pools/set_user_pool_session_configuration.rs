//! [`SetUserPoolSessionConfiguration`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserPoolSessionConfiguration.html)
//!
//! A full replacement. Sign-ins of before tracking was enabled have no session; while it is disabled none is listed.

use poolhouse_domain::Result;
use poolhouse_domain::user_sessions::SessionTracking;
use poolhouse_engine::Cx;
use poolhouse_model::operations::SetUserPoolSessionConfiguration;
use poolhouse_model::{SetUserPoolSessionConfigurationRequest, SetUserPoolSessionConfigurationResponse};

use crate::Handle;

impl Handle for SetUserPoolSessionConfiguration {
    async fn handle(
        cx: &Cx,
        input: SetUserPoolSessionConfigurationRequest,
    ) -> Result<SetUserPoolSessionConfigurationResponse> {
        let mut pool = cx.stored_pool(&input.user_pool_id).await?;
        let sessions = SessionTracking {
            tracking: input.user_session_tracking,
            token_session: input.token_session,
        };
        pool.set_session_tracking(sessions.clone(), cx.now())?;
        cx.store.pools().replace(&mut pool).await?;
        cx.forget_pool(pool.id());
        Ok(SetUserPoolSessionConfigurationResponse {
            user_pool_id: Some(input.user_pool_id),
            user_session_tracking: Some(sessions.tracking),
            token_session: Some(sessions.token_session),
        })
    }
}
