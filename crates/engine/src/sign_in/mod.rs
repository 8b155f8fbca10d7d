//! Signing in: proving the password, and what comes after it whichever way it was proved.

mod mfa;
mod mfa_setup;
mod new_password;
mod sessions;
mod srp;

pub use srp::Proof as SrpProof;

use std::collections::BTreeMap;

use poolhouse_domain::clients::Client;
use poolhouse_domain::mfa::{Next, second_factor};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::AuthSession;
use poolhouse_domain::users::{Password, User};
use poolhouse_domain::{Error, Result};
use poolhouse_model::{AuthenticationResultType, ChallengeNameType, Secret, UserStatusType};

use crate::Cx;

/// What one step of a sign-in gave.
pub enum Outcome {
    /// The user is signed in.
    Tokens(Box<AuthenticationResultType>),
    /// The user has to answer a challenge.
    Challenge {
        name: ChallengeNameType,
        /// Continues the sign-in; the proof by SRP carries its own state.
        session: Option<Secret>,
        parameters: BTreeMap<String, String>,
    },
}

/// A sign-in by name and password.
pub struct SignIn<'a> {
    /// The name as it was typed: a username, an alias or a sub.
    pub username: &'a str,
    pub password: &'a Secret,
}

/// An answer to a challenge.
pub struct Answer<'a> {
    pub session: &'a Secret,
    pub username: &'a str,
    /// The responses by their protocol names.
    pub responses: &'a BTreeMap<String, Secret>,
}

impl Cx {
    /// Signs in by password: tokens, or the challenge that comes first.
    pub async fn sign_in(&self, pool: &Pool, client: &Client, sign_in: SignIn<'_>) -> Result<Outcome> {
        let SignIn { username, password } = sign_in;
        let Some(user) = self.find_user(pool, username).await? else {
            return Err(self.refuse_nobody(pool, client, username, password).await?);
        };
        let hides = client.prevents_user_existence_errors();
        if !hides {
            check_status(&user)?;
        }
        self.triggers(pool).pre_authentication()?;
        self.check_lockout(pool, &user.sub).await?;
        let user = self.check_password(pool, client, user, password).await?;
        self.continue_after_password(pool, client, &user, username).await
    }

    /// Goes on with a user who has proved their password: the one path to tokens, whichever way it was proved.
    /// `typed` is the name that the sign-in began with.
    async fn continue_after_password(&self, pool: &Pool, client: &Client, user: &User, typed: &str) -> Result<Outcome> {
        user.check_enabled()?;
        check_status(user).map_err(|error| error.for_client(client))?;
        if user.temporary_password_expired(pool.temporary_password_lifetime(), self.now()) {
            return Err(Error::TemporaryPasswordExpired);
        }
        if user.status == UserStatusType::ForceChangePassword {
            self.store.lockouts().clear(pool.id(), &user.sub).await?;
            return self.challenge_new_password(pool, client, user, typed).await;
        }
        check_devices(pool)?;
        match second_factor(pool, user) {
            Next::Nothing => self.give_tokens(pool, client, &mut user.clone(), None).await,
            next => {
                let names = session_names(user, typed);
                let challenge = self.second_factor_challenge(pool, client, user, names, next)?;
                self.pose(challenge, None).await
            }
        }
    }

    /// Refuses a name that belongs to nobody, at the cost of a real sign-in.
    async fn refuse_nobody(&self, pool: &Pool, client: &Client, username: &str, password: &Secret) -> Result<Error> {
        self.triggers(pool).user_migration()?;
        if client.prevents_user_existence_errors() {
            self.triggers(pool).pre_authentication()?;
            let nobody = self.nobody(pool, username);
            self.check_lockout(pool, &nobody).await?;
            self.verify_absent(password).await?;
            self.count_failure(pool, &nobody).await?;
        }
        Ok(Error::UserNotFound.for_client(client))
    }

    /// Checks the password and renews a hash that was made under other parameters.
    async fn check_password(&self, pool: &Pool, client: &Client, mut user: User, password: &Secret) -> Result<User> {
        let Some(stored) = &user.password else {
            self.verify_absent(password).await?;
            self.count_failure(pool, &user.sub).await?;
            return Err(Error::IncorrectUsernameOrPassword);
        };
        if user.status == UserStatusType::ResetRequired {
            self.verify_absent(password).await?;
            self.count_failure(pool, &user.sub).await?;
            return Err(Error::PasswordResetRequired.for_client(client));
        }
        let verification = self.verify_password(password, &stored.hash).await?;
        if !verification.matches {
            self.count_failure(pool, &user.sub).await?;
            return Err(Error::IncorrectUsernameOrPassword);
        }
        // Guesses in flight may have earned a pause since it was looked at: then a right one counts no more.
        self.check_lockout(pool, &user.sub).await?;
        let set_at = stored.set_at;
        if (verification.needs_rehash || stored.srp.is_none())
            && let Ok(renewed) = self.protect(pool, &user, password).await
        {
            user.password = Some(Password { set_at, ..renewed });
            // A user who is changed at this very moment keeps the old hash until the next sign-in.
            match self.store.users().replace(pool, &mut user).await {
                Ok(()) | Err(poolhouse_storage::Error::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(user)
    }

    /// Gives tokens to a user who has proved everything that the pool asks for. `answered` is used up with it; a user
    /// who was changed by the answer is written.
    async fn give_tokens(
        &self,
        pool: &Pool,
        client: &Client,
        user: &mut User,
        answered: Option<Answered<'_>>,
    ) -> Result<Outcome> {
        self.triggers(pool).post_authentication()?;
        let (family, refresh_token) = self.new_family(pool, client, user)?;
        let tokens = self
            .issue_tokens(pool, client, user, &family, Some(refresh_token))
            .await?;
        let mut tx = self.store.begin().await?;
        if let Some(Answered { session, changes_user }) = answered {
            if !tx.sessions().consume(&session.id, self.now()).await? {
                return Err(Error::SessionUsed);
            }
            if changes_user {
                tx.users().replace(pool, user).await?;
            }
        }
        // In the order in which changes of a password lock their rows.
        tx.families().insert(&family).await?;
        tx.lockouts().clear(pool.id(), &user.sub).await?;
        tx.commit().await?;
        Ok(Outcome::Tokens(Box::new(tokens)))
    }
}

/// The session that an answer continued, to be used up.
#[derive(Clone, Copy)]
struct Answered<'a> {
    session: &'a AuthSession,
    /// Whether the answer changed the user, who is to be written.
    changes_user: bool,
}

/// Refuses what the pool demands and can't be asked yet: no token is given instead.
fn check_devices(pool: &Pool) -> Result<()> {
    if pool.tracks_devices() {
        return Err(Error::NotImplemented("Device tracking".into()));
    }
    Ok(())
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
