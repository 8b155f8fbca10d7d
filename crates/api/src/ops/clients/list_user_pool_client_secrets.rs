//! [`ListUserPoolClientSecrets`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUserPoolClientSecrets.html)

use poolhouse_domain::Result;
use poolhouse_domain::clients::ClientSecret;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ListUserPoolClientSecrets;
use poolhouse_model::{ListUserPoolClientSecretsRequest, ListUserPoolClientSecretsResponse};

use crate::Handle;

impl Handle for ListUserPoolClientSecrets {
    async fn handle(cx: &Cx, input: ListUserPoolClientSecretsRequest) -> Result<ListUserPoolClientSecretsResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let client = cx.client_of(&pool, &input.client_id).await?;
        client.check_secrets_managed()?;
        // Two secrets fit on one page: there is never a token to continue from.
        cx.page(
            &["ListUserPoolClientSecrets", client.id()],
            None,
            input.next_token.as_deref(),
        )?;
        let secrets = client.secrets.iter().map(ClientSecret::descriptor).collect();
        Ok(ListUserPoolClientSecretsResponse {
            client_secrets: Some(secrets),
            next_token: None,
        })
    }
}
