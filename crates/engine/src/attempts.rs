//! Counting what may be tried only so often.

use poolhouse_crypto::seal::Purpose;
use poolhouse_domain::codes::Attempt;
use poolhouse_domain::lockout;
use poolhouse_domain::names;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, HOUR, Result};

use crate::Cx;

impl Cx {
    /// Counts an attempt of `subject` and refuses it once the hour's are used up. Written at once: a refused request
    /// still counts. An address that has to wait is refused first, and not counted against the subject.
    pub(crate) async fn count_attempt(&self, pool: &Pool, subject: &str, attempt: Attempt) -> Result<()> {
        self.check_address(pool).await?;
        let key = format!("{}:{subject}", attempt.as_str());
        let count = self.store.counters().count(pool.id(), &key, self.now(), HOUR).await?;
        if count > attempt.per_hour() {
            Err(Error::AttemptLimitExceeded)
        } else {
            Ok(())
        }
    }

    /// Whether `subject` has attempted it within the hour.
    pub(crate) async fn has_attempted(&self, pool: &Pool, subject: &str, attempt: Attempt) -> Result<bool> {
        let key = format!("{}:{subject}", attempt.as_str());
        Ok(self.store.counters().get(pool.id(), &key, self.now(), HOUR).await? > 0)
    }

    /// The subject under which attempts on `name` are counted: the user whom it means, or else the name itself.
    pub(crate) fn subject(&self, pool: &Pool, user: Option<&User>, name: &str) -> String {
        user.map_or_else(|| self.nobody(pool, name), |user| user.sub.clone())
    }

    /// The subject under which attempts on a name that belongs to nobody are counted: they must look the same.
    pub(crate) fn nobody(&self, pool: &Pool, name: &str) -> String {
        let key = names::fold(pool.case_sensitive(), name);
        format!(
            "name:{}",
            self.keyed_hash(Purpose::new("nobody"), &[pool.id().as_bytes(), key.as_bytes()])
        )
    }

    /// Refuses sign-in while `subject` pauses after wrong passwords, and from an address that has to wait.
    pub(crate) async fn check_lockout(&self, pool: &Pool, subject: &str) -> Result<()> {
        self.check_address(pool).await?;
        if self.store.lockouts().locked_until(pool.id(), subject).await? > Some(self.now()) {
            return Err(Error::PasswordAttemptsExceeded);
        }
        Ok(())
    }

    /// Counts a wrong password against `subject`, with the pause that it earns, and against the address. Written at once:
    /// the sign-in fails, the count stays.
    pub(crate) async fn count_failure(&self, pool: &Pool, subject: &str) -> Result<()> {
        self.count_wrong_password(pool, subject).await?;
        self.count_address(pool.id()).await
    }

    /// Counts a wrong password against `subject` alone, with the pause that it earns.
    pub(crate) async fn count_wrong_password(&self, pool: &Pool, subject: &str) -> Result<()> {
        let lockouts = self.store.lockouts();
        lockouts
            .record_failure(
                pool.id(),
                subject,
                self.now(),
                lockout::LONGEST_PAUSE,
                lockout::pause_after,
            )
            .await?;
        Ok(())
    }

    /// Refuses an address that has shown this pool too many wrong passwords, codes and names.
    pub(crate) async fn check_address(&self, pool: &Pool) -> Result<()> {
        let Some(key) = self.address_key() else { return Ok(()) };
        let failures = self
            .store
            .counters()
            .get(pool.id(), &key, self.now(), lockout::ADDRESS_WINDOW)
            .await?;
        if failures < i64::from(self.settings.sign_in_failures_per_address) {
            Ok(())
        } else {
            Err(Error::TooManyRequests)
        }
    }

    /// Counts a failure against the address that it came from. Of guesses that race, those beyond the limit learn only
    /// that they are too many.
    pub(crate) async fn count_address(&self, pool_id: &str) -> Result<()> {
        let Some(key) = self.address_key() else { return Ok(()) };
        let failures = self
            .store
            .counters()
            .count(pool_id, &key, self.now(), lockout::ADDRESS_WINDOW)
            .await?;
        if failures <= i64::from(self.settings.sign_in_failures_per_address) {
            Ok(())
        } else {
            Err(Error::TooManyRequests)
        }
    }

    /// Refuses a name that belongs to nobody at a client that tells so. It counts against the address: names are guessed
    /// too.
    pub(crate) async fn refuse_unknown_name(&self, pool: &Pool) -> Result<Error> {
        self.check_address(pool).await?;
        self.count_address(pool.id()).await?;
        Ok(Error::UserNotFound)
    }

    /// The key under which failures of this request's address are counted, when they are.
    fn address_key(&self) -> Option<String> {
        let address = self.user_address()?;
        (self.settings.sign_in_failures_per_address > 0).then(|| format!("address:{}", lockout::origin(address)))
    }
}
