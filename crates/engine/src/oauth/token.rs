//! The token endpoint: codes, refresh tokens and client credentials for tokens.

use std::sync::Arc;

use poolhouse_crypto::jwt;
use poolhouse_domain::clients::{Client, Flow};
use poolhouse_domain::oauth::{
    AuthorizationCode, Grant, M2mScopes, Parameters, Repeated, TokenError, machine_scopes, pkce,
};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sign_in::Progress;
use poolhouse_domain::triggers::{Metadata, TokenSource};
use poolhouse_domain::{Error, SECOND, permissions, tokens};
use poolhouse_model::{AuthenticationResultType, OAuthFlowType, Secret, UserStatusType};
use poolhouse_storage::CodeFound;

use crate::Cx;

/// The longest `aws_client_metadata`, in bytes.
const LONGEST_CLIENT_METADATA: usize = 16 * 1024;

type Result<T, E = TokenError> = std::result::Result<T, E>;

/// A request to the token endpoint.
pub struct TokenRequest<'a> {
    /// The pool that the request's host or path names, if it names one.
    pub pool: Option<&'a Pool>,
    pub parameters: &'a Parameters,
    /// What the `Authorization` header says.
    pub basic: Option<&'a ClientProof>,
}

/// The id and the secret of a client, by HTTP Basic.
pub struct ClientProof {
    pub client_id: String,
    pub secret: Secret,
}

impl Cx {
    /// Answers a token request.
    pub async fn token(&self, request: TokenRequest<'_>) -> Result<AuthenticationResultType> {
        let parameters = request.parameters;
        let grant_type = required(parameters, "grant_type", "grant_type is missing.")?;
        let (pool, client) = self.authenticated_client(&request).await?;
        match grant_type {
            "authorization_code" => self.redeem_code(&pool, &client, parameters).await,
            "refresh_token" => self.refresh_by_endpoint(&pool, &client, parameters).await,
            "client_credentials" => self.client_credentials(&pool, &client, parameters).await,
            _ => Err(TokenError::UnsupportedGrantType),
        }
    }

    /// The client that a request comes from, which has proved its secret if it has one: by HTTP Basic or in the form, not
    /// both ways at once.
    pub(super) async fn authenticated_client(&self, request: &TokenRequest<'_>) -> Result<(Arc<Pool>, Arc<Client>)> {
        let parameters = request.parameters;
        let (id, secret) = match request.basic {
            Some(_) if parameters.get("client_secret").is_some() => {
                return Err(TokenError::InvalidRequest(
                    "The client authenticates in more than one way.",
                ));
            }
            Some(proof) => {
                let named = parameters.get("client_id");
                if named.is_some_and(|named| named != proof.client_id) {
                    return Err(TokenError::InvalidRequest("The client is named in more than one way."));
                }
                (proof.client_id.as_str(), Some(proof.secret.clone()))
            }
            None => {
                let id = required(parameters, "client_id", "client_id is missing.")?;
                (id, parameters.get("client_secret").map(Secret::from))
            }
        };
        let (pool, client) = self.oauth_client(request.pool, id).await.map_err(|error| match error {
            Error::ClientNotFound(_) => TokenError::InvalidClient(None),
            other => other.into(),
        })?;
        // A public client has no secret: an empty one is what some libraries send for none.
        let given = secret.filter(|secret| client.is_confidential() || !secret.expose().is_empty());
        if client.knows_secret(given.as_ref()) {
            Ok((pool, client))
        } else {
            Err(TokenError::InvalidClient(Some("invalid_client_secret")))
        }
    }

    /// Whether a request to the endpoints is for a strict pool: the one that is named, or that of the client `id`.
    pub async fn is_for_strict_pool(&self, named: Option<&Pool>, id: Option<&str>) -> bool {
        match (named, id) {
            (Some(pool), _) => pool.is_oidc_strict(),
            (None, Some(id)) => self.client(id).await.is_ok_and(|(pool, _)| pool.is_oidc_strict()),
            (None, None) => false,
        }
    }

