//! The session between two challenges: a sealed ticket in the client's hands, the state in the store.

use std::collections::BTreeMap;

use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::{AuthSession, AuthSessionState, GUESSES_PER_SESSION, Step};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, HOUR, Result, names};
use poolhouse_model::{ChallengeNameType, Secret};
use poolhouse_outbound::Message;
use poolhouse_storage::SessionFound;
use serde::{Deserialize, Serialize};

use super::{Answer, Answered, Outcome, check_status};
use crate::Cx;

/// What a session string holds under its seal.
#[derive(Serialize, Deserialize)]
struct SessionTicket {
    id: String,
}

/// A challenge that is about to be posed.
pub(super) struct Challenge {
    pub name: ChallengeNameType,
    pub session: AuthSession,
    pub parameters: BTreeMap<String, String>,
    /// The message that brings the code.
    pub message: Option<Message>,
}

impl Cx {
    /// The state of a sign-in that waits for `step`; the user may be called by `names`.
    pub(super) fn new_session(&self, client: &Client, user: &User, names: Vec<String>, step: Step) -> AuthSession {
        AuthSession {
            id: self.entropy.uuid_v4(),
            pool_id: user.pool_id.clone(),
            expires_at: self.now().plus_millis(client.auth_session_lifetime()),
            state: AuthSessionState {
                sub: user.sub.clone(),
                client_id: client.id().to_owned(),
                names,
                password_set_at: user.password.as_ref().map(|password| password.set_at),
                step,
                code: None,
                pending_secret: None,
            },
        }
    }

    /// Stores a challenge in place of the one that was answered, with the user whom the answer changed, and sends the
    /// code that it asks for.
    pub(super) async fn pose(
        &self,
        challenge: Challenge,
        answered: Option<(&Pool, &mut User, Answered<'_>)>,
    ) -> Result<Outcome> {
        let Challenge {
            name,
            session,
            parameters,
            message,
        } = challenge;
        let mut tx = self.store.begin().await?;
        if let Some((pool, user, Answered { session, changes_user })) = answered {
            if !tx.sessions().consume(&session.id, self.now()).await? {
                return Err(Error::SessionUsed);
            }
            if changes_user {
                tx.users().replace(pool, user).await?;
            }
        }
        tx.sessions().insert(&session).await?;
        tx.commit().await?;
        if let Some(message) = message {
            self.deliver(message).await?;
        }
        Ok(Outcome::Challenge {
            name,
            session: Some(self.session_string(&session)?),
            parameters,
        })
    }

    /// The string by which the client continues `session`.
    pub(super) fn session_string(&self, session: &AuthSession) -> Result<Secret> {
        let id = session.id.clone();
        let ticket = serde_json::to_vec(&SessionTicket { id }).map_err(Error::internal)?;
        let sealed = self
            .session_strings
            .encode(&ticket, self.entropy.as_ref())
            .map_err(Error::internal)?;
        Ok(Secret::from(sealed))
    }

    /// The open session of a session string.
    pub(super) async fn open_session(&self, session: &Secret) -> Result<AuthSession> {
        let opened = self
            .session_strings
            .decode(session.expose())
            .map_err(|_| Error::SessionInvalid)?;
        let ticket: SessionTicket = serde_json::from_slice(&opened).map_err(|_| Error::SessionInvalid)?;
        match self.store.sessions().get(&ticket.id, self.now()).await? {
            SessionFound::Open(session) => Ok(*session),
            SessionFound::Used => Err(Error::SessionUsed),
            SessionFound::Expired => Err(Error::SessionExpired),
        }
    }

    /// The user of `session`, if they may still go on with it.
    pub(super) async fn session_user(&self, pool: &Pool, session: &AuthSession) -> Result<User> {
        let user = self.store.users().by_sub(pool.id(), &session.state.sub).await?;
        let has_same_password =
            |user: &User| user.password.as_ref().map(|password| password.set_at) == session.state.password_set_at;
        let user = user.filter(has_same_password).ok_or(Error::SessionInvalid)?;
        user.check_enabled()?;
        check_status(&user)?;
        Ok(user)
    }

    /// Counts a guess of a code in `session` and answers whether it is the last that the session has. Written at once.
    pub(super) async fn count_guess(&self, session: &AuthSession) -> Result<bool> {
        let key = format!("session:{}", session.id);
        let guesses = self
            .store
            .counters()
            .count(&session.pool_id, &key, self.now(), HOUR)
            .await?;
        if guesses > GUESSES_PER_SESSION {
            return Err(Error::SessionInvalid);
        }
        Ok(guesses == GUESSES_PER_SESSION)
    }

    /// Finds the session that an answer continues: of this client, waiting for this step, named after this user.
    pub(super) async fn session(
        &self,
        pool: &Pool,
        client: &Client,
        answer: &Answer<'_>,
        step: Step,
    ) -> Result<AuthSession> {
        let session = self.open_session(answer.session).await?;
        let state = &session.state;
        let fold = |name: &str| names::fold(pool.case_sensitive(), name);
        let username = fold(answer.username);
        let fits = state.client_id == client.id()
            && state.step == step
            && state.names.iter().any(|name| fold(name) == username);
        if fits { Ok(session) } else { Err(Error::SessionInvalid) }
    }
}
