//! [`AddUserPoolClientSecret`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AddUserPoolClientSecret.html)

use poolhouse_domain::Result;
use poolhouse_engine::{Cx, retried};
use poolhouse_model::operations::AddUserPoolClientSecret;
use poolhouse_model::{AddUserPoolClientSecretRequest, AddUserPoolClientSecretResponse};

use crate::Handle;

impl Handle for AddUserPoolClientSecret {
    async fn handle(cx: &Cx, input: AddUserPoolClientSecretRequest) -> Result<AddUserPoolClientSecretResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let generated = input.client_secret.is_none();
        let value = input.client_secret.unwrap_or_else(|| cx.new_client_secret());
        let mut descriptor = retried(|| async {
            let mut client = cx.stored_client(&pool, &input.client_id).await?;
            let descriptor = client.add_secret(value.clone(), cx.now())?;
            cx.store.clients().replace(&mut client).await?;
            cx.forget_client(client.id());
            Ok(descriptor)
        })
        .await?;
        descriptor.client_secret_value = generated.then_some(value);
        Ok(AddUserPoolClientSecretResponse {
            client_secret_descriptor: Some(descriptor),
        })
    }
}
