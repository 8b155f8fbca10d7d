//! [`AdminInitiateAuth`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminInitiateAuth.html)
//!
//! *Differs from AWS:* functions lead a sign-in through at most 100 challenges. An answer is used up before a function hears
//! of it: where one fails, the sign-in is begun anew.

use poolhouse_domain::Result;
use poolhouse_engine::{Cx, Handed};
use poolhouse_model::operations::AdminInitiateAuth;
use poolhouse_model::{AdminInitiateAuthRequest, AdminInitiateAuthResponse};

use super::initiation::{Initiation, initiate};
use super::{Side, answer};
use crate::Handle;

impl Handle for AdminInitiateAuth {
    async fn handle(cx: &Cx, input: AdminInitiateAuthRequest) -> Result<AdminInitiateAuthResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let client = cx.client_of(&pool, &input.client_id).await?;
        let parameters = input.auth_parameters.unwrap_or_default();
        let initiation = Initiation {
            side: Side::Admin,
            pool: &pool,
            client: &client,
            flow: input.auth_flow,
            parameters: &parameters,
            session: input.session.as_ref(),
        };
        let cx = cx.handing(Handed::by_initiation(input.client_metadata));
        let outcome = initiate(&cx, initiation).await?;
        Ok(answer!(AdminInitiateAuthResponse, outcome))
    }
}
