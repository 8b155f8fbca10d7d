//! [`AdminListDevices`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminListDevices.html)

use poolhouse_domain::Result;
use poolhouse_domain::devices::Device;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminListDevices;
use poolhouse_model::{AdminListDevicesRequest, AdminListDevicesResponse};

use crate::Handle;

impl Handle for AdminListDevices {
    async fn handle(cx: &Cx, input: AdminListDevicesRequest) -> Result<AdminListDevicesResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let user = cx.user(&pool, &input.username).await?;
        let token = input.pagination_token.as_deref();
        let (devices, next) = cx.devices(&pool, &user, input.limit, token).await?;
        Ok(AdminListDevicesResponse {
            devices: Some(devices.iter().map(Device::describe).collect()),
            pagination_token: next,
        })
    }
}
