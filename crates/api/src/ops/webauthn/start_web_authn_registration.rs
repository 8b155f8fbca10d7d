//! [`StartWebAuthnRegistration`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_StartWebAuthnRegistration.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::StartWebAuthnRegistration;
use poolhouse_model::{StartWebAuthnRegistrationRequest, StartWebAuthnRegistrationResponse};

use crate::Handle;

impl Handle for StartWebAuthnRegistration {
    async fn handle(cx: &Cx, input: StartWebAuthnRegistrationRequest) -> Result<StartWebAuthnRegistrationResponse> {
        let caller = cx.caller(&input.access_token).await?;
        Ok(StartWebAuthnRegistrationResponse {
            credential_creation_options: cx.start_passkey_registration(&caller).await?,
        })
    }
}
