//! [`UpdateDeviceStatus`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateDeviceStatus.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::UpdateDeviceStatus;
use poolhouse_model::{UpdateDeviceStatusRequest, UpdateDeviceStatusResponse};

use crate::Handle;

impl Handle for UpdateDeviceStatus {
    async fn handle(cx: &Cx, input: UpdateDeviceStatusRequest) -> Result<UpdateDeviceStatusResponse> {
        let caller = cx.caller(&input.access_token).await?;
        let (pool, user) = (&caller.pool, &caller.user);
        cx.set_device_status(pool, user, &input.device_key, input.device_remembered_status)
            .await?;
        Ok(UpdateDeviceStatusResponse {})
    }
}
