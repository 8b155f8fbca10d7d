//! [`AddCustomAttributes`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AddCustomAttributes.html)

use poolhouse_domain::Result;
use poolhouse_engine::{Cx, retried};
use poolhouse_model::operations::AddCustomAttributes;
use poolhouse_model::{AddCustomAttributesRequest, AddCustomAttributesResponse};

use crate::Handle;

impl Handle for AddCustomAttributes {
    async fn handle(cx: &Cx, input: AddCustomAttributesRequest) -> Result<AddCustomAttributesResponse> {
        retried(|| async {
            let mut pool = cx.stored_pool(&input.user_pool_id).await?;
            let schema = pool.schema().add_custom(&input.custom_attributes)?;
            pool.replace_schema(schema, cx.now());
            cx.store.pools().replace(&mut pool).await?;
            cx.forget_pool(pool.id());
            Ok(())
        })
        .await?;
        Ok(AddCustomAttributesResponse {})
    }
}
