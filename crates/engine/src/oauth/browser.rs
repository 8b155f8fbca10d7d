//! Browsers that are signed in to managed login.

use std::sync::Arc;

use poolhouse_crypto::seal::Purpose;
use poolhouse_domain::Result;
use poolhouse_domain::assurance::{Level, Methods};
use poolhouse_domain::clients::Client;
use poolhouse_domain::oauth::{BROWSER_SESSION_LIFETIME, BrowserSession, LONGEST_BROWSER_SESSION};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sign_in::{Progress, reachable_level};
use poolhouse_domain::user_sessions::SSO_SESSION_PREFIX;
use poolhouse_domain::users::User;
use poolhouse_model::Secret;

use crate::{Caller, Cx, Outcome};

/// The length of the secret in a session cookie: more than 160 bits.
const COOKIE_LENGTH: usize = 32;

/// A sign-in to managed login that is complete.
pub struct BrowserSignIn {
    /// The value of the session cookie.
    pub cookie: Secret,
    pub session: BrowserSession,
    pub user: User,
    /// How long the browser is to keep the cookie, in milliseconds.
    pub lifetime: i64,
}

impl Cx {
    /// The session that a cookie stands for, with its user, while both are as they were.
    pub async fn browser_session(&self, pool: &Pool, cookie: &str) -> Result<Option<(BrowserSession, User)>> {
        let hash = self.hash_browser_cookie(cookie);
        let session = self.store.browser_sessions().get(pool.id(), &hash, self.now()).await?;
        let Some(session) = session else { return Ok(None) };
        let user = self.store.users().by_sub(pool.id(), &session.sub).await?;
        let user = user.filter(|user| session.belongs_to(user));
        Ok(user.map(|user| (session, user)))
    }

    /// Ends the session of a cookie: tokens that were given stay valid.
    pub async fn end_browser_session(&self, pool: &Pool, cookie: &str) -> Result<()> {
        let hash = self.hash_browser_cookie(cookie);
        Ok(self.store.browser_sessions().delete(pool.id(), &hash).await?)
    }

    /// The session of a user who has proved what `progress` says; it isn't stored yet.
    pub(crate) fn new_browser_session(
        &self,
        pool: &Pool,
        client: &Client,
        user: &User,
        progress: Progress,
    ) -> BrowserSignIn {
        let now = self.now();
        let lifetime = if pool.tracks_sessions() {
            LONGEST_BROWSER_SESSION
        } else {
            BROWSER_SESSION_LIFETIME
        };
        let cookie = self.entropy.alphanumeric(COOKIE_LENGTH);
        BrowserSignIn {
            session: BrowserSession {
                pool_id: pool.id().to_owned(),
                sub: user.sub.clone(),
                authenticated_at: now,
                methods: progress.methods,
                password_set_at: user.password.as_ref().map(|password| password.set_at),
                expires_at: now.plus_millis(lifetime),
                client_id: client.id().to_owned(),
                id: pool.tracks_sessions().then(|| self.new_session_id(SSO_SESSION_PREFIX)),
                cookie_hash: self.hash_browser_cookie(&cookie),
            },
            cookie: Secret::from(cookie),
            user: user.clone(),
            lifetime,
        }
    }

    /// Signs in to managed login by name and password, whatever flows of the API the app client allows.
    pub async fn sign_browser_in_by_password(
        &self,
        pool: &Pool,
        client: &Client,
        (username, password): (&str, &Secret),
        levels: &[Level],
    ) -> Result<Outcome> {
        let user = self.identify(pool, client, username, password).await?;
        let progress = self.browser_progress(pool, user.as_ref(), username, levels).await?;
        self.prove_password(pool, client, user, progress, password, None).await
    }

    /// The user of a browser session, to let them register a passkey.
    pub fn browser_caller(pool: Arc<Pool>, client: Arc<Client>, user: User) -> Caller {
        Caller {
            pool,
            client,
            user,
            event_id: String::new(),
        }
    }

    fn hash_browser_cookie(&self, cookie: &str) -> String {
        self.keyed_hash(Purpose::new("browser session"), &[cookie.as_bytes()])
    }

    /// How a sign-in to managed login begins under the name that was typed, to reach the first of `levels` that the user
    /// can reach; none can't be reached is no fault: an OpenID provider does what it can.
    pub(crate) async fn browser_progress(
        &self,
        pool: &Pool,
        user: Option<&User>,
        typed: &str,
        levels: &[Level],
    ) -> Result<Progress> {
        let target = match user {
            Some(user) if !levels.is_empty() => {
                let has_passkey = self.has_passkey(pool, user).await?;
                reachable_level(pool, user, has_passkey, &Methods::default(), levels).ok()
            }
            _ => None,
        };
        Ok(Progress {
            names: vec![typed.to_owned()],
            target,
            is_browser: true,
            ..Progress::default()
        })
    }
}
