//! [`AdminDeleteUserAttributes`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDeleteUserAttributes.html)

use poolhouse_domain::Result;
use poolhouse_domain::schema::Writer;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminDeleteUserAttributes;
use poolhouse_model::{AdminDeleteUserAttributesRequest, AdminDeleteUserAttributesResponse};

use crate::Handle;

impl Handle for AdminDeleteUserAttributes {
    async fn handle(cx: &Cx, input: AdminDeleteUserAttributesRequest) -> Result<AdminDeleteUserAttributesResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        cx.delete_attributes(&pool, user, &input.user_attribute_names, Writer::Admin)
            .await?;
        Ok(AdminDeleteUserAttributesResponse {})
    }
}
