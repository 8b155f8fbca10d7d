//! [`AdminUpdateDeviceStatus`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminUpdateDeviceStatus.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminUpdateDeviceStatus;
use poolhouse_model::{AdminUpdateDeviceStatusRequest, AdminUpdateDeviceStatusResponse};

use crate::Handle;

impl Handle for AdminUpdateDeviceStatus {
    async fn handle(cx: &Cx, input: AdminUpdateDeviceStatusRequest) -> Result<AdminUpdateDeviceStatusResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        cx.set_device_status(&pool, &user, &input.device_key, input.device_remembered_status)
            .await?;
        Ok(AdminUpdateDeviceStatusResponse {})
    }
}
