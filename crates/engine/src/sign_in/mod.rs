//! Signing in: what users prove themselves by, and what comes next whichever way they did.
//!
//! `domain::sign_in` decides what comes next; here are the challenges that ask for it and the answers to them.

mod after_sign_up;
mod choice;
mod custom;
mod devices;
mod mfa;
mod mfa_setup;
mod new_password;
mod one_time_code;
mod passkey;
mod password;
mod responses;
mod sessions;
mod srp;
mod step_up;

pub use choice::Start;
pub use custom::CustomStart;
pub use password::SignIn;
pub use responses::{Parameters, Response};
pub use step_up::StepUp;

use std::collections::BTreeMap;

use poolhouse_domain::clients::Client;
use poolhouse_domain::devices::Device;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::{AuthSession, Step};
use poolhouse_domain::sign_in::{self, Next, Progress};
use poolhouse_domain::triggers::TokenSource;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{AuthenticationResultType, ChallengeNameType, NewDeviceMetadataType, Secret, UserStatusType};

use poolhouse_storage::Transaction;

use self::custom::Ruling;
use self::sessions::Challenge;
use crate::Cx;
use crate::oauth::BrowserSignIn;

/// What one step of a sign-in gave.
pub enum Outcome {
    /// The user is signed in.
    Tokens(Box<AuthenticationResultType>),
    /// The user's browser is signed in to managed login.
    SignedIn(Box<BrowserSignIn>),
    /// The user has to answer a challenge.
    Challenge {
        name: ChallengeNameType,
        /// Continues the sign-in; the proof by SRP carries its own state.
        session: Option<Secret>,
        parameters: BTreeMap<String, String>,
        /// The first factors that a choice-based sign-in may go on with.
        available: Option<Vec<ChallengeNameType>>,
    },
}

/// An answer to a challenge.
pub struct Answer<'a> {
    pub session: &'a Secret,
    pub username: &'a str,
    /// The responses by their protocol names.
    pub responses: &'a BTreeMap<String, Secret>,
    /// Whether it comes from a page of managed login: no sign-in goes over from there to the API or back.
    pub is_browser: bool,
}

/// The session that an answer continued, to be used up.
#[derive(Clone, Copy)]
pub(crate) struct Answered<'a> {
    session: &'a AuthSession,
    /// Whether the answer changed the user, who is to be written.
    changes_user: bool,
}

impl Cx {
    /// Goes on with a user who has proved what `progress` says: the one path to tokens, whichever way the sign-in came.
    /// `answered` is used up with it.
    async fn advance(
        &self,
        pool: &Pool,
        client: &Client,
        user: &mut User,
        mut progress: Progress,
        mut answered: Option<Answered<'_>>,
    ) -> Result<Outcome> {
        if let Some(custom) = &mut progress.custom {
            custom.settle(true);
            // Used up before the functions hear of it: none that fails gives a second guess.
            if answered.is_some() {
                let mut tx = self.store.begin().await?;
                self.settle(&mut tx, pool, user, answered.take()).await?;
                tx.commit().await?;
            }
            progress = match self.ask_functions(pool, client, Some(&mut *user), progress).await? {
                Ruling::Admitted(progress) => progress,
                Ruling::Asked(outcome) => return Ok(outcome),
            };
        }
        let device = self.known_device(pool, user, &progress).await?;
        match sign_in::next(pool, user, &progress, device.as_ref())? {
            Next::Tokens if progress.is_browser => self.sign_browser_in(pool, client, user, progress, answered).await,
            Next::Tokens => self.give_tokens(pool, client, user, (progress, device), answered).await,
            asked => {
                let challenge = self.challenge_of(pool, client, user, progress, asked).await?;
                self.pose(challenge, pool, Some(user), answered).await
            }
        }
    }

    /// The challenge that asks for what `asked` says. Tokens are no challenge.
    async fn challenge_of(
        &self,
        pool: &Pool,
        client: &Client,
        user: &User,
        progress: Progress,
        asked: Next,
    ) -> Result<Challenge> {
        match asked {
            Next::NewPassword => self.new_password_challenge(pool, client, user, progress),
            Next::Device => Ok(self.device_challenge(client, user, progress)),
            Next::Tokens => Err(Error::unrecognizable_answer()),
            Next::SecondFactor(asked) => self.second_factor_challenge(pool, client, user, progress, asked).await,
        }
    }

