//! New passwords, wherever they come from.

use poolhouse_crypto::password::{PasswordError, Verification};
use poolhouse_domain::codes::Attempt;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, password_policy};
use poolhouse_model::{Secret, UserStatusType};

use crate::{Caller, Cx};

impl Cx {
    /// Checks a password that the pool has not seen against its policy and hashes it.
    pub(crate) async fn hash_new_password(&self, pool: &Pool, password: &Secret) -> Result<String> {
        password_policy::check(&pool.password_policy(), password.expose())?;
        self.hash(password).await
    }

    /// Checks a password that replaces `user`'s against policy and history, and hashes it.
    pub(crate) async fn hash_replacement(&self, pool: &Pool, user: &User, password: &Secret) -> Result<String> {
        password_policy::check(&pool.password_policy(), password.expose())?;
        for remembered in user.remembered_passwords(pool.password_history_size()) {
            if self.verify_password(password, remembered).await?.matches {
                return Err(Error::PasswordHistory);
            }
        }
        self.hash(password).await
    }

    pub(crate) async fn hash(&self, password: &Secret) -> Result<String> {
        self.hasher.hash(password.expose()).await.map_err(hashing_refusal)
    }

    pub(crate) async fn verify_password(&self, password: &Secret, hash: &str) -> Result<Verification> {
        self.hasher
            .verify(password.expose(), hash)
            .await
            .map_err(hashing_refusal)
    }

    /// Takes as long as verifying a password, for a user who has none.
    pub(crate) async fn verify_absent(&self, password: &Secret) -> Result<()> {
        self.hasher
            .verify_absent(password.expose())
            .await
            .map_err(hashing_refusal)
    }

    /// Replaces the caller's password, once they have shown that they know the old one.
    ///
    /// The attempts of the hour are the only limit: whoever holds a token can't make the user pause at sign-in.
    pub async fn change_own_password(
        &self,
        caller: Caller,
        previous: Option<&Secret>,
        proposed: &Secret,
    ) -> Result<()> {
        let Caller { pool, user, .. } = caller;
        let pool = &*pool;
        self.count_attempt(pool, &user.sub, Attempt::ChangePassword).await?;
        let change = async |mut user: User| {
            if user.status != UserStatusType::Confirmed {
                return Err(Error::PasswordNotResettable);
            }
            let knows_password = match (&user.password, previous) {
                (Some(stored), Some(previous)) => self.verify_password(previous, &stored.hash).await?.matches,
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            };
            if !knows_password {
                return Err(Error::IncorrectUsernameOrPassword);
            }
            let hash = self.hash_replacement(pool, &user, proposed).await?;
            user.set_password(hash, pool.password_history_size(), self.now());
            Ok(self.store.users().replace(pool, &mut user).await?)
        };
        self.change_user(pool, user, change).await
    }

    /// Sets a user's password because an administrator says so: for good, or until the next sign-in.
    pub async fn admin_set_password(
        &self,
        pool: &Pool,
        username: &str,
        password: &Secret,
        permanent: bool,
    ) -> Result<()> {
        let user = self.user(pool, username).await?;
        let set = async |mut user: User| {
            let hash = self.hash_replacement(pool, &user, password).await?;
            user.set_password(hash, pool.password_history_size(), self.now());
            user.status = if permanent {
                UserStatusType::Confirmed
            } else {
                UserStatusType::ForceChangePassword
            };
            let mut tx = self.store.begin().await?;
            tx.users().replace(pool, &mut user).await?;
            tx.lockouts().clear(pool.id(), &user.sub).await?;
            Ok(tx.commit().await?)
        };
        self.change_user(pool, user, set).await
    }
}

/// What a full queue or a broken hash means to the caller.
fn hashing_refusal(error: PasswordError) -> Error {
    match error {
        PasswordError::Busy => Error::TooManyRequests,
        PasswordError::MalformedHash | PasswordError::Failed => Error::internal(error),
    }
}
