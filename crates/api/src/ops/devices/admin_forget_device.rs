//! [`AdminForgetDevice`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminForgetDevice.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::AdminForgetDeviceRequest;
use poolhouse_model::operations::AdminForgetDevice;

use crate::Handle;

impl Handle for AdminForgetDevice {
    async fn handle(cx: &Cx, input: AdminForgetDeviceRequest) -> Result<()> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        cx.forget_device(&pool, &user, &input.device_key).await
    }
}
