//! New passwords, wherever they come from.

use poolhouse_crypto::password::Verification;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, password_policy};
use poolhouse_model::Secret;

use crate::Cx;

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
        Ok(self.hasher.hash(password.expose()).await?)
    }

    pub(crate) async fn verify_password(&self, password: &Secret, hash: &str) -> Result<Verification> {
        Ok(self.hasher.verify(password.expose(), hash).await?)
    }

    /// Replaces the password of `user` and stores them: what an administrator or the user themselves decided.
    pub async fn change_password(&self, pool: &Pool, mut user: User, password: &Secret) -> Result<User> {
        let hash = self.hash_replacement(pool, &user, password).await?;
        user.set_password(hash, pool.password_history_size(), self.now());
        self.store.users().replace(pool, &mut user).await?;
        Ok(user)
    }
}
