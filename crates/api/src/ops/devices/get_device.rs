//! [`GetDevice`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetDevice.html)

use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::GetDevice;
use poolhouse_model::{GetDeviceRequest, GetDeviceResponse};

use crate::Handle;

impl Handle for GetDevice {
    async fn handle(cx: &Cx, input: GetDeviceRequest) -> Result<GetDeviceResponse> {
        let token = input.access_token.ok_or(Error::AccessTokenInvalid)?;
        let caller = cx.caller(&token).await?;
        let device = cx.device(&caller.pool, &caller.user, &input.device_key).await?;
        Ok(GetDeviceResponse {
            device: device.describe(),
        })
    }
}
