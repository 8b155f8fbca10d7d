//! Forgotten passwords.

use poolhouse_domain::clients::Client;
use poolhouse_domain::codes::{Attempt, CodePurpose};
use poolhouse_domain::delivery::{self, Channel};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::triggers::{ConfirmationSource, MigrationSource};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{CodeDeliveryDetailsType, Secret, UserStatusType};
use poolhouse_outbound::Kind;

use crate::Cx;
use crate::codes::{CodeRequest, Proof};

impl Cx {
    /// Sends the code that resets a password. Under PreventUserExistenceErrors a user who is missing, disabled, out of
    /// reach or not yet in possession of a password of their own is answered as if a code had been sent.
    pub async fn forgot_password(
        &self,
        pool: &Pool,
        client: &Client,
        username: &str,
    ) -> Result<CodeDeliveryDetailsType> {
        delivery::check_self_service(pool.settings.account_recovery_setting.as_ref())?;
        let user = self.find_user(pool, username).await?;
        let subject = self.subject(pool, user.as_ref(), username);
        self.count_attempt(pool, &subject, Attempt::ForgotPassword).await?;
        let user = match user {
            None => {
                let source = MigrationSource::ForgotPassword;
                self.migrate_by_function(pool, client, source, username, None).await?
            }
            user => user,
        };
        let request = match user {
            Some(user) => self.request_reset(pool, Some(client), &user).await,
            None => Err(Error::UsernameClientCombinationNotFound),
        };
        match request {
            Ok(request) => self.send_code_to_named(client, request).await,
            Err(
                Error::UsernameClientCombinationNotFound
                | Error::UserDisabled
                | Error::NoRecoveryChannel
                | Error::PasswordNotResettable,
            ) if client.prevents_user_existence_errors() => {
                Ok(self.simulate_delivery(pool, CodePurpose::Reset, username))
            }
            Err(error) => Err(error),
        }
    }

    async fn request_reset(&self, pool: &Pool, client: Option<&Client>, user: &User) -> Result<CodeRequest> {
        user.check_enabled()?;
        let channel = recovery_channel(pool, user)?;
        self.request_code(pool, client, user, &channel, CodePurpose::Reset, Kind::ForgotPassword)
            .await
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
        let user = self.find_user(pool, username).await?;
        let subject = self.subject(pool, user.as_ref(), username);
        self.count_attempt(pool, &subject, Attempt::ConfirmForgotPassword)
            .await?;
        let Some(user) = user else {
            let refusal = Error::UsernameClientCombinationNotFound;
            return Err(self.veil(pool, client, &subject, refusal).await?);
        };
        let reset = async |mut user: User| {
            let proof = match self.check_reset(&user, code).await {
                Ok(proof) => proof,
                Err(refusal) => return Err(self.veil(pool, client, &subject, refusal).await?),
            };
            let replacement = self.replacement_password(pool, &user, password).await?;
            user.set_password(replacement, pool.password_history_size());
            user.status = UserStatusType::Confirmed;

            let mut tx = self.store.begin().await?;
            proof.consume(&mut tx).await?;
            tx.users().replace(pool, &mut user).await?;
            tx.lockouts().clear(pool.id(), &user.sub).await?;
            tx.families().delete_of_user(pool.id(), &user.sub).await?;
            tx.commit().await?;
            Ok(user)
        };
        let user = self.change_user(pool, user, reset).await?;
        let triggers = self.triggers(pool, Some(client));
        triggers
            .post_confirmation(ConfirmationSource::ForgotPassword, &user)
            .await
    }

    /// Checks that `user` may set a new password now, and by this code.
    async fn check_reset(&self, user: &User, code: &str) -> Result<Proof> {
        user.check_enabled()?;
        match user.status {
            UserStatusType::Confirmed | UserStatusType::ResetRequired => {}
            UserStatusType::Unconfirmed => return Err(Error::UserNotConfirmed),
            _ => return Err(Error::PasswordNotResettable),
        }
        self.check_code(user, CodePurpose::Reset, code).await
    }

    /// Words a refusal for a client that may not learn who has an account: that the code is wrong, if one was asked for
    /// within the hour, and else that there is none.
    async fn veil(&self, pool: &Pool, client: &Client, subject: &str, refusal: Error) -> Result<Error> {
        let tells = matches!(
            refusal,
            Error::UsernameClientCombinationNotFound
                | Error::UserDisabled
                | Error::UserNotConfirmed
                | Error::PasswordNotResettable
                | Error::CodeExpired
        );
        Ok(if !tells || !client.prevents_user_existence_errors() {
            refusal
        } else if self.has_attempted(pool, subject, Attempt::ForgotPassword).await? {
            Error::CodeMismatch
        } else {
            Error::CodeExpired
        })
    }

    /// Makes a user's password unusable and sends the code that resets it.
    pub async fn admin_reset_password(&self, pool: &Pool, username: &str) -> Result<()> {
        let user = self.user(pool, username).await?;
        let reset = async |mut user: User| {
            if !matches!(user.status, UserStatusType::Confirmed | UserStatusType::ResetRequired) {
                return Err(Error::PasswordNotResettable);
            }
            let request = self.request_reset(pool, None, &user).await?;
            // The operation has no error for a message that nothing can carry: the user can ask for another.
            let sendable = match self.check_outgoing(&request.outgoing).await {
                Err(Error::CodeDeliveryFailure(_)) => None,
                checked => checked.map(|()| Some(request))?,
            };
            user.status = UserStatusType::ResetRequired;
            user.modified_at = self.now();

            let mut tx = self.store.begin().await?;
            tx.users().replace(pool, &mut user).await?;
            if let Some(request) = &sendable {
                request.write(self, &mut tx).await?;
            }
            tx.commit().await?;
            Ok(sendable)
        };
        if let Some(request) = self.change_user(pool, user, reset).await? {
            self.announce(&request.outgoing);
        }
        Ok(())
    }
}

/// Where a reset code may go, in the user's present state.
fn recovery_channel(pool: &Pool, user: &User) -> Result<Channel> {
    match user.status {
        UserStatusType::ForceChangePassword | UserStatusType::ExternalProvider => Err(Error::PasswordNotResettable),
        UserStatusType::Unconfirmed => Err(Error::NoRecoveryChannel),
        _ => {
            let setting = pool.settings.account_recovery_setting.as_ref();
            delivery::recovery_channel(setting, &user.attributes, user.mfa.second_factors())
        }
    }
}
