//! Answering authorization requests: a code, tokens, or the pages of managed login.

use std::sync::Arc;

use poolhouse_crypto::seal::Purpose;
use poolhouse_domain::clients::Client;
use poolhouse_domain::oauth::{
    Authorization, AuthorizationCode, BrowserSession, CODE_LIFETIME, PageError, Parameters, Refusal, ResponseType,
};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sign_in::Progress;
use poolhouse_domain::triggers::TokenSource;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, SECOND};

use crate::Cx;

/// Why an authorization request is not answered with what it asks for.
#[derive(Debug)]
pub enum Denied {
    /// The user is told on a page.
    Page(PageError),
    /// The client is told: the address to send the browser to.
    Redirect(String),
    /// Something that isn't about the request.
    Other(Error),
}

impl From<Error> for Denied {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// What a browser is to do with an authorization request that is in order.
#[derive(Debug)]
pub enum Decision {
    /// Go back to the client with the answer.
    Redirect(String),
    /// Show the pages that sign in.
    SignIn,
}

/// An authorization request and whom it concerns.
pub struct AuthorizationRequest {
    pub pool: Arc<Pool>,
    pub client: Arc<Client>,
    pub authorization: Authorization,
    /// Who answers, where the answer says so (RFC 9207).
    pub issuer: Option<String>,
}

impl Cx {
    /// Checks an authorization request. `pool` is the one that the request's host or path names, if it names one.
    pub async fn authorization(
        &self,
        pool: Option<&Pool>,
        parameters: &Parameters,
    ) -> Result<AuthorizationRequest, Denied> {
        let page = Denied::Page;
        let client_id = parameters
            .one("client_id")
            .map_err(|_| page(PageError::ClientUnknown))?;
        let client_id = client_id.ok_or(page(PageError::ParametersMissing))?;
        let (pool, client) = self.oauth_client(pool, client_id).await.map_err(|error| match error {
            Error::ClientNotFound(_) => page(PageError::ClientUnknown),
            other => Denied::Other(other),
        })?;
        let redirect_uri = Authorization::redirect_uri(&client, parameters).map_err(page)?;
        let custom_scopes = self.custom_scopes(&pool).await?;
        let authorization = Authorization::check(&pool, &client, &custom_scopes, redirect_uri.clone(), parameters)
            .map_err(|refusal| {
                let kind = Authorization::refusal_type(parameters);
                let issuer = self.answering_issuer(&pool);
                Denied::Redirect(refused(
                    &redirect_uri,
                    kind,
                    parameters.get("state"),
                    refusal,
                    issuer.as_deref(),
                ))
            })?;
        let mut request = AuthorizationRequest {
            issuer: self.answering_issuer(&pool),
            pool,
            client,
            authorization,
        };
        self.read_hint(&mut request, parameters).await?;
        Ok(request)
    }

    /// Takes from the hint of a strict pool's client which user is to be signed in.
    async fn read_hint(&self, request: &mut AuthorizationRequest, parameters: &Parameters) -> Result<(), Denied> {
        let Some(token) = parameters.get("id_token_hint").filter(|_| request.issuer.is_some()) else {
            return Ok(());
        };
        let hint = self.id_token_hint(&request.pool, token).await?;
        let asked = request.authorization.sub.take();
        let hint = hint.filter(|hint| asked.is_none_or(|asked| asked == hint.sub));
        let Some(hint) = hint else {
            let refusal = Refusal {
                error: "invalid_request",
                description: Some("The id_token_hint is not an id token of this issuer, or of another user.".into()),
            };
            return Err(Denied::Redirect(request.refused(refusal)));
        };
        request.authorization.sub = Some(hint.sub);
        Ok(())
    }

    /// Who answers an authorization request, where the answer says so (RFC 9207).
    fn answering_issuer(&self, pool: &Pool) -> Option<String> {
        pool.is_oidc_strict().then(|| self.issuer(pool))
    }

    /// The app client `id`, of the pool that the request's host or path names, if it names one.
    pub async fn oauth_client(&self, named: Option<&Pool>, id: &str) -> Result<(Arc<Pool>, Arc<Client>)> {
        if id.contains('\0') {
            return Err(Error::ClientNotFound(id.to_owned()));
        }
        let (pool, client) = self.client(id).await?;
        match named {
            Some(named) if named.id() != pool.id() => Err(Error::ClientNotFound(id.to_owned())),
            _ => Ok((pool, client)),
        }
    }

    /// Answers an authorization request from the browser's session, or has the user sign in.
    pub async fn decide(
        &self,
        request: &AuthorizationRequest,
        session: Option<&(BrowserSession, User)>,
    ) -> Result<Decision> {
        let authorization = &request.authorization;
        let lifetime = request.client.browser_session_lifetime(&request.pool);
        let session = session.filter(|(session, _)| session.satisfies(authorization, lifetime, self.now()));
        if let Some((session, user)) = session {
            return Ok(Decision::Redirect(self.grant(request, session, user).await?));
        }
        if authorization.prompt.none {
            let refusal = Refusal::new("login_required");
            return Ok(Decision::Redirect(request.refused(refusal)));
        }
        Ok(Decision::SignIn)
    }

