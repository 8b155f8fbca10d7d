//! Users who are known somewhere else, and become users of a pool when they come here: by the word of the pool's
//! UserMigration function, or of the user pool that its users come from.
//!
//! What brings them is a password in plain text, or one that was forgotten. A proof by SRP says nothing to anybody else.

mod former_pool;
mod function;

use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::triggers::MigrationSource;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{Secret, is_username};

use crate::Cx;
use crate::changes::retried;
use crate::outbox::Outgoing;

/// Somebody who is about to become a user.
struct Newcomer {
    user: User,
    /// The messages that welcome them.
    welcome: Vec<Outgoing>,
    /// Whether a verified e-mail address or phone number is taken from the user who has it now.
    force_alias_creation: bool,
}

impl Cx {
    /// Whether somebody else may know who is nobody in `pool`.
    pub(crate) fn migrates(&self, pool: &Pool) -> bool {
        let config = pool.settings.lambda_config.as_ref();
        config.is_some_and(|config| config.user_migration.is_some()) || self.former_pools.has(pool.id())
    }

    /// The user whom `name` means. Whoever is known somewhere else under this name and password becomes one.
    ///
    /// A wrong password counts against the name, which pauses like a user: others' passwords aren't guessed through this
    /// server either.
    pub(crate) async fn find_or_migrate(
        &self,
        pool: &Pool,
        client: &Client,
        name: &str,
        password: &Secret,
    ) -> Result<Option<User>> {
        let user = self.find_user(pool, name).await?;
        if user.is_some() || !self.migrates(pool) || !is_username(name) {
            return Ok(user);
        }
        let nobody = self.nobody(pool, name);
        self.check_lockout(pool, &nobody).await?;
        let source = MigrationSource::Authentication;
        let mut user = self
            .migrate_by_function(pool, client, source, name, Some(password))
            .await?;
        if user.is_none() {
            user = self.migrate_from_former_pool(pool, name, password).await?;
        }
        if user.is_none() && !client.prevents_user_existence_errors() {
            // Otherwise it is counted where the password is checked.
            self.count_wrong_password(pool, &nobody).await?;
        }
        Ok(user)
    }

    /// Writes a newcomer, and says welcome. Of two who come under one name one is written; the other finds them, and goes
    /// on as any user does.
    async fn admit_newcomer(&self, pool: &Pool, name: &str, newcomer: Newcomer) -> Result<User> {
        let Newcomer {
            user,
            welcome,
            force_alias_creation,
        } = newcomer;
        let mut sendable = Vec::new();
        for message in welcome {
            // Nobody is kept out for want of a welcome; the log says why it was not sent.
            if self.check_outgoing(&message).await.is_ok() {
                sendable.push(message);
            }
        }
        let write = async || {
            let mut tx = self.store.begin().await?;
            if force_alias_creation {
                tx.users().take_aliases(pool, &user, self.now()).await?;
            }
            tx.users().insert(pool, &user).await?;
            for message in &sendable {
                self.post(&mut tx, message).await?;
            }
            Ok(tx.commit().await?)
        };
        match retried(write).await {
            Ok(()) => {
                for message in &sendable {
                    self.announce(message);
                }
                tracing::info!(
                    request_id = self.request.id,
                    pool = pool.id(),
                    sub = user.sub,
                    "a user was migrated"
                );
                Ok(user)
            }
            Err(taken @ (Error::UserExists | Error::AliasExists(_))) => self.find_user(pool, name).await?.ok_or(taken),
            Err(error) => Err(error),
        }
    }
}
