//! The session between two challenges: a sealed ticket in the client's hands, the state in the store.

use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::{AuthSession, AuthSessionState, Step};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, names};
use poolhouse_model::Secret;
use poolhouse_storage::SessionFound;
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::Cx;

/// What a session string holds under its seal.
#[derive(Serialize, Deserialize)]
struct SessionTicket {
    id: String,
}

impl Cx {
    /// Stores the state of a sign-in and answers the session string that continues it.
    pub(super) async fn open_session(&self, client: &Client, user: &User, typed: &str, step: Step) -> Result<Secret> {
        let session = AuthSession {
            id: self.entropy.uuid_v4(),
            pool_id: user.pool_id.clone(),
            expires_at: self.now().plus_millis(client.auth_session_lifetime()),
            state: AuthSessionState {
                sub: user.sub.clone(),
                client_id: client.id().to_owned(),
                names: vec![typed.to_owned(), user.username.clone(), user.sub.clone()],
                password_set_at: user.password.as_ref().map(|password| password.set_at),
                step,
            },
        };
        self.store.sessions().insert(&session).await?;
        let ticket = serde_json::to_vec(&SessionTicket { id: session.id }).map_err(Error::internal)?;
        let sealed = self
            .session_strings
            .encode(&ticket, self.entropy.as_ref())
            .map_err(Error::internal)?;
        Ok(Secret::from(sealed))
    }

    /// Finds the session that an answer continues: of this client, waiting for this step, named after this user.
    pub(super) async fn session(
        &self,
        pool: &Pool,
        client: &Client,
        answer: &Answer<'_>,
        step: Step,
    ) -> Result<AuthSession> {
        let opened = self
            .session_strings
            .decode(answer.session.expose())
            .map_err(|_| Error::SessionInvalid)?;
        let ticket: SessionTicket = serde_json::from_slice(&opened).map_err(|_| Error::SessionInvalid)?;
        let session = match self.store.sessions().get(&ticket.id, self.now()).await? {
            SessionFound::Open(session) => session,
            SessionFound::Used => return Err(Error::SessionUsed),
            SessionFound::Expired => return Err(Error::SessionExpired),
        };
        let state = &session.state;
        let fold = |name: &str| names::fold(pool.case_sensitive(), name);
        let username = fold(answer.username);
        let fits = state.client_id == client.id()
            && state.step == step
            && state.names.iter().any(|name| fold(name) == username);
        if fits { Ok(session) } else { Err(Error::SessionInvalid) }
    }
}
