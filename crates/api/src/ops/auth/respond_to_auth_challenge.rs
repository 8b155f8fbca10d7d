//! [`RespondToAuthChallenge`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::operations::RespondToAuthChallenge;
use poolhouse_model::{RespondToAuthChallengeRequest, RespondToAuthChallengeResponse};

use super::{answer, respond};
use crate::Handle;

impl Handle for RespondToAuthChallenge {
    async fn handle(cx: &Cx, input: RespondToAuthChallengeRequest) -> Result<RespondToAuthChallengeResponse> {
        let (pool, client) = cx.client(&input.client_id).await?;
        let responses = input.challenge_responses.unwrap_or_default();
        let outcome = respond(
            &cx.handing_metadata(input.client_metadata),
            (&pool, &client),
            input.challenge_name,
            input.session.as_ref(),
            &responses,
        )
        .await?;
        Ok(answer!(RespondToAuthChallengeResponse, outcome))
    }
}
