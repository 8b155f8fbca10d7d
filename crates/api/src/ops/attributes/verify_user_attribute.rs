//! [`VerifyUserAttribute`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_VerifyUserAttribute.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::VerifyUserAttribute;
use poolhouse_model::{VerifyUserAttributeRequest, VerifyUserAttributeResponse};

use super::verifiable;
use crate::Handle;

impl Handle for VerifyUserAttribute {
    async fn handle(cx: &Cx, input: VerifyUserAttributeRequest) -> Result<VerifyUserAttributeResponse> {
        let caller = cx.caller(&input.access_token).await?;
        let attribute = verifiable(&input.attribute_name)?;
        cx.verify_attribute(caller, attribute, input.code.expose()).await?;
        Ok(VerifyUserAttributeResponse {})
    }
}
