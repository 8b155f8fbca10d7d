//! [`CreateUserPoolClient`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html)

use poolhouse_domain::clients::{Client, ClientSecret};
use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::CreateUserPoolClient;
use poolhouse_model::{CreateUserPoolClientRequest, CreateUserPoolClientResponse};

use super::{CLIENT_ID_LENGTH, generate_secret};
use crate::Handle;

impl Handle for CreateUserPoolClient {
    async fn handle(cx: &Cx, input: CreateUserPoolClientRequest) -> Result<CreateUserPoolClientResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let generate = input.generate_secret.unwrap_or(false);
        if generate && input.client_secret.is_some() {
            return Err(Error::invalid_parameter("ClientSecret and GenerateSecret can't be given together."));
        }
        let id = cx.entropy.alphanumeric_lower(CLIENT_ID_LENGTH);
        let value = input.client_secret.clone().or_else(|| generate.then(|| generate_secret(cx)));
        let secrets = value.map(|value| ClientSecret::new(&id, value, &[], cx.now())).into_iter().collect();
        let client = Client::create(&pool, &id, secrets, input.into(), &[], cx.now())?;
        cx.store.clients().insert(&client).await?;
        Ok(CreateUserPoolClientResponse { user_pool_client: Some(client.describe()) })
    }
}
