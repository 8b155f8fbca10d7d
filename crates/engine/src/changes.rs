//! Changing what others may be changing at the same time.

use poolhouse_domain::pools::Pool;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};

use crate::Cx;

/// How often a change is tried. Of those who race one gets through each time, so that only a crowd uses them up.
const ATTEMPTS: usize = 10;

/// Tries again as long as another request was quicker. What `attempt` wrote before it failed must be undone with its
/// transaction, and it must read again what it changes.
pub async fn retried<T, A>(attempt: impl Fn() -> A) -> Result<T>
where
    A: Future<Output = Result<T>>,
{
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(Error::ConcurrentModification) => {}
            settled => return settled,
        }
    }
    attempt().await
}

/// How a user is stored before functions are called, which take seconds and like to write the users whom they are told
/// of: that must not be in the way of a change. But who is disabled meanwhile, or given another password, must not come
/// further by what was true before.
pub(crate) enum Baseline {
    /// No function is called.
    Undisturbed,
    /// The user is only looked at.
    Seen,
    /// The user is about to be written.
    Changing(Box<User>),
}

impl Cx {
    /// Notes how `user` is stored before functions are called. A user who `changes` must still be as they were read.
    pub(crate) async fn baseline(&self, pool: &Pool, user: &User, calls: bool, changes: bool) -> Result<Baseline> {
        if !calls {
            return Ok(Baseline::Undisturbed);
        }
        if !changes {
            return Ok(Baseline::Seen);
        }
        match self.store.users().by_sub(pool.id(), &user.sub).await? {
            Some(stored) if stored.version == user.version => Ok(Baseline::Changing(Box::new(stored))),
            _ => Err(Error::ConcurrentModification),
        }
    }

    /// Looks at the user again after functions were called, and adds to a change of them what was written since.
    pub(crate) async fn catch_up(&self, pool: &Pool, user: &mut User, baseline: Baseline) -> Result<()> {
        let before = match baseline {
            Baseline::Undisturbed => return Ok(()),
            Baseline::Seen => return self.check_still_there(pool, user).await,
            Baseline::Changing(before) => before,
        };
        let written = self.store.users().by_sub(pool.id(), &user.sub).await?;
        let written = written.ok_or(Error::IncorrectUsernameOrPassword)?;
        if written.version == before.version || user.add_written(&before, &written) {
            Ok(())
        } else {
            Err(Error::ConcurrentModification)
        }
    }

    /// Looks at the user again after functions were called: who was deleted or disabled meanwhile, or given another
    /// password, comes no further.
    pub(crate) async fn check_still_there(&self, pool: &Pool, user: &User) -> Result<()> {
        let stored = self.store.users().by_sub(pool.id(), &user.sub).await?;
        let stored = stored.ok_or(Error::IncorrectUsernameOrPassword)?;
        stored.check_enabled()?;
        if user.has_password_of(&stored) {
            Ok(())
        } else {
            Err(Error::IncorrectUsernameOrPassword)
        }
    }

    /// Makes `change` of `user`, and makes it again of the user as they are stored when somebody else wrote them since
    /// they were read.
    pub(crate) async fn change_user<T, C>(&self, pool: &Pool, user: User, change: impl Fn(User) -> C) -> Result<T>
    where
        C: Future<Output = Result<T>>,
    {
        let sub = user.sub.clone();
        match change(user).await {
            Err(Error::ConcurrentModification) => {
                retried(|| async {
                    let user = self.store.users().by_sub(pool.id(), &sub).await?;
                    change(user.ok_or(Error::UserNotFound)?).await
                })
                .await
            }
            settled => settled,
        }
    }

    /// Enables or disables a user; disabling ends every token they have.
    pub async fn set_enabled(&self, pool: &Pool, name: &str, enabled: bool) -> Result<()> {
        let user = self.user(pool, name).await?;
        let change = async |mut user: User| {
            user.enabled = enabled;
            user.modified_at = self.now();
            let mut tx = self.store.begin().await?;
            tx.users().replace(pool, &mut user).await?;
            if !enabled {
                tx.families().delete_of_user(pool.id(), &user.sub).await?;
            }
            Ok(tx.commit().await?)
        };
        self.change_user(pool, user, change).await
    }

    /// Deletes a user and all that is theirs.
    pub async fn delete_user(&self, pool: &Pool, user: &User) -> Result<()> {
        if self.store.users().delete(pool.id(), &user.sub).await? {
            Ok(())
        } else {
            Err(Error::UserNotFound)
        }
    }
}
