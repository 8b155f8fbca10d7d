//! NEW_PASSWORD_REQUIRED: who signs in with a temporary password sets one of their own.

use std::collections::BTreeMap;

use poolhouse_domain::attributes::{Attributes, SUB};
use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::Step;
use poolhouse_domain::sign_in::Progress;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, permissions};
use poolhouse_model::{ChallengeNameType, Secret, UserStatusType};

use super::sessions::Challenge;
use super::{Answer, Answered, Outcome};
use crate::Cx;

impl Cx {
    /// The challenge that asks for a new password, and for the required attributes that are missing.
    pub(super) fn new_password_challenge(
        &self,
        pool: &Pool,
        client: &Client,
        user: &User,
        progress: Progress,
    ) -> Result<Challenge> {
        let schema = pool.schema();
        let readable = permissions::readable(&schema, client.settings.read_attributes.as_deref(), &user.attributes);
        let shown = |(name, value): &(&str, &str)| *name != SUB && !value.is_empty();
        let provided: BTreeMap<&str, &str> = readable.iter().filter(shown).collect();
        let required: Vec<String> = missing_attributes(pool, &user.attributes)
            .map(|name| format!("userAttributes.{name}"))
            .collect();
        let json = |value: serde_json::Result<String>| value.map_err(Error::internal);
        let parameters = BTreeMap::from([
            ("USER_ID_FOR_SRP".to_owned(), user.username.clone()),
            ("requiredAttributes".to_owned(), json(serde_json::to_string(&required))?),
            ("userAttributes".to_owned(), json(serde_json::to_string(&provided))?),
        ]);
        let session = self.new_session(client, Some(user), progress, Step::NewPasswordRequired);
        Ok(Challenge::new(
            ChallengeNameType::NewPasswordRequired,
            session,
            parameters,
        ))
    }

    /// Answers NEW_PASSWORD_REQUIRED: the user sets a password of their own, and the attributes that were missing.
    pub async fn answer_new_password(&self, pool: &Pool, client: &Client, answer: Answer<'_>) -> Result<Outcome> {
        let password = answer
            .responses
            .get("NEW_PASSWORD")
            .ok_or(Error::MissingParameter("NEW_PASSWORD"))?;
        let session = self.session(pool, client, &answer, Step::NewPasswordRequired).await?;
        let user = self.find_session_user(pool, &session).await?;
        let is_asked = |user: &User| user.status == UserStatusType::ForceChangePassword;
        let mut user = user.filter(is_asked).ok_or(Error::SessionInvalid)?;
        user.check_enabled()?;

        let given = given_attributes(answer.responses);
        let schema = pool.schema();
        if let Some(name) = given.names().find(|name| user.attributes.given(name).is_some()) {
            return Err(Error::AttributeAlreadyProvided(name.to_owned()));
        }
        permissions::check_writable(&schema, client.settings.write_attributes.as_deref(), given.names())?;
        schema.check_completion(&user.attributes, &given)?;
        user.attributes = user.attributes.updated(&given);
        if let Some(name) = missing_attributes(pool, &user.attributes).next() {
            return Err(Error::invalid_parameter(format!(
                "Invalid attributes given, {name} is missing"
            )));
        }
        let replacement = self.replacement_password(pool, &user, password).await?;
        user.set_password(replacement, pool.password_history_size());
        user.status = UserStatusType::Confirmed;
        let answered = Answered {
            session: &session,
            changes_user: true,
        };
        let progress = session.state.progress.clone();
        self.advance(pool, client, &mut user, progress, Some(answered)).await
    }
}

/// The required attributes that a user doesn't have.
fn missing_attributes<'a>(pool: &Pool, attributes: &'a Attributes) -> impl Iterator<Item = String> + use<'a> {
    let required = pool.schema().required_names();
    required.into_iter().filter(|name| attributes.given(name).is_none())
}

/// The attributes among the responses: those named `userAttributes.<name>`.
fn given_attributes(responses: &BTreeMap<String, Secret>) -> Attributes {
    let mut attributes = Attributes::default();
    for (name, value) in responses {
        if let Some(name) = name.strip_prefix("userAttributes.") {
            attributes.set(name, value.expose());
        }
    }
    attributes
}
