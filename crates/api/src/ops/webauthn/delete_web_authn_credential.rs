//! [`DeleteWebAuthnCredential`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteWebAuthnCredential.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::DeleteWebAuthnCredential;
use poolhouse_model::{DeleteWebAuthnCredentialRequest, DeleteWebAuthnCredentialResponse};

use crate::Handle;

impl Handle for DeleteWebAuthnCredential {
    async fn handle(cx: &Cx, input: DeleteWebAuthnCredentialRequest) -> Result<DeleteWebAuthnCredentialResponse> {
        let caller = cx.caller(&input.access_token).await?;
        cx.delete_passkey(&caller.pool, &caller.user, &input.credential_id)
            .await?;
        Ok(DeleteWebAuthnCredentialResponse {})
    }
}
