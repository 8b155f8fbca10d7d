//! [`VerifySoftwareToken`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_VerifySoftwareToken.html)

use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::VerifySoftwareToken;
use poolhouse_model::{VerifySoftwareTokenRequest, VerifySoftwareTokenResponse, VerifySoftwareTokenResponseType};

use crate::Handle;

impl Handle for VerifySoftwareToken {
    async fn handle(cx: &Cx, input: VerifySoftwareTokenRequest) -> Result<VerifySoftwareTokenResponse> {
        let (code, name) = (&input.user_code, input.friendly_device_name);
        let session = match (&input.access_token, &input.session) {
            (Some(token), None) => {
                let caller = cx.caller(token).await?;
                cx.verify_software_token(caller, code, name).await?;
                None
            }
            (None, Some(session)) => Some(cx.verify_software_token_in_session(session, code, name).await?),
            (Some(_), Some(_)) => return Err(Error::TokenAndSession),
            (None, None) => return Err(Error::AccessTokenInvalid),
        };
        Ok(VerifySoftwareTokenResponse {
            status: Some(VerifySoftwareTokenResponseType::Success),
            session,
        })
    }
}
