//! [`UpdateUserAttributes`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserAttributes.html)
//!
//! *Differs from AWS:* where the code can't be sent, nothing is changed.

use poolhouse_domain::Result;
use poolhouse_domain::attributes::Attributes;
use poolhouse_engine::Cx;
use poolhouse_model::operations::UpdateUserAttributes;
use poolhouse_model::{UpdateUserAttributesRequest, UpdateUserAttributesResponse};

use crate::Handle;

impl Handle for UpdateUserAttributes {
    async fn handle(cx: &Cx, input: UpdateUserAttributesRequest) -> Result<UpdateUserAttributesResponse> {
        let caller = cx.caller(&input.access_token).await?;
        let changes = Attributes::from_list(&input.user_attributes);
        caller.check_writable(changes.names())?;
        let details = cx
            .handing_metadata(input.client_metadata)
            .update_attributes(&caller.pool, Some(&caller.client), caller.user, &changes)
            .await?;
        Ok(UpdateUserAttributesResponse {
            code_delivery_details_list: Some(details),
        })
    }
}
