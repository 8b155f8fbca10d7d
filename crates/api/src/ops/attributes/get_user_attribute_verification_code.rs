//! [`GetUserAttributeVerificationCode`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUserAttributeVerificationCode.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::GetUserAttributeVerificationCode;
use poolhouse_model::{GetUserAttributeVerificationCodeRequest, GetUserAttributeVerificationCodeResponse};

use super::verifiable;
use crate::Handle;

impl Handle for GetUserAttributeVerificationCode {
    async fn handle(
        cx: &Cx,
        input: GetUserAttributeVerificationCodeRequest,
    ) -> Result<GetUserAttributeVerificationCodeResponse> {
        let caller = cx.caller(&input.access_token).await?;
        let attribute = verifiable(&input.attribute_name)?;
        let cx = cx.handing_metadata(input.client_metadata);
        let details = cx.request_attribute_code(&caller, attribute).await?;
        Ok(GetUserAttributeVerificationCodeResponse {
            code_delivery_details: Some(details),
        })
    }
}
