//! [`ForgetDevice`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ForgetDevice.html)

use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::ForgetDeviceRequest;
use poolhouse_model::operations::ForgetDevice;

use crate::Handle;

impl Handle for ForgetDevice {
    async fn handle(cx: &Cx, input: ForgetDeviceRequest) -> Result<()> {
        let token = input.access_token.ok_or(Error::AccessTokenInvalid)?;
        let caller = cx.caller(&token).await?;
        cx.forget_device(&caller.pool, &caller.user, &input.device_key).await
    }
}
