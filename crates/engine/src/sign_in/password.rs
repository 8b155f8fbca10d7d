//! Signing in by a password that the client sends.

use poolhouse_domain::assurance::Method;
use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sign_in::Progress;
use poolhouse_domain::users::{Password, User};
use poolhouse_domain::{Error, Result};
use poolhouse_model::{Secret, UserStatusType};

use super::{Answered, Outcome, check_status, session_names};
use crate::Cx;

/// A sign-in by name and password.
pub struct SignIn<'a> {
    /// The name as it was typed: a username, an alias or a sub.
    pub username: &'a str,
    pub password: &'a Secret,
    /// The device that the client says it is.
    pub device_key: Option<&'a str>,
}

impl Cx {
    /// Signs in by password: tokens, or the challenge that comes first.
    pub async fn sign_in(&self, pool: &Pool, client: &Client, sign_in: SignIn<'_>) -> Result<Outcome> {
        let SignIn {
            username,
            password,
            device_key,
        } = sign_in;
        let user = self.identify(pool, client, username, password).await?;
        let progress = Progress {
            names: vec![username.to_owned()],
            device_key: device_key.map(str::to_owned),
            ..Progress::default()
        };
        self.prove_password(pool, client, user, progress, password, None).await
    }

    /// Finds whoever signs in by name and password, and asks the pool's function whether they may.
    pub(crate) async fn identify(
        &self,
        pool: &Pool,
        client: &Client,
        username: &str,
        password: &Secret,
    ) -> Result<Option<User>> {
        let user = self.find_or_migrate(pool, client, username, password).await?;
        match &user {
            None if !client.prevents_user_existence_errors() => return Err(self.refuse_unknown_name(pool).await?),
            Some(user) if !client.prevents_user_existence_errors() => check_status(user)?,
            _ => {}
        }
        let triggers = self.triggers(pool, Some(client));
        triggers.pre_authentication(user.as_ref(), username).await?;
        Ok(user)
    }

    /// Checks the password of whoever was found under the name that was typed, and goes on.
    pub(crate) async fn prove_password(
        &self,
        pool: &Pool,
        client: &Client,
        user: Option<User>,
        progress: Progress,
        password: &Secret,
        answered: Option<Answered<'_>>,
    ) -> Result<Outcome> {
        let Some(user) = user else {
            return Err(self.refuse_nobody(pool, client, progress.typed(), password).await?);
        };
        if !client.prevents_user_existence_errors() {
            check_status(&user)?;
        }
        self.check_lockout(pool, &user.sub).await?;
        let user = self.check_password(pool, client, user, password).await?;
        self.continue_after_password(pool, client, user, progress, answered)
            .await
    }

    /// Goes on with a user who has proved their password.
    pub(super) async fn continue_after_password(
        &self,
        pool: &Pool,
        client: &Client,
        mut user: User,
        mut progress: Progress,
        answered: Option<Answered<'_>>,
    ) -> Result<Outcome> {
        user.check_enabled()?;
        check_status(&user).map_err(|error| error.for_client(client))?;
        if user.temporary_password_expired(pool.temporary_password_lifetime(), self.now()) {
            return Err(Error::TemporaryPasswordExpired);
        }
        if user.status == UserStatusType::ForceChangePassword {
            self.store.lockouts().clear(pool.id(), &user.sub).await?;
        }
        progress.names = session_names(&user, progress.typed());
        progress.methods.add(Method::Password);
        self.advance(pool, client, &mut user, progress, answered).await
    }

    /// Refuses a name that belongs to nobody, at the cost of a real sign-in.
    async fn refuse_nobody(&self, pool: &Pool, client: &Client, username: &str, password: &Secret) -> Result<Error> {
        if !client.prevents_user_existence_errors() {
            return self.refuse_unknown_name(pool).await;
        }
        let nobody = self.nobody(pool, username);
        self.check_lockout(pool, &nobody).await?;
        self.verify_absent(password).await?;
        self.count_failure(pool, &nobody).await?;
        Ok(Error::UserNotFound.for_client(client))
    }

    /// Checks the password and renews a hash that was made under other parameters.
    async fn check_password(&self, pool: &Pool, client: &Client, mut user: User, password: &Secret) -> Result<User> {
        if user.status == UserStatusType::ResetRequired {
            self.verify_absent(password).await?;
            self.count_failure(pool, &user.sub).await?;
            return Err(Error::PasswordResetRequired.for_client(client));
        }
        let Some(stored) = &user.password else {
            self.verify_absent(password).await?;
            self.count_failure(pool, &user.sub).await?;
            return Err(Error::IncorrectUsernameOrPassword);
        };
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
}
