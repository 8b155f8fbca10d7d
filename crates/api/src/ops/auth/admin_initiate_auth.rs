//! [`AdminInitiateAuth`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminInitiateAuth.html)
//!
//! *Differs from AWS:* custom and choice-based flows answer that they aren't there yet.

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminInitiateAuth;
use poolhouse_model::{AdminInitiateAuthRequest, AdminInitiateAuthResponse};

use super::{Side, answer, initiate};
use crate::Handle;

impl Handle for AdminInitiateAuth {
    async fn handle(cx: &Cx, input: AdminInitiateAuthRequest) -> Result<AdminInitiateAuthResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let client = cx.client_of(&pool, &input.client_id).await?;
        let parameters = input.auth_parameters.unwrap_or_default();
        let outcome = initiate(cx, Side::Admin, (&pool, &client), input.auth_flow, &parameters).await?;
        Ok(answer!(AdminInitiateAuthResponse, outcome))
    }
}