    async fn redeem_code(
        &self,
        pool: &Pool,
        client: &Client,
        parameters: &Parameters,
    ) -> Result<AuthenticationResultType> {
        if !client.allows_oauth_flow(OAuthFlowType::Code) {
            return Err(TokenError::UnauthorizedClient(None));
        }
        let code = required(parameters, "code", "code is missing.")?;
        let hash = self.hash_authorization_code(code);
        let found = self.store.authorization_codes().get(&hash, self.now()).await;
        let code = match found.map_err(Error::from)? {
            CodeFound::Open(code) => code,
            CodeFound::Redeemed(code, event_id) => return Err(self.end_reused(&code, client, &event_id).await?),
            CodeFound::Unknown => return Err(TokenError::InvalidGrant(None)),
        };
        check_code(&code, client, pool, parameters)?;
        if !Self::shows_granted(client, &code.grant) {
            return Err(TokenError::InvalidGrant(None));
        }
        let user = self
            .store
            .users()
            .by_sub(pool.id(), &code.sub)
            .await
            .map_err(Error::from)?;
        let user = user.filter(|user| user.check_enabled().is_ok() && user.status != UserStatusType::ResetRequired);
        let user = user.ok_or(TokenError::InvalidGrant(None))?;
        let progress = Progress {
            methods: code.methods.clone(),
            ..Progress::default()
        };
        let (mut family, refresh_token) = self.new_family(pool, client, &user, progress, None)?;
        family.authenticated_at = code.authenticated_at;
        family.tells_level = code.tells_level;
        if let Some(session) = &mut family.session {
            session.origin = code.session_id;
        }
        family.oauth = Some(code.grant);
        let source = TokenSource::HostedAuth;
        let mut tokens = self.issue_tokens(source, pool, client, &user, &family).await?;
        tokens.refresh_token = Some(refresh_token);
        if self.triggers(pool, Some(client)).judge_tokens() {
            let checked = self.check_still_there(pool, &user).await;
            checked.map_err(refresh_refused)?;
        }
        let mut tx = self.store.begin().await.map_err(Error::from)?;
        let redeemed = tx
            .authorization_codes()
            .redeem(&hash, &family.event_id, self.now())
            .await;
        if !redeemed.map_err(Error::from)? {
            drop(tx);
            return Err(self.lost_race(&hash, client).await?);
        }
        tx.families().insert(&family).await.map_err(Error::from)?;
        tx.commit().await.map_err(Error::from)?;
        Ok(tokens)
    }

    /// Somebody was quicker with the same code: both are refused, and what the other got ends.
    async fn lost_race(&self, hash: &str, client: &Client) -> Result<TokenError> {
        let found = self.store.authorization_codes().get(hash, self.now()).await;
        match found.map_err(Error::from)? {
            CodeFound::Redeemed(code, event_id) => self.end_reused(&code, client, &event_id).await,
            _ => Ok(TokenError::InvalidGrant(None)),
        }
    }

    /// Ends the sign-in that a code gave, because the code was used again: one of the two stole it. Only the client that
    /// the code was given to can do that.
    async fn end_reused(&self, code: &AuthorizationCode, client: &Client, event_id: &str) -> Result<TokenError> {
        if code.client_id == client.id() {
            let ended = self.store.families().delete(&code.pool_id, event_id).await;
            ended.map_err(Error::from)?;
        }
        Ok(TokenError::InvalidGrant(None))
    }

    async fn refresh_by_endpoint(
        &self,
        pool: &Pool,
        client: &Client,
        parameters: &Parameters,
    ) -> Result<AuthenticationResultType> {
        let token = required(parameters, "refresh_token", "refresh_token is missing.")?;
        if !client.uses_oauth() {
            return Err(TokenError::UnauthorizedClient(None));
        }
        let token = Secret::from(token);
        let scope = parameters.get("scope").filter(|_| pool.is_oidc_strict());
        let narrowed = match scope {
            Some(scope) => Some(self.narrowed_grant(&token, scope).await?),
            None => None,
        };
        let used = self.use_refresh_token(pool, client, &token, None, |_| Ok(())).await;
        let mut used = used.map_err(refresh_refused)?;
        if let Some(mut grant) = narrowed {
            grant.forget_deleted(&self.custom_scopes(pool).await?);
            used.family.oauth = Some(grant);
        }
        Ok(self.refresh_by(TokenSource::RefreshTokens, pool, client, used).await?)
    }

    /// What is left of a sign-in's grant in tokens for `scope`, which may hold nothing new.
    async fn narrowed_grant(&self, token: &Secret, scope: &str) -> Result<Grant> {
        let granted = self.granted_by(token).await.map_err(refresh_refused)?;
        let granted = granted.ok_or(TokenError::InvalidScope)?;
        granted.narrowed(scope).ok_or(TokenError::InvalidScope)
    }