    /// Gives the client what it asked for; answers the address to send the browser to.
    pub async fn grant(&self, request: &AuthorizationRequest, session: &BrowserSession, user: &User) -> Result<String> {
        let AuthorizationRequest {
            pool,
            client,
            authorization,
            issuer,
        } = request;
        if authorization.sub.as_ref().is_some_and(|sub| *sub != session.sub) {
            return Ok(request.refused(Refusal::new("login_required")));
        }
        if session.id.is_some() {
            let browsers = self.store.browser_sessions();
            browsers
                .touch(pool.id(), &session.cookie_hash, &self.activity())
                .await?;
        }
        let answer = match authorization.response_type {
            ResponseType::Code => vec![("code", self.give_code(pool, client, authorization, session).await?)],
            ResponseType::Token => {
                if !Self::shows_granted(client, &authorization.grant) {
                    return Ok(request.refused(Refusal::invalid_scope()));
                }
                let given = self.give_tokens_at_once(pool, client, authorization, session, user);
                match given.await {
                    Err(error) if error.is_of_trigger() => return Ok(request.refused_by_trigger(&error)),
                    given => given?,
                }
            }
        };
        let state = authorization.state.as_ref().map(|state| ("state", state.clone()));
        let issuer = issuer.as_ref().map(|issuer| ("iss", issuer.clone()));
        let answer: Vec<(&str, String)> = answer.into_iter().chain(state).chain(issuer).collect();
        let answer: Vec<(&str, &str)> = answer.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Ok(Authorization::location(
            &authorization.redirect_uri,
            authorization.response_type,
            &answer,
        ))
    }

    async fn give_code(
        &self,
        pool: &Pool,
        client: &Client,
        authorization: &Authorization,
        session: &BrowserSession,
    ) -> Result<String> {
        let code = self.entropy.uuid_v4();
        let stored = AuthorizationCode {
            pool_id: pool.id().to_owned(),
            client_id: client.id().to_owned(),
            sub: session.sub.clone(),
            redirect_uri: authorization.redirect_uri.clone(),
            names_redirect: authorization.names_redirect,
            code_challenge: authorization.code_challenge.clone(),
            grant: authorization.grant.clone(),
            authenticated_at: session.authenticated_at,
            methods: session.methods.clone(),
            tells_level: !authorization.levels.is_empty(),
            session_id: session.id.clone(),
            expires_at: self.now().plus_millis(CODE_LIFETIME),
        };
        let hash = self.hash_authorization_code(&code);
        self.store.authorization_codes().insert(&hash, &stored).await?;
        Ok(code)
    }

    /// The tokens of the implicit grant, which come without a refresh token.
    async fn give_tokens_at_once(
        &self,
        pool: &Pool,
        client: &Client,
        authorization: &Authorization,
        session: &BrowserSession,
        user: &User,
    ) -> Result<Vec<(&'static str, String)>> {
        let progress = Progress {
            methods: session.methods.clone(),
            ..Progress::default()
        };
        let (mut family, _) = self.new_family(pool, client, user, progress, None)?;
        family.authenticated_at = session.authenticated_at;
        family.tells_level = !authorization.levels.is_empty();
        if let Some(tokens) = &mut family.session {
            tokens.origin.clone_from(&session.id);
        }
        family.oauth = Some(authorization.grant.clone());
        let lifetime = client.access_token_lifetime().max(client.id_token_lifetime());
        family.expires_at = self.now().plus_millis(lifetime);
        let tokens = self
            .issue_tokens(TokenSource::HostedAuth, pool, client, user, &family)
            .await?;
        if self.triggers(pool, Some(client)).judge_tokens() {
            self.check_still_there(pool, user).await?;
        }
        self.store.families().insert(&family).await?;
        let text = |token: Option<poolhouse_model::Secret>| token.map(|token| token.expose().to_owned());
        let expires_in = (client.access_token_lifetime() / SECOND).to_string();
        let id_token = text(tokens.id_token).map(|token| ("id_token", token));
        let access_token = text(tokens.access_token).map(|token| ("access_token", token));
        let rest = [("token_type", "Bearer".to_owned()), ("expires_in", expires_in)];
        Ok(id_token.into_iter().chain(access_token).chain(rest).collect())
    }

    /// The keyed hash under which an authorization code is stored.
    pub(super) fn hash_authorization_code(&self, code: &str) -> String {
        self.keyed_hash(Purpose::new("authorization code"), &[code.as_bytes()])
    }
}

impl AuthorizationRequest {
    /// The address that tells the client what a trigger kept from it.
    fn refused_by_trigger(&self, error: &Error) -> String {
        self.refused(match self.issuer {
            Some(_) => Refusal::by_trigger_in_standard_words(error),
            None => Refusal::by_trigger(error),
        })
    }

    /// The address that tells the client of a refusal.
    pub fn refused(&self, refusal: Refusal) -> String {
        let authorization = &self.authorization;
        refused(
            &authorization.redirect_uri,
            authorization.response_type,
            authorization.state.as_deref(),
            refusal,
            self.issuer.as_deref(),
        )
    }
}

/// The address that tells of a refusal: in the words of the standard where there is an `issuer` to name.
fn refused(
    redirect_uri: &str,
    kind: ResponseType,
    state: Option<&str>,
    refusal: Refusal,
    issuer: Option<&str>,
) -> String {
    let refusal = if issuer.is_some() {
        refusal.in_standard_words()
    } else {
        refusal
    };
    let state = state.map(|state| ("state", state));
    let parameters = refusal.parameters(kind).into_iter();
    let answer: Vec<(&str, &str)> = parameters
        .chain(state)
        .chain(issuer.map(|issuer| ("iss", issuer)))
        .collect();
    Authorization::location(redirect_uri, kind, &answer)
}
