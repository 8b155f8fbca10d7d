//! [`CompleteWebAuthnRegistration`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CompleteWebAuthnRegistration.html)
//!
//! *Differs from AWS:* the origins of native apps, which association files would vouch for, are not allowed.

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::CompleteWebAuthnRegistration;
use poolhouse_model::{CompleteWebAuthnRegistrationRequest, CompleteWebAuthnRegistrationResponse};

use crate::Handle;

impl Handle for CompleteWebAuthnRegistration {
    async fn handle(
        cx: &Cx,
        input: CompleteWebAuthnRegistrationRequest,
    ) -> Result<CompleteWebAuthnRegistrationResponse> {
        let caller = cx.caller(&input.access_token).await?;
        cx.complete_passkey_registration(&caller, &input.credential).await?;
        Ok(CompleteWebAuthnRegistrationResponse {})
    }
}