    async fn client_credentials(
        &self,
        pool: &Pool,
        client: &Client,
        parameters: &Parameters,
    ) -> Result<AuthenticationResultType> {
        if !client.allows_oauth_flow(OAuthFlowType::ClientCredentials) && !client.allows(Flow::ClientToken) {
            // Facts of the real service: a client that may not use OAuth at all is told so in other words.
            return Err(if client.uses_oauth() || pool.is_oidc_strict() {
                TokenError::UnauthorizedClient(None)
            } else {
                TokenError::InvalidGrant(None)
            });
        }
        let existing = self.custom_scopes(pool).await?;
        let scopes = match machine_scopes(client, &existing, parameters.get("scope")) {
            M2mScopes::Granted(scopes) => scopes,
            M2mScopes::Unknown => return Err(TokenError::InvalidScope),
            M2mScopes::NotAllowed if pool.is_oidc_strict() => return Err(TokenError::InvalidScope),
            M2mScopes::NotAllowed => return Err(TokenError::InvalidGrant(None)),
        };
        let cx = self.handing_metadata(client_metadata(parameters)?);
        Ok(cx.machine_token(pool, client, &scopes).await?)
    }

    /// Signs the access token that a machine gets for itself.
    pub async fn machine_token(
        &self,
        pool: &Pool,
        client: &Client,
        scopes: &[String],
    ) -> Result<AuthenticationResultType, Error> {
        let triggers = self.triggers(pool, Some(client));
        let overrides = triggers.pre_machine_token_generation(scopes.to_vec()).await?;
        let keys = self.keys(pool.id()).await?;
        let token_id = self.entropy.uuid_v4();
        let claims = tokens::machine_claims(&self.issuer(pool), client, scopes, &token_id, self.now(), &overrides);
        let token = jwt::sign(&keys.access, &claims).map_err(Error::internal)?;
        Ok(AuthenticationResultType {
            access_token: Some(Secret::from(token)),
            expires_in: i32::try_from(client.access_token_lifetime() / SECOND).ok(),
            token_type: Some("Bearer".to_owned()),
            ..AuthenticationResultType::default()
        })
    }

    /// Whether the client may read what the granted scopes show.
    pub(super) fn shows_granted(client: &Client, grant: &Grant) -> bool {
        let list = client.settings.read_attributes.as_deref();
        grant
            .attribute_scopes()
            .are_readable(|name| permissions::may_read(list, name))
    }
}

/// Whether `client` may redeem the code: it was given to it, for this address, and it began the authorization.
fn check_code(code: &AuthorizationCode, client: &Client, pool: &Pool, parameters: &Parameters) -> Result<()> {
    if code.client_id != client.id() {
        return Err(TokenError::InvalidGrant(None));
    }
    match parameters.get("redirect_uri") {
        None if code.names_redirect => return Err(TokenError::InvalidRequest("redirect_uri is missing.")),
        Some(uri) if uri != code.redirect_uri && pool.is_oidc_strict() => return Err(TokenError::InvalidGrant(None)),
        Some(uri) if uri != code.redirect_uri => return Err(TokenError::UnauthorizedClient(Some("invalid_redirect"))),
        _ => {}
    }
    let proved = match (&code.code_challenge, parameters.get("code_verifier")) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => pkce::matches(challenge, verifier),
        _ => false,
    };
    if proved {
        Ok(())
    } else {
        Err(TokenError::InvalidGrant(None))
    }
}

/// What a machine hands on to the function behind PreTokenGeneration: a JSON object of strings.
fn client_metadata(parameters: &Parameters) -> Result<Option<Metadata>> {
    let Some(text) = parameters.get("aws_client_metadata") else {
        return Ok(None);
    };
    if text.len() > LONGEST_CLIENT_METADATA {
        return Err(TokenError::InvalidRequest("aws_client_metadata is too long."));
    }
    let malformed = TokenError::InvalidRequest("aws_client_metadata is not a JSON object of strings.");
    serde_json::from_str(text).map(Some).map_err(|_| malformed)
}

/// A refresh that failed, as the endpoint tells of it.
fn refresh_refused(error: Error) -> TokenError {
    match error {
        Error::Internal(_) | Error::TooManyRequests => error.into(),
        _ => TokenError::InvalidGrant(None),
    }
}

fn required<'a>(parameters: &'a Parameters, name: &str, description: &'static str) -> Result<&'a str> {
    match parameters.one(name) {
        Ok(Some(value)) => Ok(value),
        Ok(None) | Err(Repeated) => Err(TokenError::InvalidRequest(description)),
    }
}
