//! [`AdminGetDevice`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetDevice.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminGetDevice;
use poolhouse_model::{AdminGetDeviceRequest, AdminGetDeviceResponse};

use crate::Handle;

impl Handle for AdminGetDevice {
    async fn handle(cx: &Cx, input: AdminGetDeviceRequest) -> Result<AdminGetDeviceResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        let device = cx.device(&pool, &user, &input.device_key).await?;
        Ok(AdminGetDeviceResponse {
            device: device.describe(),
        })
    }
}
