//! [`ListDevices`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListDevices.html)

use poolhouse_domain::Result;
use poolhouse_domain::devices::Device;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ListDevices;
use poolhouse_model::{ListDevicesRequest, ListDevicesResponse};

use crate::Handle;

impl Handle for ListDevices {
    async fn handle(cx: &Cx, input: ListDevicesRequest) -> Result<ListDevicesResponse> {
        let caller = cx.caller(&input.access_token).await?;
        let token = input.pagination_token.as_deref();
        let (devices, next) = cx.devices(&caller.pool, &caller.user, input.limit, token).await?;
        Ok(ListDevicesResponse {
            devices: Some(devices.iter().map(Device::describe).collect()),
            pagination_token: next,
        })
    }
}
