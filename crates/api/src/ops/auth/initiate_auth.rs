//! [`InitiateAuth`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html)
//!
//! *Differs from AWS:* custom and choice-based flows answer that they aren't there yet.

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::InitiateAuth;
use poolhouse_model::{InitiateAuthRequest, InitiateAuthResponse};

use super::{Side, answer, initiate};
use crate::Handle;

impl Handle for InitiateAuth {
    async fn handle(cx: &Cx, input: InitiateAuthRequest) -> Result<InitiateAuthResponse> {
        let (pool, client) = cx.client(&input.client_id).await?;
        let parameters = input.auth_parameters.unwrap_or_default();
        let outcome = initiate(cx, Side::Public, (&pool, &client), input.auth_flow, &parameters).await?;
        Ok(answer!(InitiateAuthResponse, outcome))
    }
}
