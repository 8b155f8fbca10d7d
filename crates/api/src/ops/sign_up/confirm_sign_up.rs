//! [`ConfirmSignUp`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ConfirmSignUp.html)
//!
//! *Differs from AWS:* a session is refused, and none is given, until sign-up can go over into a sign-in by USER_AUTH.

use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::ConfirmSignUp;
use poolhouse_model::{ConfirmSignUpRequest, ConfirmSignUpResponse};

use crate::Handle;

impl Handle for ConfirmSignUp {
    async fn handle(cx: &Cx, input: ConfirmSignUpRequest) -> Result<ConfirmSignUpResponse> {
        let (pool, client) = cx.client(&input.client_id).await?;
        client.check_secret_hash(&input.username, input.secret_hash.as_ref())?;
        if input.session.is_some() {
            return Err(Error::SessionInvalid);
        }
        let force = input.force_alias_creation.unwrap_or(false);
        cx.confirm_sign_up(&pool, &client, &input.username, input.confirmation_code.expose(), force)
            .await?;
        Ok(ConfirmSignUpResponse::default())
    }
}
