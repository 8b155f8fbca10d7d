//! Second factors: authenticator apps, and what users turn on.

use poolhouse_crypto::seal::Purpose;
use poolhouse_crypto::totp::{self, CodeError};
use poolhouse_domain::mfa::{Setting, SoftwareToken};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{MFAOptionType, Secret};

use crate::passwords::place;
use crate::{Caller, Cx};

const SOFTWARE_TOKEN: Purpose = Purpose::new("software token");

impl Cx {
    /// Makes the secret of a new authenticator app. It replaces one that was not verified; a verified one goes on
    /// working until the new one is.
    pub async fn associate_software_token(&self, caller: Caller) -> Result<Secret> {
        let pool = &*caller.pool;
        pool.check_offers_software_token()?;
        let secret = totp::Secret::generate(self.entropy.as_ref());
        let sealed = self.seal_totp(&caller.user, &secret)?;
        let change = async |mut user: User| {
            user.mfa.pending_secret = Some(sealed.clone());
            Ok(self.store.users().replace(pool, &mut user).await?)
        };
        self.change_user(pool, caller.user, change).await?;
        Ok(Secret::from(secret.to_base32().as_str()))
    }

    /// Registers the authenticator app whose first code this is. It turns nothing on.
    pub async fn verify_software_token(&self, caller: Caller, code: &Secret, name: Option<String>) -> Result<()> {
        let pool = &*caller.pool;
        pool.check_offers_software_token()?;
        let change = async |mut user: User| {
            let sealed = user.mfa.pending_secret.take().ok_or(Error::SoftwareTokenMissing)?;
            user.mfa.software_token = Some(self.prove_totp(&user, sealed, code, name.clone())?);
            user.modified_at = self.now();
            Ok(self.store.users().replace(pool, &mut user).await?)
        };
        self.change_user(pool, caller.user, change).await
    }

    /// Deletes a user's authenticator app, as a factor too.
    pub async fn delete_software_token(&self, pool: &Pool, username: &str) -> Result<()> {
        let user = self.user(pool, username).await?;
        let change = async |mut user: User| {
            user.mfa.delete_software_token();
            user.modified_at = self.now();
            Ok(self.store.users().replace(pool, &mut user).await?)
        };
        self.change_user(pool, user, change).await
    }

    /// Turns a user's factors on and off, and prefers one; `passkey` says whether a passkey is all of them at once, if
    /// that is to change.
    pub async fn set_mfa_preferences(
        &self,
        pool: &Pool,
        user: User,
        settings: &[Setting],
        passkey: Option<bool>,
    ) -> Result<()> {
        let change = async |mut user: User| {
            user.set_mfa_preferences(pool, settings)?;
            if let Some(enabled) = passkey {
                user.set_passkey_mfa(pool, enabled)?;
            }
            user.modified_at = self.now();
            Ok(self.store.users().replace(pool, &mut user).await?)
        };
        self.change_user(pool, user, change).await
    }

    /// Turns codes by SMS on or off in the old form.
    pub async fn set_mfa_options(&self, pool: &Pool, user: User, options: &[MFAOptionType]) -> Result<()> {
        let change = async |mut user: User| {
            user.set_mfa_options(pool, options)?;
            user.modified_at = self.now();
            Ok(self.store.users().replace(pool, &mut user).await?)
        };
        self.change_user(pool, user, change).await
    }

    /// The authenticator app that `code` proves the possession of, by the sealed secret that was given out for it.
    pub(crate) fn prove_totp(
        &self,
        user: &User,
        sealed_secret: String,
        code: &Secret,
        friendly_name: Option<String>,
    ) -> Result<SoftwareToken> {
        let secret = self.open_totp(user, &sealed_secret)?;
        let step = secret.check(code.expose(), self.unix_time(), None);
        Ok(SoftwareToken {
            sealed_secret,
            last_used_step: step.map_err(|_| Error::SoftwareTokenNotProved)?,
            friendly_name,
        })
    }

    /// Seals the secret of an authenticator app for its user.
    pub(crate) fn seal_totp(&self, user: &User, secret: &totp::Secret) -> Result<String> {
        let context = place(user);
        self.sealer
            .seal(
                SOFTWARE_TOKEN,
                context.as_bytes(),
                secret.as_bytes(),
                self.entropy.as_ref(),
            )
            .map_err(Error::internal)
    }

    fn open_totp(&self, user: &User, sealed: &str) -> Result<totp::Secret> {
        let opened = self
            .sealer
            .open(SOFTWARE_TOKEN, place(user).as_bytes(), sealed)
            .map_err(Error::internal)?;
        totp::Secret::from_bytes(&opened).ok_or_else(|| Error::internal("a stored TOTP secret has the wrong length"))
    }

    /// Spends a code of the user's authenticator app. It counts once the user is written, which only one of those who
    /// race does.
    pub(crate) fn spend_totp(&self, user: &mut User, code: &Secret) -> Result<()> {
        let token = user.mfa.software_token.as_ref().ok_or(Error::SoftwareTokenMissing)?;
        let secret = self.open_totp(user, &token.sealed_secret)?;
        let step = secret
            .check(code.expose(), self.unix_time(), Some(token.last_used_step))
            .map_err(|error| match error {
                CodeError::Wrong => Error::SoftwareTokenCodeMismatch,
                CodeError::Replayed => Error::SoftwareTokenCodeReplayed,
            })?;
        if let Some(token) = user.mfa.software_token.as_mut() {
            token.last_used_step = step;
        }
        Ok(())
    }

    fn unix_time(&self) -> u64 {
        u64::try_from(self.now().seconds()).unwrap_or(0)
    }
}
