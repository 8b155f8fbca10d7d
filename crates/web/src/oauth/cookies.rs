//! The cookies of managed login.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use poolhouse_domain::pools::Pool;
use poolhouse_engine::Mode;
use time::Duration;

use super::door::Door;

/// The browser's session.
const SESSION: &str = "cognito";
/// What forms have to repeat.
const CSRF: &str = "XSRF-TOKEN";

impl Door {
    /// The value of the session cookie for `pool`.
    pub fn session_cookie<'a>(&self, jar: &'a CookieJar, pool: &Pool) -> Option<&'a str> {
        Some(jar.get(&self.session_name(pool))?.value())
    }

    /// The cookie that keeps a browser signed in to `pool` for `lifetime` milliseconds.
    pub fn new_session_cookie(&self, pool: &Pool, value: &str, lifetime: i64) -> Cookie<'static> {
        let mut cookie = self.cookie(self.session_name(pool), value.to_owned());
        cookie.set_max_age(Duration::milliseconds(lifetime));
        cookie
    }

    /// The cookie that ends the browser's session.
    pub fn ended_session_cookie(&self, pool: &Pool) -> Cookie<'static> {
        let mut cookie = self.cookie(self.session_name(pool), String::new());
        cookie.set_max_age(Duration::ZERO);
        cookie
    }

    /// The value that forms of this browser have to repeat.
    pub fn csrf_cookie<'a>(&self, jar: &'a CookieJar) -> Option<&'a str> {
        Some(jar.get(&self.cookie_name(CSRF))?.value())
    }

    /// The cookie that makes forms of this browser repeat `value`.
    pub fn new_csrf_cookie(&self, value: &str) -> Cookie<'static> {
        self.cookie(self.cookie_name(CSRF), value.to_owned())
    }

    /// The cookie that makes forms of the sign-in that is over worth nothing.
    pub fn ended_csrf_cookie(&self) -> Cookie<'static> {
        let mut cookie = self.cookie(self.cookie_name(CSRF), String::new());
        cookie.set_max_age(Duration::ZERO);
        cookie
    }

    /// The cookie that remembers the language of the pages.
    pub fn language_cookie(&self, tag: &str) -> Cookie<'static> {
        let mut cookie = self.cookie("lang".to_owned(), tag.to_owned());
        cookie.set_max_age(Duration::days(365));
        cookie
    }

    fn cookie(&self, name: String, value: String) -> Cookie<'static> {
        Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .secure(self.is_secure())
            .same_site(SameSite::Lax)
            .build()
    }

    /// On an address that pools share, each has a session of its own.
    fn session_name(&self, pool: &Pool) -> String {
        if self.pool.is_some() && self.base.is_empty() {
            self.cookie_name(SESSION)
        } else {
            self.cookie_name(&format!("{SESSION}-{}", pool.short_id()))
        }
    }

    /// A name with the prefix by which browsers take the cookie from this very host only, and over TLS.
    fn cookie_name(&self, name: &str) -> String {
        if self.is_secure() {
            format!("__Host-{name}")
        } else {
            name.to_owned()
        }
    }

    fn is_secure(&self) -> bool {
        self.cx.settings.mode == Mode::Production
    }
}
