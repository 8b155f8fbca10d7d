//! [`DeleteUserAttributes`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUserAttributes.html)

use poolhouse_domain::Result;
use poolhouse_domain::schema::Writer;
use poolhouse_engine::Cx;
use poolhouse_model::operations::DeleteUserAttributes;
use poolhouse_model::{DeleteUserAttributesRequest, DeleteUserAttributesResponse};

use crate::Handle;

impl Handle for DeleteUserAttributes {
    async fn handle(cx: &Cx, input: DeleteUserAttributesRequest) -> Result<DeleteUserAttributesResponse> {
        let caller = cx.caller(&input.access_token).await?;
        caller.check_writable(input.user_attribute_names.iter().map(String::as_str))?;
        cx.delete_attributes(&caller.pool, caller.user, &input.user_attribute_names, Writer::Client)
            .await?;
        Ok(DeleteUserAttributesResponse {})
    }
}
