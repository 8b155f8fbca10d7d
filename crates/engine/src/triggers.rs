//! The places where a pool's Lambda triggers are called.
//!
//! A pool without the trigger goes on as if nothing were there. A pool that names a trigger fails closed until it can be
//! called: a sign-up that a function was to judge is refused, not let through.

use poolhouse_domain::pools::Pool;
use poolhouse_domain::{Error, Result};
use poolhouse_model::LambdaConfigType;

/// The triggers of one pool.
#[derive(Clone, Copy)]
pub struct Triggers<'a> {
    config: Option<&'a LambdaConfigType>,
}

impl<'a> Triggers<'a> {
    pub(crate) fn new(pool: &'a Pool) -> Self {
        Self {
            config: pool.settings.lambda_config.as_ref(),
        }
    }

    fn call(self, name: &'static str, configured: impl Fn(&LambdaConfigType) -> bool) -> Result<()> {
        if self.config.is_some_and(configured) {
            Err(Error::TriggerUnavailable {
                trigger: name,
                cause: "configuration".into(),
            })
        } else {
            Ok(())
        }
    }

    /// Asks before a user is signed up, created by an administrator, or imported by federation.
    pub fn pre_sign_up(self) -> Result<()> {
        self.call("PreSignUp", |config| config.pre_sign_up.is_some())
    }

    /// Tells that a sign-up was confirmed or a forgotten password reset.
    pub fn post_confirmation(self) -> Result<()> {
        self.call("PostConfirmation", |config| config.post_confirmation.is_some())
    }

    /// Asks before a password is checked.
    pub fn pre_authentication(self) -> Result<()> {
        self.call("PreAuthentication", |config| config.pre_authentication.is_some())
    }

    /// Tells that a user has signed in.
    pub fn post_authentication(self) -> Result<()> {
        self.call("PostAuthentication", |config| config.post_authentication.is_some())
    }

    /// Asks what tokens should hold.
    pub fn pre_token_generation(self) -> Result<()> {
        self.call("PreTokenGeneration", |config| {
            config.pre_token_generation.is_some() || config.pre_token_generation_config.is_some()
        })
    }

    /// Asks where an unknown user may come from.
    pub fn user_migration(self) -> Result<()> {
        self.call("UserMigration", |config| config.user_migration.is_some())
    }

    /// Asks for the text of a message, or hands it to a custom sender.
    pub fn custom_message(self) -> Result<()> {
        self.call("CustomMessage", |config| config.custom_message.is_some())?;
        self.call("CustomEmailSender", |config| config.custom_email_sender.is_some())?;
        self.call("CustomSMSSender", |config| config.custom_sms_sender.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_that_cannot_be_called_refuses_and_an_absent_one_does_not() {
        let config = LambdaConfigType {
            pre_sign_up: Some("arn:aws:lambda:x".into()),
            ..LambdaConfigType::default()
        };
        let triggers = Triggers { config: Some(&config) };
        let refusal = triggers.pre_sign_up().unwrap_err();
        assert_eq!(refusal.to_string(), "PreSignUp invocation failed due to configuration");
        assert!(triggers.post_confirmation().is_ok());
        assert!(Triggers { config: None }.pre_sign_up().is_ok());
    }
}
