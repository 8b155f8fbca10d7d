//! [`InitiateAuth`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html)
//!
//! *Differs from AWS:* functions lead a sign-in through at most 100 challenges. An answer is used up before a function hears
//! of it: where one fails, the sign-in is begun anew.

use poolhouse_domain::Result;
use poolhouse_engine::{Cx, Handed};
use poolhouse_model::operations::InitiateAuth;
use poolhouse_model::{InitiateAuthRequest, InitiateAuthResponse};

use super::initiation::{Initiation, initiate};
use super::{Side, answer};
use crate::Handle;

impl Handle for InitiateAuth {
    async fn handle(cx: &Cx, input: InitiateAuthRequest) -> Result<InitiateAuthResponse> {
        let (pool, client) = cx.client(&input.client_id).await?;
        let parameters = input.auth_parameters.unwrap_or_default();
        let initiation = Initiation {
            side: Side::Public,
            pool: &pool,
            client: &client,
            flow: input.auth_flow,
            parameters: &parameters,
            session: input.session.as_ref(),
        };
        let cx = cx.handing(Handed::by_initiation(input.client_metadata));
        let outcome = initiate(&cx, initiation).await?;
        Ok(answer!(InitiateAuthResponse, outcome))
    }
}
