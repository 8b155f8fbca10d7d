//! The session between two challenges: a sealed ticket in the client's hands, the state in the store.

use std::collections::BTreeMap;

use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::{AuthSession, AuthSessionState, GUESSES_PER_SESSION, Step};
use poolhouse_domain::sign_in::Progress;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, HOUR, Result, names};
use poolhouse_model::{ChallengeNameType, Secret};
use poolhouse_storage::SessionFound;
use serde::{Deserialize, Serialize};

use super::{Answer, Answered, Outcome, check_status};
use crate::Cx;
use crate::outbox::Outgoing;

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
    pub message: Option<Outgoing>,
    /// The first factors that a choice-based sign-in may go on with.
    pub available: Option<Vec<ChallengeNameType>>,
    /// The id under which the session is found by clients that don't name it.
    pub found_by: Option<String>,
}

impl Challenge {
    /// A challenge that sends nothing.
    pub fn new(name: ChallengeNameType, session: AuthSession, parameters: BTreeMap<String, String>) -> Self {
        Self {
            name,
            session,
            parameters,
            message: None,
            available: None,
            found_by: None,
        }
    }
}

impl Cx {
    /// The state of a sign-in that waits for `step`; without a user it never gets any further.
    pub(super) fn new_session(
        &self,
        client: &Client,
        user: Option<&User>,
        progress: Progress,
        step: Step,
    ) -> AuthSession {
        let password = user.and_then(|user| user.password.as_ref());
        AuthSession {
            id: self.entropy.uuid_v4(),
            pool_id: client.pool_id().to_owned(),
            expires_at: self.now().plus_millis(client.auth_session_lifetime()),
            state: AuthSessionState {
                sub: user.map(|user| user.sub.clone()),
                client_id: client.id().to_owned(),
                progress,
                password_set_at: password.map(|password| password.set_at),
                step,
                code: None,
                pending_secret: None,
                passkey_request: None,
                custom: None,
                leads_to: None,
            },
        }
    }

    /// Stores a challenge in place of the one that was answered, with the user if the answer changed them, and sends the
    /// code that it asks for.
    pub(super) async fn pose(
        &self,
        challenge: Challenge,
        pool: &Pool,
        user: Option<&mut User>,
        answered: Option<Answered<'_>>,
    ) -> Result<Outcome> {
        let Challenge {
            name,
            mut session,
            parameters,
            message,
            available,
            found_by,
        } = challenge;
        self.seal_custom(&mut session)?;
        let mut tx = self.store.begin().await?;
        if let Some(Answered { session, changes_user }) = answered {
            if !tx.sessions().consume(&session.id, self.now()).await? {
                return Err(Error::SessionUsed);
            }
            if let Some(user) = user.filter(|_| changes_user) {
                tx.users().replace(pool, user).await?;
            }
        }
        tx.sessions().insert(&session).await?;
        if let Some(id) = found_by {
            let mut pointer = AuthSession { id, ..session.clone() };
            pointer.state.leads_to = Some(session.id.clone());
            tx.sessions().put(&pointer).await?;
        }
        if let Some(message) = &message {
            self.post(&mut tx, message).await?;
        }
        tx.commit().await?;
        if let Some(message) = &message {
            self.announce(message);
        }
        Ok(Outcome::Challenge {
            name,
            session: Some(self.session_string(&session)?),
            parameters,
            available,
        })
    }

    /// The name that was typed at the beginning of a sign-in to managed login.
    pub async fn name_in_session(&self, session: &Secret) -> Result<String> {
        let session = self.open_session(session).await?;
        let progress = &session.state.progress;
        if progress.is_browser {
            Ok(progress.typed().to_owned())
        } else {
            Err(Error::SessionInvalid)
        }
    }

    /// The string by which the client continues `session`.
    pub(crate) fn session_string(&self, session: &AuthSession) -> Result<Secret> {
        self.session_string_of(session.id.clone())
    }

