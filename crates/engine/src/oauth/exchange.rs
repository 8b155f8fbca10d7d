//! Token exchange (RFC 8693): a token of a user for another one, narrower and for a certain service.

use poolhouse_crypto::jwt;
use poolhouse_domain::attributes::Attributes;
use poolhouse_domain::clients::{Client, Flow};
use poolhouse_domain::oauth::{AttributeScopes, Grant, OPENID, acting, derived_scopes};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::RefreshFamily;
use poolhouse_domain::tokens::{ADMIN_SCOPE, Claims, attribute_claim};
use poolhouse_domain::triggers::TokenSource;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, permissions};
use poolhouse_model::{IssuedTokenTypeIdentifierType as TokenType, Secret, TokenTypeIdentifierType};
use serde_json::Value;

use super::presented::PresentedToken;
use crate::Cx;

/// A request to derive a token.
pub struct Exchange<'a> {
    /// The token of the user.
    pub subject: ExchangedToken<'a>,
    /// The token of who acts for the user, where the new token is to say so.
    pub actor: Option<ExchangedToken<'a>>,
    pub scopes: Option<&'a [String]>,
    /// The service that the new token is for.
    pub target: Option<Target<'a>>,
    pub wanted: TokenType,
}

/// A token that is brought to an exchange.
pub struct ExchangedToken<'a> {
    pub token: &'a Secret,
    pub kind: TokenTypeIdentifierType,
    /// The identity provider that issued it, if the pool didn't.
    pub provider: Option<&'a str>,
}

