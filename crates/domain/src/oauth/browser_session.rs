//! The sign-in of a browser to managed login, which other app clients of the pool use again: single sign-on.

use poolhouse_model::{Timestamp, UserStatusType};
use serde::{Deserialize, Serialize};

use super::Authorization;
use crate::SECOND;
use crate::assurance::Methods;
use crate::users::User;

/// A browser that is signed in to a pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BrowserSession {
    pub pool_id: String,
    pub sub: String,
    /// When the user proved who they are, and how.
    pub authenticated_at: Timestamp,
    #[serde(default)]
    pub methods: Methods,
    /// When the password was set that the user has; setting another ends the session.
    #[serde(default)]
    pub password_set_at: Option<Timestamp>,
    pub expires_at: Timestamp,
    /// The app client that it began with.
    pub client_id: String,
    /// The id under which users see it, in a pool that keeps track of sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Keyed hash of the cookie.
    #[serde(skip)]
    pub cookie_hash: String,
}

impl BrowserSession {
    /// Whether the session is still `user`'s.
    pub fn belongs_to(&self, user: &User) -> bool {
        user.enabled
            && matches!(
                user.status,
                UserStatusType::Confirmed | UserStatusType::ExternalProvider
            )
            && user.password.as_ref().map(|password| password.set_at) == self.password_set_at
    }

    /// Whether the session is as good as `authorization` asks for at `now`, so that no page is needed. Its client uses
    /// sessions again that are up to `lifetime` milliseconds old.
    pub fn satisfies(&self, authorization: &Authorization, lifetime: i64, now: Timestamp) -> bool {
        let age = now.millis() - self.authenticated_at.millis();
        let asked = authorization.max_age.map(|seconds| seconds.saturating_mul(SECOND));
        let is_recent = age < lifetime && asked.is_none_or(|longest| age < longest);
        let reaches = authorization.levels.is_empty()
            || authorization
                .levels
                .iter()
                .any(|level| self.methods.level() >= Some(*level));
        let prompt = authorization.prompt;
        let is_asked_for = authorization.sub.as_ref().is_none_or(|sub| *sub == self.sub);
        is_recent && reaches && is_asked_for && !prompt.login && !prompt.select_account
    }
}
