//! [`CreateUserPoolClient`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html)
//!
//! *Differs from AWS:* in development mode a name of the form `_custom_id_:<id>` fixes the id of the client.

use poolhouse_domain::clients::{Client, ClientSecret};
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{CUSTOM_ID, Cx, Mode};
use poolhouse_model::operations::CreateUserPoolClient;
use poolhouse_model::{CreateUserPoolClientRequest, CreateUserPoolClientResponse};

use crate::Handle;

impl Handle for CreateUserPoolClient {
    async fn handle(cx: &Cx, input: CreateUserPoolClientRequest) -> Result<CreateUserPoolClientResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let generate = input.generate_secret.unwrap_or(false);
        if generate && input.client_secret.is_some() {
            return Err(Error::invalid_parameter(
                "ClientSecret and GenerateSecret can't be given together.",
            ));
        }
        let id = match custom_id(cx, &input.client_name)? {
            Some(id) => id.to_owned(),
            None => cx.new_client_id(),
        };
        let value = input
            .client_secret
            .clone()
            .or_else(|| generate.then(|| cx.new_client_secret()));
        let secrets = value
            .map(|value| ClientSecret::new(&id, value, &[], cx.now()))
            .into_iter()
            .collect();
        let scopes = cx.stored_custom_scopes(&pool).await?;
        let client = Client::create(&pool, &id, secrets, input.into(), &scopes, cx.now())?;
        cx.store.clients().insert(&client).await.map_err(|error| match error {
            poolhouse_storage::Error::Unique { .. } => {
                Error::invalid_parameter(format!("An app client with the id {id} exists already."))
            }
            other => other.into(),
        })?;
        Ok(CreateUserPoolClientResponse {
            user_pool_client: Some(client.describe()),
        })
    }
}

/// The id that a test fixes by the name of the client.
fn custom_id<'a>(cx: &Cx, name: &'a str) -> Result<Option<&'a str>> {
    let Some(id) = name.strip_prefix(CUSTOM_ID).and_then(|rest| rest.strip_prefix(':')) else {
        return Ok(None);
    };
    if cx.settings.mode != Mode::Development {
        return Err(Error::invalid_parameter(
            "App clients are named _custom_id_:<id> in development mode only.",
        ));
    }
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(Some(id))
    } else {
        Err(Error::invalid_parameter(
            "_custom_id_: must be followed by letters and digits.",
        ))
    }
}
