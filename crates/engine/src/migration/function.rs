//! Users whom the pool's UserMigration function knows.

use poolhouse_domain::attributes::Attributes;
use poolhouse_domain::clients::Client;
use poolhouse_domain::mfa::{Factor, Setting};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::schema::Required;
use poolhouse_domain::templates::Values;
use poolhouse_domain::triggers::MigrationSource;
use poolhouse_domain::triggers::user_migration::{FinalUserStatus, MessageAction, UserMigrationResponse};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, names};
use poolhouse_model::{Secret, UserStatusType};

use super::Newcomer;
use crate::messages::Reveals;
use crate::{Cx, Mediums};

/// What a function may call the name of the user, which is no attribute.
const USERNAME: &str = "username";
/// Stands for the temporary password in a message to somebody who needs none.
const OWN_PASSWORD: &str = "the one that you already have";

impl Cx {
    /// Makes a user of whoever the function knows under `name`, with the password if one was typed; `None` when it knows
    /// nobody, or the pool has no such function.
    pub(crate) async fn migrate_by_function(
        &self,
        pool: &Pool,
        client: &Client,
        source: MigrationSource,
        name: &str,
        password: Option<&Secret>,
    ) -> Result<Option<User>> {
        if !poolhouse_model::is_username(name) {
            return Ok(None);
        }
        let triggers = self.triggers(pool, Some(client));
        let answer = triggers.user_migration(source, name, password).await?;
        let is_somebody = |answer: &UserMigrationResponse| {
            let attributes = answer.user_attributes.as_ref();
            attributes.is_some_and(|attributes| !attributes.is_empty())
        };
        let Some(answer) = answer.filter(is_somebody) else {
            return Ok(None);
        };
        let newcomer = self.newcomer(pool, client, name, password, answer).await;
        let user = match newcomer {
            Ok(newcomer) => self.admit_newcomer(pool, name, newcomer).await,
            Err(error) => Err(error),
        };
        user.map(Some).map_err(unusable)
    }

    async fn newcomer(
        &self,
        pool: &Pool,
        client: &Client,
        name: &str,
        password: Option<&Secret>,
        answer: UserMigrationResponse,
    ) -> Result<Newcomer> {
        let given = answer.user_attributes.unwrap_or_default();
        let mut attributes: Attributes = given.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        if let Some(username) = attributes.given(USERNAME) {
            let fold = |name| names::fold(pool.case_sensitive(), name);
            if fold(username) != fold(name) {
                return Err(Error::invalid_parameter(
                    "The attribute username must be the name that the user signs in with.",
                ));
            }
            attributes.remove(USERNAME);
        }
        names::add_username_attribute(&pool.settings, name, &mut attributes)?;
        names::check_preferred_username(&pool.settings, &attributes)?;
        pool.schema().check_new(&attributes, Required::Yes)?;

        let (status, password) = match answer.final_user_status.unwrap_or_default() {
            FinalUserStatus::Confirmed => (UserStatusType::Confirmed, password),
            FinalUserStatus::ResetRequired => (UserStatusType::ResetRequired, None),
        };
        let mut user = self.new_user(pool, name, attributes, status);
        if answer.enable_sms_mfa == Some(true) {
            let sms = Setting {
                factor: Factor::Sms,
                enabled: true,
                preferred: false,
            };
            user.set_mfa_preferences(pool, &[sms])?;
        }
        let welcome = match answer.message_action {
            Some(MessageAction::Suppress) => Vec::new(),
            None => {
                let mediums = Mediums::from_request(answer.desired_delivery_mediums);
                let values = Values {
                    code: OWN_PASSWORD,
                    username: name,
                    ..Values::default()
                };
                let triggers = self.triggers(pool, Some(client));
                let brings = (values, Reveals::Nothing);
                self.compose_invitations(triggers, pool, &user, brings, &mediums)
                    .await?
            }
        };
        if let Some(password) = password {
            // It is as it was: no policy of this pool is asked.
            user.password = Some(self.protect(pool, &user, password).await?);
        }
        Ok(Newcomer {
            user,
            welcome,
            force_alias_creation: answer.force_alias_creation == Some(true),
        })
    }
}

/// Words what is wrong with a user as something that is wrong with the answer of the function.
fn unusable(error: Error) -> Error {
    match error {
        Error::InvalidParameter(_) | Error::UserExists | Error::AliasExists(_) => {
            Error::TriggerAnswer(format!("Invalid lambda function output : {error}").into())
        }
        other => other,
    }
}
