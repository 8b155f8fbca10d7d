//! Forgotten passwords.

use poolhouse_domain::clients::Client;
use poolhouse_domain::codes::{Attempt, CodePurpose};
use poolhouse_domain::delivery::{self, Channel, SecondFactors};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{CodeDeliveryDetailsType, Secret, UserStatusType};
use poolhouse_outbound::Kind;

use crate::Cx;
use crate::codes::CodeRequest;

impl Cx {
    /// Sends the code that resets a password. Under PreventUserExistenceErrors a user who is missing, disabled or out of
    /// reach is answered as if a code had been sent.
    pub async fn forgot_password(
        &self,
        pool: &Pool,
        client: &Client,
        username: &str,
    ) -> Result<CodeDeliveryDetailsType> {
        let user = self.find_user(pool, username).await?;
        if user.is_none() {
            self.triggers(pool).user_migration()?;
        }
        let subject = match &user {
            Some(user) => user.sub.clone(),
            None => self.nobody(pool, username),
        };
        self.count_attempt(pool, &subject, Attempt::ForgotPassword).await?;
        let request = match user {
            Some(user) => self.request_reset(pool, &user),
            None => Err(Error::UsernameClientCombinationNotFound),
        };
        match request {
            Ok(request) => self.send_code(request).await,
            Err(
                Error::UsernameClientCombinationNotFound
                | Error::UserDisabled
                | Error::NoRecoveryChannel
                | Error::PasswordNotResettable,
            ) if client.prevents_user_existence_errors() => {
                let noise = self.nobody(pool, username);
                Ok(delivery::simulated_channel(&pool.settings, CodePurpose::Reset, username, &noise).details())
            }
            Err(error) => Err(error),
        }
    }

    fn request_reset(&self, pool: &Pool, user: &User) -> Result<CodeRequest> {
        user.check_enabled()?;
        let channel = recovery_channel(pool, user)?;
        self.request_code(pool, None, user, &channel, CodePurpose::Reset, Kind::ForgotPassword)
    }

    /// Sets a new password by the code that was sent, and confirms the user. Whoever knew the old password is signed
    /// out everywhere.
    pub async fn confirm_forgot_password(
        &self,
        pool: &Pool,
        client: &Client,
        username: &str,
        code: &str,
        password: &Secret,
    ) -> Result<()> {
        let Some(mut user) = self.find_user(pool, username).await? else {
            let nobody = self.nobody(pool, username);
            self.count_attempt(pool, &nobody, Attempt::ConfirmForgotPassword)
                .await?;
            // Who asked for a code gets the answer of a wrong one, as a user would.
            let asked = self.has_attempted(pool, &nobody, Attempt::ForgotPassword).await?;
            let refusal = Error::UsernameClientCombinationNotFound.for_client(client);
            return Err(if asked && client.prevents_user_existence_errors() {
                Error::CodeMismatch
            } else {
                refusal
            });
        };
        self.count_attempt(pool, &user.sub, Attempt::ConfirmForgotPassword)
            .await?;
        if !user.enabled && !client.prevents_user_existence_errors() {
            return Err(Error::UserDisabled);
        }
        let proof = match self.check_code(&user, CodePurpose::Reset, code).await {
            Err(Error::CodeExpired)
                if client.prevents_user_existence_errors()
                    && self.has_attempted(pool, &user.sub, Attempt::ForgotPassword).await? =>
            {
                return Err(Error::CodeMismatch);
            }
            checked => checked?,
        };
        user.check_enabled()?;
        let hash = self.hash_replacement(pool, &user, password).await?;
        let now = self.now();
        user.set_password(hash, pool.password_history_size(), now);
        user.status = UserStatusType::Confirmed;
        let proved = proof.delivery().clone();
        user.verify_if_unchanged(&proved, now);

        let mut tx = self.store.begin().await?;
        proof.consume(&mut tx).await?;
        tx.users().replace(pool, &mut user).await?;
        tx.lockouts().clear(pool.id(), &user.sub).await?;
        tx.families().delete_of_user(pool.id(), &user.sub).await?;
        tx.commit().await?;

        self.triggers(pool).post_confirmation()
    }

    /// Makes a user's password unusable and sends the code that resets it.
    pub async fn admin_reset_password(&self, pool: &Pool, username: &str) -> Result<()> {
        let mut user = self.user(pool, username).await?;
        if !matches!(user.status, UserStatusType::Confirmed | UserStatusType::ResetRequired) {
            return Err(Error::PasswordNotResettable);
        }
        let request = self.request_reset(pool, &user)?;
        user.status = UserStatusType::ResetRequired;
        user.modified_at = self.now();

        let mut tx = self.store.begin().await?;
        tx.users().replace(pool, &mut user).await?;
        tx.codes().put(&request.code).await?;
        tx.commit().await?;

        self.deliver(request.message).await
    }
}

/// Where a reset code may go, in the user's present state.
fn recovery_channel(pool: &Pool, user: &User) -> Result<Channel> {
    match user.status {
        UserStatusType::ForceChangePassword | UserStatusType::ExternalProvider => Err(Error::PasswordNotResettable),
        UserStatusType::Unconfirmed => Err(Error::NoRecoveryChannel),
        _ => {
            let setting = pool.settings.account_recovery_setting.as_ref();
            delivery::recovery_channel(setting, &user.attributes, SecondFactors::default())
        }
    }
}
