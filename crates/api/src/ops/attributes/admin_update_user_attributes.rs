//! [`AdminUpdateUserAttributes`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminUpdateUserAttributes.html)

use poolhouse_domain::Result;
use poolhouse_domain::attributes::Attributes;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminUpdateUserAttributes;
use poolhouse_model::{AdminUpdateUserAttributesRequest, AdminUpdateUserAttributesResponse};

use crate::Handle;

impl Handle for AdminUpdateUserAttributes {
    async fn handle(cx: &Cx, input: AdminUpdateUserAttributesRequest) -> Result<AdminUpdateUserAttributesResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        let changes = Attributes::from_list(&input.user_attributes);
        cx.handing_metadata(input.client_metadata)
            .update_attributes(&pool, None, user, &changes)
            .await?;
        Ok(AdminUpdateUserAttributesResponse {})
    }
}