    /// The string by which the client continues the session `id`.
    pub(super) fn session_string_of(&self, id: String) -> Result<Secret> {
        let ticket = serde_json::to_vec(&SessionTicket { id }).map_err(Error::internal)?;
        let sealed = self
            .session_strings
            .encode(&ticket, self.entropy.as_ref())
            .map_err(Error::internal)?;
        Ok(Secret::from(sealed))
    }

    /// The open session of a session string.
    pub(crate) async fn open_session(&self, session: &Secret) -> Result<AuthSession> {
        let opened = self
            .session_strings
            .decode(session.expose())
            .map_err(|_| Error::SessionInvalid)?;
        let ticket: SessionTicket = serde_json::from_slice(&opened).map_err(|_| Error::SessionInvalid)?;
        match self.store.sessions().get(&ticket.id, self.now()).await? {
            SessionFound::Open(session) if session.state.leads_to.is_some() => Err(Error::SessionInvalid),
            SessionFound::Open(mut session) => {
                self.open_custom(&mut session)?;
                Ok(*session)
            }
            SessionFound::Used => Err(Error::SessionUsed),
            SessionFound::Expired => Err(Error::SessionExpired),
        }
    }

    /// The user of `session`, if they may still go on with it.
    pub(super) async fn session_user(&self, pool: &Pool, session: &AuthSession) -> Result<User> {
        let user = self.find_session_user(pool, session).await?;
        let user = user.ok_or(Error::SessionInvalid)?;
        user.check_enabled()?;
        check_status(&user)?;
        Ok(user)
    }

    /// The user of `session`, in whatever state; `None` when the name that was typed belongs to nobody. Who has been
    /// deleted or has set another password can't go on.
    pub(super) async fn find_session_user(&self, pool: &Pool, session: &AuthSession) -> Result<Option<User>> {
        let Some(sub) = &session.state.sub else {
            // Looked up like anybody else, by an id that nobody has.
            self.store.users().by_sub(pool.id(), &session.id).await?;
            return Ok(None);
        };
        let user = self.store.users().by_sub(pool.id(), sub).await?;
        let has_same_password =
            |user: &User| user.password.as_ref().map(|password| password.set_at) == session.state.password_set_at;
        user.filter(has_same_password).map(Some).ok_or(Error::SessionInvalid)
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
        let session = self.session_at(pool, client, answer).await?;
        if session.state.step == step {
            Ok(session)
        } else {
            Err(Error::SessionInvalid)
        }
    }

    /// Finds the session that an answer continues, whatever step it waits for. A device that is named becomes the one
    /// that the sign-in comes from, unless it is another that proves itself or has done so.
    pub(super) async fn session_at(&self, pool: &Pool, client: &Client, answer: &Answer<'_>) -> Result<AuthSession> {
        let mut session = self.open_session(answer.session).await?;
        // A page knows its user by the session.
        let is_named = answer.is_browser || names_user(pool, &session, answer.username);
        let is_of_door = session.state.progress.is_browser == answer.is_browser;
        if session.state.client_id != client.id() || !is_named || !is_of_door {
            return Err(Error::SessionInvalid);
        }
        let state = &mut session.state;
        let proves_device = matches!(state.step, Step::DeviceSrp | Step::DevicePasswordVerifier);
        let device_key = answer.responses.get("DEVICE_KEY").map(Secret::expose);
        if let Some(key) = device_key.filter(|key| !key.is_empty())
            && !proves_device
            && !state.progress.is_device_proved
        {
            state.progress.device_key = Some(key.to_owned());
        }
        Ok(session)
    }
}

/// Whether the user of `session` is called `username` there.
pub(super) fn names_user(pool: &Pool, session: &AuthSession, username: &str) -> bool {
    let fold = |name: &str| names::fold(pool.case_sensitive(), name);
    let names = &session.state.progress.names;
    names.iter().any(|name| fold(name) == fold(username))
}
