//! [`GetDerivedToken`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetDerivedToken.html)
//!
//! A request that an administrator of the pool signed needs no client secret.

use poolhouse_domain::{Error, Result};
use poolhouse_engine::{Cx, Exchange, ExchangedToken, Target};
use poolhouse_model::operations::GetDerivedToken;
use poolhouse_model::{
    GetDerivedTokenRequest, GetDerivedTokenResponse, IssuedTokenTypeIdentifierType, OAuthTokenTypeType,
};

use crate::Handle;

impl Handle for GetDerivedToken {
    async fn handle(cx: &Cx, input: GetDerivedTokenRequest) -> Result<GetDerivedTokenResponse> {
        let (pool, client) = cx.client(&input.client_id).await?;
        let secret = input.client_secret.as_ref();
        let is_trusted = secret.is_none() && cx.is_administrator_of(&pool);
        if !is_trusted && !client.knows_secret(secret) {
            return Err(Error::SecretHashMismatch(client.id().to_owned()));
        }
        let requested = input.requested_token_type;
        let wanted = requested.unwrap_or(IssuedTokenTypeIdentifierType::AccessToken);
        let exchange = Exchange {
            subject: ExchangedToken {
                token: &input.subject_token,
                kind: input.subject_token_type,
                provider: input.subject_token_provider_name.as_deref(),
            },
            actor: actor(&input)?,
            scopes: input.scopes.as_deref(),
            target: target(&input)?,
            wanted,
        };
        let derived = cx.exchange(&pool, &client, exchange).await?;
        let is_access = wanted == IssuedTokenTypeIdentifierType::AccessToken;
        Ok(GetDerivedTokenResponse {
            issued_token: derived.token,
            issued_token_type: wanted,
            token_type: if is_access {
                OAuthTokenTypeType::Bearer
            } else {
                OAuthTokenTypeType::NA
            },
            expires_in: i32::try_from(derived.expires_in).ok(),
            scopes: is_access.then_some(derived.scopes),
        })
    }
}

fn actor(input: &GetDerivedTokenRequest) -> Result<Option<ExchangedToken<'_>>> {
    let provider = input.actor_token_provider_name.as_deref();
    match (&input.actor_token, input.actor_token_type) {
        (Some(token), Some(kind)) => Ok(Some(ExchangedToken { token, kind, provider })),
        (Some(_), None) => Err(Error::invalid_parameter("ActorToken requires ActorTokenType.")),
        (None, None) if provider.is_none() => Ok(None),
        (None, _) => Err(Error::invalid_parameter(
            "ActorTokenType and ActorTokenProviderName require ActorToken.",
        )),
    }
}

fn target(input: &GetDerivedTokenRequest) -> Result<Option<Target<'_>>> {
    let audience = input.audiences.as_deref().and_then(<[String]>::first);
    let resource = input.resources.as_deref().and_then(<[String]>::first);
    match (audience, resource) {
        (Some(_), Some(_)) => Err(Error::invalid_parameter(
            "Audiences and Resources can't be given together.",
        )),
        (Some(audience), None) => Ok(Some(Target::Audience(audience))),
        (None, resource) => Ok(resource.map(|identifier| Target::Resource(identifier))),
    }
}
