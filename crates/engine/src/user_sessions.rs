//! The sessions that a pool's users have.

use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::RefreshFamily;
use poolhouse_domain::user_sessions::{
    Activity, SESSION_ID_LENGTH, SessionKind, TOKEN_SESSION_PREFIX, TokenSession, UserSession,
};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};

use woothee::parser::Parser;

use crate::Cx;

/// How much of a user agent is looked at, in bytes: no real one is longer.
const USER_AGENT_LENGTH: usize = 1024;

impl Cx {
    /// The active sessions of a user, the newest first: of tokens, then of browsers.
    pub async fn user_sessions(&self, pool: &Pool, user: &User) -> Result<Vec<UserSession>> {
        pool.check_tracks_sessions()?;
        let families = self.store.families();
        let mut sessions = families.sessions_of_user(pool.id(), &user.sub, self.now()).await?;
        let browsers = self.store.browser_sessions();
        sessions.extend(browsers.sessions_of_user(pool.id(), &user.sub, self.now()).await?);
        Ok(sessions)
    }

    /// Ends a session of a user with all its tokens, and if `linked` the SSO session that it came through, or the token
    /// sessions that came through it. `current` is the authentication event of the access token that asks, whose own
    /// session is not ended this way.
    pub async fn revoke_user_session(
        &self,
        pool: &Pool,
        user: &User,
        id: &str,
        current: Option<&str>,
        linked: bool,
    ) -> Result<()> {
        let sessions = self.user_sessions(pool, user).await?;
        let session = sessions.into_iter().find(|session| session.id == id);
        let session = session.ok_or(Error::UserSessionNotFound)?;
        if session.is_of(current) {
            return Err(Error::CurrentSession);
        }
        let mut tx = self.store.begin().await?;
        match session.kind {
            SessionKind::Token { event_id, origin } => {
                tx.families().delete(pool.id(), &event_id).await?;
                if let Some(origin) = origin.filter(|_| linked) {
                    tx.browser_sessions()
                        .delete_session(pool.id(), &user.sub, &origin)
                        .await?;
                }
            }
            SessionKind::Sso => {
                tx.browser_sessions().delete_session(pool.id(), &user.sub, id).await?;
                if linked {
                    tx.families()
                        .delete_of_origin(pool.id(), &user.sub, id, current)
                        .await?;
                }
            }
        }
        Ok(tx.commit().await?)
    }

    /// The session that a sign-in to `pool` begins, if the pool keeps track.
    pub(crate) fn new_token_session(&self, pool: &Pool) -> Option<TokenSession> {
        pool.tracks_sessions().then(|| TokenSession {
            id: self.new_session_id(TOKEN_SESSION_PREFIX),
            max_per_user: pool.sessions.token_session.max_per_user,
            began: self.activity(),
            origin: None,
        })
    }

    /// The id of a session that users see.
    pub(crate) fn new_session_id(&self, prefix: &str) -> String {
        format!("{prefix}{}", self.entropy.alphanumeric_lower(SESSION_ID_LENGTH))
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
            device_type: self.request.user_agent.as_deref().and_then(device_type),
        }
    }
}

/// The operating system and the browser or app of a user agent, as far as they are known.
fn device_type(user_agent: &str) -> Option<String> {
    let user_agent = &user_agent[..user_agent.floor_char_boundary(USER_AGENT_LENGTH)];
    let found = Parser::new().parse(user_agent)?;
    let known: Vec<&str> = [found.os, found.name]
        .into_iter()
        .filter(|name| *name != woothee::woothee::VALUE_UNKNOWN)
        .collect();
    (!known.is_empty()).then(|| known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_and_their_operating_systems_are_known() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        let cases = [
            (
                format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/126.0.0.0 Safari/537.36"),
                "Windows 10, Chrome",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0".to_owned(),
                "Linux, Firefox",
            ),
            (
                format!("Mozilla/5.0 (Linux; Android 14; Pixel 8) {webkit} Chrome/126.0.0.0 Mobile Safari/537.36"),
                "Android, Chrome",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/17.5 Mobile/15E148 Safari/604.1"
                    .to_owned(),
                "iPhone, Safari",
            ),
        ];
        for (user_agent, expected) in cases {
            assert_eq!(device_type(&user_agent).as_deref(), Some(expected), "{user_agent}");
        }
    }

    #[test]
    fn what_says_nothing_is_unknown() {
        for user_agent in [
            "",
            "-",
            "Boto3/1.34.1 md/Botocore#1.34.1",
            "é",
            "MSIE",
            &"é".repeat(5_000),
        ] {
            assert!(
                device_type(user_agent).is_none(),
                "{user_agent}: {:?}",
                device_type(user_agent)
            );
        }
    }
}
