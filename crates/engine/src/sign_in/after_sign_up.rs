//! A confirmed sign-up that goes over into a sign-in: the code that confirmed it counts as the first factor.

use poolhouse_domain::assurance::Method;
use poolhouse_domain::clients::{Client, Flow};
use poolhouse_domain::codes::CodePurpose;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::{AuthSession, Step};
use poolhouse_domain::sign_in::Progress;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{Secret, VerifiedAttributeType};

use super::sessions::names_user;
use super::{Answered, Outcome, session_names};
use crate::Cx;

impl Cx {
    /// The session by which a sign-up may go over into a sign-in: on the pages of managed login, or where the app client
    /// allows choice-based sign-in. It lasts as long as the code that confirms the sign-up.
    pub(crate) fn sign_up_session(
        &self,
        client: &Client,
        user: &User,
        typed: &str,
        is_browser: bool,
    ) -> Option<AuthSession> {
        (is_browser || client.allows(Flow::UserAuth)).then(|| {
            let progress = Progress {
                names: session_names(user, typed),
                is_browser,
                ..Progress::default()
            };
            let session = self.new_session(client, Some(user), progress, Step::SignUp);
            let expires_at = self.now().plus_millis(CodePurpose::SignUp.lifetime());
            AuthSession { expires_at, ..session }
        })
    }

    /// The session of a sign-up of `user` through `client`. Nobody has one.
    pub(crate) async fn open_sign_up_session(
        &self,
        client: &Client,
        user: Option<&User>,
        session: &Secret,
    ) -> Result<AuthSession> {
        let session = self.open_session(session).await?;
        let state = &session.state;
        let is_theirs = user.is_some_and(|user| state.sub.as_ref() == Some(&user.sub));
        let fits = state.client_id == client.id() && state.step == Step::SignUp && is_theirs;
        if fits { Ok(session) } else { Err(Error::SessionInvalid) }
    }

    /// The session that signs in the user whose sign-up was confirmed through `attribute`.
    pub(crate) fn confirmed_sign_up_session(
        &self,
        client: &Client,
        user: &User,
        sign_up: &AuthSession,
        attribute: VerifiedAttributeType,
    ) -> AuthSession {
        let mut progress = sign_up.state.progress.clone();
        progress.methods.add(match attribute {
            VerifiedAttributeType::Email => Method::Email,
            VerifiedAttributeType::PhoneNumber => Method::Sms,
        });
        self.new_session(client, Some(user), progress, Step::SignUpConfirmed)
    }

    /// Signs in by the session of a confirmed sign-up, of the user who is called `username` if there is one.
    pub async fn sign_in_after_sign_up(
        &self,
        pool: &Pool,
        client: &Client,
        session: &Secret,
        username: Option<&str>,
        device_key: Option<&str>,
    ) -> Result<Outcome> {
        let session = self.open_session(session).await?;
        if session.state.progress.is_browser || !username.is_none_or(|username| names_user(pool, &session, username)) {
            return Err(Error::SessionInvalid);
        }
        let progress = Progress {
            device_key: device_key.map(str::to_owned),
            ..session.state.progress.clone()
        };
        self.go_on_after_sign_up(pool, client, &session, progress).await
    }

    /// Signs a browser in whose sign-up was confirmed on a page.
    pub async fn sign_browser_in_after_sign_up(
        &self,
        pool: &Pool,
        client: &Client,
        session: &Secret,
    ) -> Result<Outcome> {
        let session = self.open_session(session).await?;
        if !session.state.progress.is_browser {
            return Err(Error::SessionInvalid);
        }
        let progress = session.state.progress.clone();
        self.go_on_after_sign_up(pool, client, &session, progress).await
    }

    async fn go_on_after_sign_up(
        &self,
        pool: &Pool,
        client: &Client,
        session: &AuthSession,
        progress: Progress,
    ) -> Result<Outcome> {
        if session.state.client_id != client.id() || session.state.step != Step::SignUpConfirmed {
            return Err(Error::SessionInvalid);
        }
        let mut user = self.session_user(pool, session).await?;
        let triggers = self.triggers(pool, Some(client));
        triggers.pre_authentication(Some(&user), &user.username).await?;
        let answered = Answered {
            session,
            changes_user: false,
        };
        self.advance(pool, client, &mut user, progress, Some(answered)).await
    }
}
