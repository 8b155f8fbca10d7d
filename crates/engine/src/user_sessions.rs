//! The sessions that a pool's users have.

use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::RefreshFamily;
use poolhouse_domain::user_sessions::{Activity, SESSION_ID_LENGTH, TOKEN_SESSION_PREFIX, TokenSession, UserSession};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};

use crate::Cx;

impl Cx {
    /// The active sessions of a user, the newest first.
    pub async fn user_sessions(&self, pool: &Pool, user: &User) -> Result<Vec<UserSession>> {
        pool.check_tracks_sessions()?;
        let sessions = self.store.families().sessions_of_user(pool.id(), &user.sub, self.now());
        Ok(sessions.await?)
    }

    /// Ends a session of a user with all its tokens. `current` is the authentication event of the access token that
    /// asks, whose own session is not ended this way.
    pub async fn revoke_user_session(&self, pool: &Pool, user: &User, id: &str, current: Option<&str>) -> Result<()> {
        let sessions = self.user_sessions(pool, user).await?;
        let session = sessions.into_iter().find(|session| session.id == id);
        let session = session.ok_or(Error::UserSessionNotFound)?;
        if current == Some(&*session.event_id) {
            return Err(Error::CurrentSession);
        }
        Ok(self.store.families().delete(pool.id(), &session.event_id).await?)
    }

    /// The session that a sign-in to `pool` begins, if the pool keeps track.
    pub(crate) fn new_token_session(&self, pool: &Pool) -> Option<TokenSession> {
        pool.tracks_sessions().then(|| TokenSession {
            id: format!(
                "{TOKEN_SESSION_PREFIX}{}",
                self.entropy.alphanumeric_lower(SESSION_ID_LENGTH)
            ),
            max_per_user: pool.sessions.token_session.max_per_user,
            began: self.activity(),
        })
    }

    /// Notes that the session of `family`, if it is one, was used by this request.
    pub(crate) async fn note_activity(&self, pool: &Pool, family: &RefreshFamily) -> Result<()> {
        if !pool.tracks_sessions() || family.session.is_none() {
            return Ok(());
        }
        let activity = self.activity();
        let stands = self.store.families().touch(pool.id(), &family.event_id, &activity);
        // It may have been ended a moment ago.
        if stands.await? {
            Ok(())
        } else {
            Err(Error::RefreshTokenRevoked)
        }
    }

    /// What this request shows of the session that it belongs to.
    pub(crate) fn activity(&self) -> Activity {
        Activity {
            at: self.now(),
            ip_address: self.request.source_ip.map(|address| address.to_string()),
            device_type: None,
        }
    }
}