    /// Signs the browser in of a user who has proved everything that is asked for. `answered` is used up with it.
    async fn sign_browser_in(
        &self,
        pool: &Pool,
        client: &Client,
        user: &mut User,
        progress: Progress,
        answered: Option<Answered<'_>>,
    ) -> Result<Outcome> {
        let triggers = self.triggers(pool, Some(client));
        let baseline = self
            .baseline(pool, user, triggers.judge_sign_ins(), changes_user(answered))
            .await?;
        triggers.post_authentication(user, false).await?;
        self.catch_up(pool, user, baseline).await?;
        let mut tx = self.store.begin().await?;
        self.settle(&mut tx, pool, user, answered).await?;
        let signed_in = self.new_browser_session(pool, client, user, progress);
        tx.browser_sessions()
            .insert(&signed_in.session, &self.activity())
            .await?;
        tx.lockouts().clear(pool.id(), &user.sub).await?;
        tx.commit().await?;
        Ok(Outcome::SignedIn(Box::new(signed_in)))
    }

    /// Uses up the session that was answered, and writes a user whom the answer changed.
    async fn settle(
        &self,
        tx: &mut Transaction,
        pool: &Pool,
        user: &mut User,
        answered: Option<Answered<'_>>,
    ) -> Result<()> {
        let Some(Answered { session, changes_user }) = answered else {
            return Ok(());
        };
        if !tx.sessions().consume(&session.id, self.now()).await? {
            return Err(Error::SessionUsed);
        }
        if changes_user {
            tx.users().replace(pool, user).await?;
        }
        Ok(())
    }

    /// Gives tokens to a user who has proved everything that is asked for. `answered` is used up with it; a user who was
    /// changed by the answer is written.
    async fn give_tokens(
        &self,
        pool: &Pool,
        client: &Client,
        user: &mut User,
        (progress, device): (Progress, Option<Device>),
        answered: Option<Answered<'_>>,
    ) -> Result<Outcome> {
        let is_new_device = pool.tracks_devices() && device.is_none();
        let triggers = self.triggers(pool, Some(client));
        let baseline = self
            .baseline(pool, user, triggers.judge_sign_ins(), changes_user(answered))
            .await?;
        triggers.post_authentication(user, is_new_device).await?;
        let identity = match &device {
            Some(device) => Some(device.identity.clone()),
            None => is_new_device.then(|| self.new_device_identity(pool)),
        };
        let (family, refresh_token) = self.new_family(pool, client, user, progress, identity)?;
        let source = match answered.map(|answered| answered.session.state.step) {
            Some(Step::NewPasswordRequired) => TokenSource::NewPasswordChallenge,
            Some(Step::DevicePasswordVerifier) => TokenSource::AuthenticateDevice,
            _ => TokenSource::Authentication,
        };
        let mut tokens = self.issue_tokens(source, pool, client, user, &family).await?;
        tokens.refresh_token = Some(refresh_token);
        let new_device = family.device.as_ref().filter(|_| is_new_device);
        tokens.new_device_metadata = new_device.map(|identity| NewDeviceMetadataType {
            device_key: Some(identity.key.clone()),
            device_group_key: Some(identity.group_key.clone()),
        });
        self.catch_up(pool, user, baseline).await?;
        let mut tx = self.store.begin().await?;
        self.settle(&mut tx, pool, user, answered).await?;
        // In the order in which changes of a password lock their rows.
        tx.families().insert(&family).await?;
        tx.lockouts().clear(pool.id(), &user.sub).await?;
        if let Some(device) = device {
            let address = self.request.source_ip.map(|address| address.to_string());
            let seen = (self.now(), address.as_deref());
            let key = &device.identity.key;
            // Forgotten at this very moment: it stands for nothing any more.
            if !tx.devices().touch(pool.id(), &user.sub, key, seen).await? {
                return Err(Error::DeviceNotFound);
            }
        }
        tx.commit().await?;
        Ok(Outcome::Tokens(Box::new(tokens)))
    }
}

/// Whether the user is to be written with the session that was answered.
fn changes_user(answered: Option<Answered<'_>>) -> bool {
    answered.is_some_and(|answered| answered.changes_user)
}

/// The names by which the user may be called in answers.
fn session_names(user: &User, typed: &str) -> Vec<String> {
    vec![typed.to_owned(), user.username.clone(), user.sub.clone()]
}

/// Refuses users who have to do something else before they sign in.
fn check_status(user: &User) -> Result<()> {
    match user.status {
        UserStatusType::Unconfirmed => Err(Error::UserNotConfirmed),
        UserStatusType::ResetRequired => Err(Error::PasswordResetRequired),
        UserStatusType::ExternalProvider => Err(Error::IncorrectUsernameOrPassword),
        _ => Ok(()),
    }
}
