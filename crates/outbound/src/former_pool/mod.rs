//! Former user pools: Cognito's own, or those of another Poolhouse, whose users move here as they sign in.
//!
//! A former pool is asked as any app would ask it: by a sign-in with the name and the password that the user has just
//! typed. It needs no administrator's access, and it learns nothing that it doesn't know.

mod api;
mod error;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use poolhouse_crypto::hmac;
use poolhouse_model::operations::{GetUser, InitiateAuth, RevokeToken};
use poolhouse_model::{AuthFlowType, AuthenticationResultType, Secret};
use poolhouse_model::{GetUserRequest, GetUserResponse, InitiateAuthRequest, RevokeTokenRequest};
use tokio::time::Instant;

use crate::network::AddressPolicy;
use api::Api;
pub use error::{FormerPoolError, FormerPoolSettingError};

/// How long a former pool may take to say whether a name and a password are right, and whose they are.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it may then take to end the session that the question has begun there.
const COURTESY: Duration = Duration::from_secs(1);

/// The former pools of this server's pools, by the id of the pool that users move to.
#[derive(Debug, Default)]
pub struct FormerPools {
    by_pool_id: HashMap<String, FormerPool>,
}

impl FormerPools {
    /// Whether the pool `pool_id` has a former pool.
    pub fn has(&self, pool_id: &str) -> bool {
        self.by_pool_id.contains_key(pool_id)
    }

    /// Asks the former pool of the pool `pool_id` whether a name and a password are right; `None` when it has no former
    /// pool.
    pub async fn ask(
        &self,
        pool_id: &str,
        username: &str,
        password: &Secret,
    ) -> Option<Result<Answer, FormerPoolError>> {
        let former = self.by_pool_id.get(pool_id)?;
        Some(former.ask(username, password).await)
    }
}

impl FromIterator<(String, FormerPool)> for FormerPools {
    fn from_iter<I: IntoIterator<Item = (String, FormerPool)>>(pools: I) -> Self {
        Self {
            by_pool_id: pools.into_iter().collect(),
        }
    }
}

/// How a former pool is reached.
pub struct FormerPoolAccess {
    /// The URL of its JSON API, such as `https://cognito-idp.eu-west-1.amazonaws.com`.
    pub endpoint: String,
    /// An app client of it that allows `ALLOW_USER_PASSWORD_AUTH`.
    pub client_id: String,
    /// The secret of that app client, if it has one.
    pub client_secret: Option<Secret>,
}

/// A former pool.
pub struct FormerPool {
    api: Api,
    client_id: String,
    client_secret: Option<Secret>,
    patience: Duration,
}

/// What a former pool says of a name and a password.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// They are right.
    Proved(FormerUser),
    /// Nobody signs in there with them: the name is unknown, the password is wrong, or the user is disabled, is
    /// unconfirmed, or has to reset the password first.
    Refused,
}

/// A user as the former pool describes them. The `Debug` form doesn't say who it is.
#[derive(PartialEq, Eq)]
pub struct FormerUser {
    pub username: String,
    pub sub: Option<String>,
    /// All attributes but `sub` that the app client may read, by name.
    pub attributes: Vec<(String, String)>,
}

impl From<GetUserResponse> for FormerUser {
    fn from(user: GetUserResponse) -> Self {
        let attributes = user.user_attributes.into_iter();
        let attributes = attributes.map(|attribute| (attribute.name, attribute.value.unwrap_or_default()));
        let (sub, attributes): (Vec<_>, _) = attributes.partition(|(name, _)| name == "sub");
        Self {
            username: user.username,
            sub: sub.into_iter().map(|(_, value)| value).next(),
            attributes,
        }
    }
}

impl fmt::Debug for FormerUser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FormerUser").finish_non_exhaustive()
    }
}

impl FormerPool {
    /// Prepares to ask the pool that `access` leads to, at an address that `policy` allows.
    pub fn new(access: FormerPoolAccess, policy: AddressPolicy) -> Result<Self, FormerPoolSettingError> {
        Ok(Self {
            api: Api::new(&access.endpoint, policy)?,
            client_id: access.client_id,
            client_secret: access.client_secret,
            patience: PATIENCE,
        })
    }

    /// The same, giving up on an answer after `patience` instead of 5 seconds.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Asks whether a name and a password are right, and whose they are. The session that this begins there is ended
    /// again, if the pool lets it be.
    pub async fn ask(&self, username: &str, password: &Secret) -> Result<Answer, FormerPoolError> {
        let deadline = Instant::now() + self.patience;
        let tokens = match self.sign_in(username, password, deadline).await {
            Err(error) if error.is_about_user() => return Ok(Answer::Refused),
            outcome => outcome?,
        };
        let user = match tokens.access_token {
            Some(access_token) => {
                let request = GetUserRequest { access_token };
                self.api.call::<GetUser>(&request, deadline).await
            }
            None => Err(FormerPoolError::Unreadable),
        };
        if let Some(token) = tokens.refresh_token {
            self.end_session(token).await;
        }
        Ok(Answer::Proved(user?.into()))
    }

    async fn sign_in(
        &self,
        username: &str,
        password: &Secret,
        deadline: Instant,
    ) -> Result<AuthenticationResultType, FormerPoolError> {
        let secret = self.client_secret.as_ref();
        let secret_hash = secret.map(|secret| hmac::secret_hash(secret.expose(), username, &self.client_id));
        let parameters = [
            ("USERNAME", Some(username.into())),
            ("PASSWORD", Some(password.clone())),
            ("SECRET_HASH", secret_hash.map(Secret::from)),
        ];
        let given = parameters.into_iter();
        let given = given.filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let request = InitiateAuthRequest {
            auth_flow: AuthFlowType::UserPasswordAuth,
            auth_parameters: Some(given.collect()),
            client_metadata: None,
            client_id: self.client_id.clone(),
            analytics_metadata: None,
            user_context_data: None,
            session: None,
        };
        let response = self.api.call::<InitiateAuth>(&request, deadline).await?;
        match (response.authentication_result, response.challenge_name) {
            (Some(tokens), _) => Ok(tokens),
            (None, Some(challenge)) => Err(FormerPoolError::Challenged { challenge }),
            (None, None) => Err(FormerPoolError::Unreadable),
        }
    }

    /// Ends a session. Nothing depends on it: a session that stays ends by itself.
    async fn end_session(&self, token: Secret) {
        let request = RevokeTokenRequest {
            token,
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            revoke_associated_sessions: None,
        };
        let deadline = Instant::now() + COURTESY;
        if let Err(error) = self.api.call::<RevokeToken>(&request, deadline).await {
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "a session in a former user pool could not be ended"
            );
        }
    }
}

impl fmt::Debug for FormerPool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FormerPool")
            .field("api", &self.api)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
