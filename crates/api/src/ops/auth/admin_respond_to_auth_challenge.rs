//! [`AdminRespondToAuthChallenge`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminRespondToAuthChallenge.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::AdminRespondToAuthChallenge;
use poolhouse_model::{AdminRespondToAuthChallengeRequest, AdminRespondToAuthChallengeResponse};

use super::{answer, respond};
use crate::Handle;

impl Handle for AdminRespondToAuthChallenge {
    async fn handle(cx: &Cx, input: AdminRespondToAuthChallengeRequest) -> Result<AdminRespondToAuthChallengeResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let client = cx.client_of(&pool, &input.client_id).await?;
        let responses = input.challenge_responses.unwrap_or_default();
        let outcome = respond(
            &cx.handing_metadata(input.client_metadata),
            (&pool, &client),
            input.challenge_name,
            input.session.as_ref(),
            &responses,
        )
        .await?;
        Ok(answer!(AdminRespondToAuthChallengeResponse, outcome))
    }
}
