//! NEW_PASSWORD_REQUIRED: who signs in with a temporary password sets one of their own.

use std::collections::BTreeMap;

use poolhouse_domain::attributes::{Attributes, SUB};
use poolhouse_domain::clients::Client;
use poolhouse_domain::mfa::{Next, second_factor};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::Step;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, permissions};
use poolhouse_model::{ChallengeNameType, Secret, UserStatusType};

use super::sessions::Challenge;
use super::{Answer, Answered, Outcome, check_devices, session_names};
use crate::Cx;

impl Cx {
    /// Asks for a new password, and for the required attributes that are missing.
    pub(super) async fn challenge_new_password(
        &self,
        pool: &Pool,
        client: &Client,
        user: &User,
        typed: &str,
    ) -> Result<Outcome> {
        check_devices(pool)?;
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
        let names = session_names(user, typed);
        let challenge = Challenge {
            name: ChallengeNameType::NewPasswordRequired,
            session: self.new_session(client, user, names, Step::NewPasswordRequired),
            parameters,
            message: None,
        };
        self.pose(challenge, None).await
    }

    /// Answers NEW_PASSWORD_REQUIRED: the user sets a password of their own, and the attributes that were missing.
    pub async fn answer_new_password(&self, pool: &Pool, client: &Client, answer: Answer<'_>) -> Result<Outcome> {
        let password = answer
            .responses
            .get("NEW_PASSWORD")
            .ok_or(Error::MissingParameter("NEW_PASSWORD"))?;
        let session = self.session(pool, client, &answer, Step::NewPasswordRequired).await?;
        let user = self.store.users().by_sub(pool.id(), &session.state.sub).await?;
        let has_same_password = |user: &User| {
            user.status == UserStatusType::ForceChangePassword
                && user.password.as_ref().map(|password| password.set_at) == session.state.password_set_at
        };
        let mut user = user.filter(has_same_password).ok_or(Error::SessionInvalid)?;
        user.check_enabled()?;
        check_devices(pool)?;

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
        match second_factor(pool, &user) {
            Next::Nothing => self.give_tokens(pool, client, &mut user, Some(answered)).await,
            next => {
                let names = session.state.names.clone();
                let challenge = self.second_factor_challenge(pool, client, &user, names, next)?;
                self.pose(challenge, Some((pool, &mut user, answered))).await
            }
        }
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
