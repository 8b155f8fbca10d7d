//! [`ConfirmSignUp`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ConfirmSignUp.html)

use poolhouse_domain::Result;
use poolhouse_engine::{Confirmation, Cx};
use poolhouse_model::operations::ConfirmSignUp;
use poolhouse_model::{ConfirmSignUpRequest, ConfirmSignUpResponse};

use crate::Handle;

impl Handle for ConfirmSignUp {
    async fn handle(cx: &Cx, input: ConfirmSignUpRequest) -> Result<ConfirmSignUpResponse> {
        let (pool, client) = cx.client(&input.client_id).await?;
        client.check_secret_hash(&input.username, input.secret_hash.as_ref())?;
        let confirmation = Confirmation {
            username: &input.username,
            code: input.confirmation_code.expose(),
            force_alias_creation: input.force_alias_creation.unwrap_or(false),
            session: input.session.as_ref(),
            is_browser: false,
        };
        let cx = cx.handing_metadata(input.client_metadata);
        let session = cx.confirm_sign_up(&pool, &client, confirmation).await?;
        Ok(ConfirmSignUpResponse { session })
    }
}
