//! [`GetClientToken`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetClientToken.html)

use poolhouse_domain::clients::Flow;
use poolhouse_domain::oauth::{M2mScopes, machine_scopes};
use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::GetClientToken;
use poolhouse_model::{ClientAuthenticationResultType, GetClientTokenRequest, GetClientTokenResponse};

use super::Side;
use crate::Handle;

impl Handle for GetClientToken {
    async fn handle(cx: &Cx, input: GetClientTokenRequest) -> Result<GetClientTokenResponse> {
        let (pool, client) = cx.client(&input.client_id).await?;
        if !client.knows_secret(Some(&input.secret)) {
            return Err(Error::SecretHashMismatch(client.id().to_owned()));
        }
        Side::Public.check_allowed(&client, Flow::ClientToken)?;
        let existing = cx.custom_scopes(&pool).await?;
        let requested = input.scopes.map(|scopes| scopes.join(" "));
        let scopes = match machine_scopes(&client, &existing, requested.as_deref()) {
            M2mScopes::Granted(scopes) => scopes,
            M2mScopes::Unknown => {
                return Err(Error::invalid_parameter(
                    "One or more of the requested scopes does not exist.",
                ));
            }
            M2mScopes::NotAllowed => return Err(Error::ScopesNotAllowed),
        };
        let cx = cx.handing_metadata(input.client_metadata);
        let tokens = cx.machine_token(&pool, &client, &scopes).await?;
        Ok(GetClientTokenResponse {
            client_authentication_result: Some(ClientAuthenticationResultType {
                access_token: tokens.access_token,
                expires_in: tokens.expires_in,
                token_type: tokens.token_type,
            }),
        })
    }
}
