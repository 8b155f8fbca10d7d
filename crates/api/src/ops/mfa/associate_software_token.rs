//! [`AssociateSoftwareToken`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AssociateSoftwareToken.html)

use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::AssociateSoftwareToken;
use poolhouse_model::{AssociateSoftwareTokenRequest, AssociateSoftwareTokenResponse};

use crate::Handle;

impl Handle for AssociateSoftwareToken {
    async fn handle(cx: &Cx, input: AssociateSoftwareTokenRequest) -> Result<AssociateSoftwareTokenResponse> {
        let (secret_code, session) = match (&input.access_token, &input.session) {
            (Some(token), None) => (cx.associate_software_token(cx.caller(token).await?).await?, None),
            (None, Some(session)) => {
                let (secret_code, session) = cx.associate_software_token_in_session(session).await?;
                (secret_code, Some(session))
            }
            (Some(_), Some(_)) => return Err(Error::TokenAndSession),
            (None, None) => return Err(Error::AccessTokenInvalid),
        };
        Ok(AssociateSoftwareTokenResponse {
            secret_code: Some(secret_code),
            session,
        })
    }
}
