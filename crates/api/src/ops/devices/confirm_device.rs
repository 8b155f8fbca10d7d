//! [`ConfirmDevice`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ConfirmDevice.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ConfirmDevice;
use poolhouse_model::{ConfirmDeviceRequest, ConfirmDeviceResponse};

use crate::Handle;

impl Handle for ConfirmDevice {
    async fn handle(cx: &Cx, input: ConfirmDeviceRequest) -> Result<ConfirmDeviceResponse> {
        let caller = cx.caller(&input.access_token).await?;
        let secret = input.device_secret_verifier_config.as_ref();
        let asks_user = cx
            .confirm_device(caller, &input.device_key, secret, input.device_name)
            .await?;
        Ok(ConfirmDeviceResponse {
            user_confirmation_necessary: Some(asks_user),
        })
    }
}