/// The service that a derived token is for.
#[derive(Clone, Copy)]
pub enum Target<'a> {
    /// By a name that the services agree on.
    Audience(&'a str),
    /// A resource server of the pool.
    Resource(&'a str),
}

/// A token that was derived.
pub struct DerivedToken {
    pub token: Secret,
    /// How long it lasts, in seconds.
    pub expires_in: i64,
    /// What an access token lets its bearer do.
    pub scopes: Vec<String>,
}

/// The subject of an exchange: the user, and the token and the sign-in that speak for them.
struct Subject {
    token: PresentedToken,
    user: User,
    family: RefreshFamily,
    kind: TokenType,
}

impl Cx {
    /// Derives a token for `client`. It belongs to the sign-in of the subject's token and ends with it, lasts no longer
    /// than the tokens that were brought, and has no more scopes.
    pub async fn exchange(&self, pool: &Pool, client: &Client, exchange: Exchange<'_>) -> Result<DerivedToken> {
        let delegation = exchange.actor.is_some();
        if !client.allows(Flow::TokenExchange { delegation }) {
            return Err(Error::FlowNotEnabled("Auth flow not enabled for this client"));
        }
        let resource = self.target(pool, client, &exchange).await?;
        let (token, kind) = self.exchanged(pool, &exchange.subject, "Subject").await?;
        let expires_at = token.expires_at();
        // A machine is nobody's subject: no sign-in would end what is derived from it.
        let invalid = Error::ExchangedTokenInvalid("Subject");
        let (user, family) = token.sign_in.clone().ok_or(invalid)?;
        let subject = Subject {
            token,
            user,
            family,
            kind,
        };
        let former = subject.token.claims.get("act");
        let (act, expires_at) = match &exchange.actor {
            Some(actor) => {
                let (actor, _) = self.exchanged(pool, actor, "Actor").await?;
                let act = act(&actor, client, &subject.user, former)?;
                (Some(act), expires_at.min(actor.expires_at()))
            }
            None => (former.cloned(), expires_at),
        };
        let scopes = match subject.kind {
            TokenType::AccessToken => {
                let existing = self.custom_scopes(pool).await?;
                derived_scopes(&subject.token.scopes(), client, &existing, exchange.scopes)?
            }
            // An id token allows nothing, and so does what comes from it.
            TokenType::IdToken => derived_scopes(&[], client, &[], exchange.scopes)?,
        };
        let mut family = subject.family.clone();
        family.device = None;
        let readable = permissions::readable(
            &pool.schema(),
            client.settings.read_attributes.as_deref(),
            &subject.user.attributes,
        );
        let readable = match exchange.wanted {
            TokenType::AccessToken => {
                family.oauth = Some(Grant {
                    scopes: scopes.clone(),
                    nonce: None,
                    resource: resource.or_else(|| subject.bound_to()),
                    strict: subject.family.oauth.as_ref().and_then(|grant| grant.strict.clone()),
                });
                readable
            }
            TokenType::IdToken => {
                family.oauth = None;
                subject.shown(&scopes, &readable)?
            }
        };
        let keys = self.keys(pool.id()).await?;
        let groups = self.store.groups().of_user(pool.id(), &subject.user.sub).await?;
        let triggers = self.triggers(pool, Some(client));
        let overrides = triggers
            .pre_token_generation(TokenSource::Authentication, &subject.user, &groups, scopes.clone())
            .await?
            .for_derived_token();
        let issuer = self.issuer(pool);
        let claims = Claims {
            issuer: &issuer,
            client,
            user: &subject.user,
            groups: &groups,
            family: &family,
            readable: &readable,
            level: Self::told_level(pool, &family),
            overrides: &overrides,
            now: self.now(),
        };
        let token_id = self.entropy.uuid_v4();
        let (key, mut claims) = match exchange.wanted {
            TokenType::AccessToken => (&keys.access, claims.access_claims(&token_id)),
            TokenType::IdToken => (&keys.id, claims.id_claims(&token_id, "")),
        };
        let lifetime_ends = claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
        let expires_at = expires_at.min(lifetime_ends);
        claims.insert("exp".into(), expires_at.into());
        if let Some(act) = act {
            claims.insert("act".into(), act);
        }
        // A function may have taken some away.
        let scope = claims.get("scope").and_then(Value::as_str);
        let scopes = match scope.filter(|_| exchange.wanted == TokenType::AccessToken) {
            Some(scope) => scope.split_ascii_whitespace().map(str::to_owned).collect(),
            None => scopes,
        };
        Ok(DerivedToken {
            token: Secret::from(jwt::sign(key, &claims).map_err(Error::internal)?),
            expires_in: expires_at - self.now().seconds(),
            scopes,
        })
    }

    /// The audience of the new token, if the request names one. An id token is for the client that asks and nobody else,
    /// and no client gets a token that looks as if it were for another.
    async fn target(&self, pool: &Pool, client: &Client, exchange: &Exchange<'_>) -> Result<Option<String>> {
        let audience = match exchange.target {
            None => return Ok(None),
            Some(Target::Audience(audience)) if audience == client.id() => audience,
            Some(_) if exchange.wanted == TokenType::IdToken => {
                return Err(Error::invalid_parameter(
                    "An ID token can only be issued for the app client that requests it.",
                ));
            }
            Some(Target::Resource(identifier)) => {
                self.resource_server(pool, identifier).await?;
                identifier
            }
            Some(Target::Audience(audience)) => match self.client_of(pool, audience).await {
                Err(Error::ClientNotFound(_)) => audience,
                Err(error) => return Err(error),
                Ok(_) => {
                    return Err(Error::invalid_parameter(
                        "Audiences can't name another app client of the user pool.",
                    ));
                }
            },
        };
        Ok(Some(audience.to_owned()))
    }

    /// Verifies a token that was brought in a role.
    async fn exchanged(
        &self,
        pool: &Pool,
        brought: &ExchangedToken<'_>,
        role: &'static str,
    ) -> Result<(PresentedToken, TokenType)> {
        if let Some(name) = brought.provider {
            return Err(Error::IdentityProviderNotFound(name.to_owned()));
        }
        let kind = match brought.kind {
            TokenTypeIdentifierType::AccessToken => TokenType::AccessToken,
            TokenTypeIdentifierType::IdToken => TokenType::IdToken,
            TokenTypeIdentifierType::Saml2 => {
                return Err(Error::invalid_parameter(
                    "A SAML2 token requires the name of the identity provider that issued it.",
                ));
            }
        };
        let token = self.presented_token(pool, brought.token, kind).await;
        let token = token.map_err(|error| match error {
            Error::AccessTokenInvalid => Error::ExchangedTokenInvalid(role),
            Error::AccessTokenExpired => Error::ExchangedTokenExpired(role),
            Error::AccessTokenRevoked => Error::ExchangedTokenRevoked(role),
            other => other,
        })?;
        Ok((token, kind))
    }
}

impl Subject {
    /// The service that the subject's token is for alone: what is derived from it is for nobody else, unless asked for.
    fn bound_to(&self) -> Option<String> {
        match self.kind {
            TokenType::AccessToken => self.token.text("aud").map(str::to_owned),
            TokenType::IdToken => None,
        }
    }

    /// The attributes among `readable` that a new id token shows: those that the scopes show, or those of the id token
    /// that it comes from, as far as they are what it says: a function may have put another value in their place.
    fn shown(&self, scopes: &[String], readable: &Attributes) -> Result<Attributes> {
        match self.kind {
            TokenType::IdToken => {
                let is_shown =
                    |(name, value): &(&str, &str)| self.token.claims.get(*name) == Some(&attribute_claim(name, value));
                Ok(readable.iter().filter(is_shown).collect())
            }
            TokenType::AccessToken if scopes.iter().any(|scope| scope == OPENID || scope == ADMIN_SCOPE) => {
                Ok(AttributeScopes::of(scopes).select(readable))
            }
            TokenType::AccessToken => Err(Error::ScopesNotAllowed),
        }
    }
}

/// The claim that says who acts for `user`: the client that asks, by a token of its own. Who shows the token of another
/// service, or one that is itself used for somebody, is not that service.
fn act(actor: &PresentedToken, client: &Client, user: &User, former: Option<&Value>) -> Result<Value> {
    let invalid = Error::ExchangedTokenInvalid("Actor");
    let sub = actor.text("sub").unwrap_or_default();
    if actor.client.id() != client.id() || actor.claims.contains_key("act") {
        return Err(invalid);
    }
    if sub == user.sub {
        return Err(Error::invalid_parameter("The subject and the actor can't be the same."));
    }
    acting(sub, client.id(), former)
}
