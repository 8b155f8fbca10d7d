//! New passwords, wherever they come from.

use poolhouse_crypto::password::{PasswordError, Verification};
use poolhouse_crypto::seal::Purpose;
use poolhouse_crypto::srp::{self, Identity, Verifier};
use poolhouse_domain::codes::Attempt;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::users::{Password, SrpVerifier, User};
use poolhouse_domain::{Error, Result, password_policy};
use poolhouse_model::{Secret, UserStatusType};

use crate::{Caller, Cx};

const SRP_VERIFIER: Purpose = Purpose::new("SRP verifier");

impl Cx {
    /// Checks the first password of `user` against the policy, and makes what is stored of it.
    pub(crate) async fn new_password(&self, pool: &Pool, user: &User, password: &Secret) -> Result<Password> {
        password_policy::check(&pool.password_policy(), password.expose())?;
        self.protect(pool, user, password).await
    }

    /// Checks a password that replaces `user`'s against policy and history, and makes what is stored of it.
    pub(crate) async fn replacement_password(&self, pool: &Pool, user: &User, password: &Secret) -> Result<Password> {
        password_policy::check(&pool.password_policy(), password.expose())?;
        for remembered in user.remembered_passwords(pool.password_history_size()) {
            if self.verify_password(password, remembered).await?.matches {
                return Err(Error::PasswordHistory);
            }
        }
        self.protect(pool, user, password).await
    }

    /// Makes what is stored of a password: its hash, and its SRP verifier under seal.
    pub(crate) async fn protect(&self, pool: &Pool, user: &User, password: &Secret) -> Result<Password> {
        let hash = async { self.hasher.hash(password.expose()).await.map_err(hashing_refusal) };
        let (hash, verifier) = tokio::try_join!(hash, self.derive_verifier(pool, user, password))?;
        let sealed = self
            .sealer
            .seal(
                SRP_VERIFIER,
                place(user).as_bytes(),
                &verifier.to_bytes(),
                self.entropy.as_ref(),
            )
            .map_err(Error::internal)?;
        Ok(Password {
            hash,
            srp: Some(SrpVerifier { sealed }),
            set_at: self.now(),
        })
    }

    async fn derive_verifier(&self, pool: &Pool, user: &User, password: &Secret) -> Result<Verifier> {
        let mut salt = [0; srp::SALT_LEN];
        self.entropy.fill(&mut salt);
        let (group, name) = (pool.short_id().to_owned(), user.username.clone());
        let password = password.clone();
        let derive = move || {
            let identity = Identity {
                group: &group,
                name: &name,
            };
            Verifier::derive(identity, password.expose(), &salt)
        };
        self.compute(derive).await
    }

    /// Does arithmetic on the threads that are there for it, where no other request waits for it.
    pub(crate) async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        self.workers
            .run(work)
            .await
            .map_err(|error| hashing_refusal(error.into()))
    }

    /// Opens the SRP verifier of `user`'s password.
    pub(crate) fn open_verifier(&self, user: &User, stored: &SrpVerifier) -> Result<Verifier> {
        let opened = self
            .sealer
            .open(SRP_VERIFIER, place(user).as_bytes(), &stored.sealed)
            .map_err(Error::internal)?;
        Verifier::from_bytes(&opened).map_err(Error::internal)
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
            let replacement = self.replacement_password(pool, &user, proposed).await?;
            user.set_password(replacement, pool.password_history_size());
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
            let replacement = self.replacement_password(pool, &user, password).await?;
            user.set_password(replacement, pool.password_history_size());
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

/// The place that the secrets of `user` are bound to.
pub(crate) fn place(user: &User) -> String {
    format!("users|{}|{}", user.pool_id, user.sub)
}

/// What a full queue or a broken hash means to the caller.
fn hashing_refusal(error: PasswordError) -> Error {
    match error {
        PasswordError::Busy => Error::TooManyRequests,
        PasswordError::MalformedHash | PasswordError::Failed => Error::internal(error),
    }
}
