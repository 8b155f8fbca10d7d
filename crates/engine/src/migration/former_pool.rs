//! Users of the user pool that a pool's users come from.

use poolhouse_domain::attributes::{
    Attributes, EMAIL, EMAIL_VERIFIED, PHONE_NUMBER, PHONE_NUMBER_VERIFIED, PREFERRED_USERNAME,
};
use poolhouse_domain::error::chain;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::schema::{Required, Schema};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, names};
use poolhouse_model::{Secret, UserStatusType, is_username};
use poolhouse_outbound::{Answer, FormerPoolError, FormerUser, is_poolhouse};
use uuid::Uuid;

use super::Newcomer;
use crate::Cx;

/// The name in errors: to clients, the former pool is what a function would be.
const TRIGGER: &str = "UserMigration";

impl Cx {
    /// Makes a user of whoever signs in to the former pool under `name` and `password`; `None` when nobody does, or the
    /// pool has no former pool. Who asks for a pool of another server is told of users who are here, and no others:
    /// servers may name each other.
    pub(super) async fn migrate_from_former_pool(
        &self,
        pool: &Pool,
        name: &str,
        password: &Secret,
    ) -> Result<Option<User>> {
        if self.request.user_agent.as_deref().is_some_and(is_poolhouse) {
            return Ok(None);
        }
        let former = match self.former_pools.ask(pool.id(), name, password).await {
            None | Some(Ok(Answer::Refused)) => return Ok(None),
            Some(Ok(Answer::Proved(former))) => former,
            Some(Err(error)) => return Err(self.refusal_of_former_pool(pool, &error)),
        };
        let Some(mut user) = self.moved(pool, name, former) else {
            return Ok(None);
        };
        user.password = Some(self.protect(pool, &user, password).await?);
        let newcomer = Newcomer {
            user,
            welcome: Vec::new(),
            force_alias_creation: false,
        };
        match self.admit_newcomer(pool, name, newcomer).await {
            Ok(user) => Ok(Some(user)),
            // Somebody else has one of the names, or the user has moved before and has others by now.
            Err(taken @ (Error::UserExists | Error::AliasExists(_))) => Ok(self.stays_away(pool, &taken.to_string())),
            Err(error) => Err(error),
        }
    }

    /// The user as they are here: with the `sub` that applications know them by, and all attributes that fit.
    fn moved(&self, pool: &Pool, name: &str, former: FormerUser) -> Option<User> {
        let (mut attributes, mut left_out) = fitting(&pool.schema(), former.attributes);
        if names::check_preferred_username(&pool.settings, &attributes).is_err() {
            attributes.remove(PREFERRED_USERNAME);
            left_out.push(PREFERRED_USERNAME.to_owned());
        }
        if !pool.generates_usernames() {
            if !is_username(&former.username) {
                return self.stays_away(pool, "the username is none");
            }
            if let Err(error) = names::check_new_username(&pool.settings, &former.username) {
                return self.stays_away(pool, &error.to_string());
            }
        }
        let sub = former.sub.filter(|sub| is_canonical_uuid(sub));
        let sub = sub.unwrap_or_else(|| self.entropy.sub());
        let user = self.new_user_with(sub, pool, &former.username, attributes, UserStatusType::Confirmed);
        let names = names::sign_in_names(&pool.settings, &user.username, &user.sub, &user.attributes);
        let typed = names::fold(pool.case_sensitive(), name);
        if names.iter().all(|(_, name)| *name != typed) {
            return self.stays_away(pool, "what was typed is no name to sign in with here");
        }
        for attribute in left_out {
            tracing::warn!(
                request_id = self.request.id,
                pool = pool.id(),
                attribute,
                "an attribute of a user who moves here is left out: the schema has none that takes its value"
            );
        }
        Some(user)
    }

    /// Says in the log why somebody whom the former pool knows can't be a user here.
    fn stays_away(&self, pool: &Pool, reason: &str) -> Option<User> {
        tracing::warn!(
            request_id = self.request.id,
            pool = pool.id(),
            reason,
            "a user of the former user pool can't move here"
        );
        None
    }

    /// What is answered when the former pool says neither yes nor no.
    fn refusal_of_former_pool(&self, pool: &Pool, error: &FormerPoolError) -> Error {
        tracing::warn!(
            request_id = self.request.id,
            pool = pool.id(),
            error = chain(error),
            "the former user pool gave no answer"
        );
        match error {
            FormerPoolError::TooManyRequests => Error::TooManyRequests,
            // Only who knows the password is told.
            FormerPoolError::Challenged { .. } => Error::TriggerFailed {
                trigger: TRIGGER,
                message: error.to_string(),
            },
            FormerPoolError::Unreachable(_) | FormerPoolError::TimedOut => Error::TriggerUnavailable {
                trigger: TRIGGER,
                cause: format!("error: {error}").into(),
            },
            FormerPoolError::Forbidden
            | FormerPoolError::Refused { .. }
            | FormerPoolError::Unreadable
            | FormerPoolError::TooLong { .. } => Error::TriggerUnavailable {
                trigger: TRIGGER,
                cause: "configuration".into(),
            },
        }
    }
}

/// Sorts out which attributes a new user can have, and the names of those that the schema doesn't know or whose values it
/// doesn't take.
fn fitting(schema: &Schema, given: Vec<(String, String)>) -> (Attributes, Vec<String>) {
    let is_flag = |(name, _): &(String, String)| [EMAIL_VERIFIED, PHONE_NUMBER_VERIFIED].contains(&name.as_str());
    let (flags, others): (Vec<_>, Vec<_>) = given
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .partition(is_flag);
    let mut attributes = Attributes::default();
    let mut left_out = Vec::new();
    for (name, value) in others {
        let alone = Attributes::from_iter([(name.as_str(), value.as_str())]);
        if schema.check_new(&alone, Required::No).is_ok() {
            attributes.set(name, value);
        } else {
            left_out.push(name);
        }
    }
    for (name, value) in flags {
        let contact = if name == EMAIL_VERIFIED { EMAIL } else { PHONE_NUMBER };
        let has_contact = attributes.given(contact).is_some();
        if has_contact && ["true", "false"].contains(&value.as_str()) {
            attributes.set(name, value);
        }
    }
    (attributes, left_out)
}

/// Whether `text` is a UUID as user pools write them.
fn is_canonical_uuid(text: &str) -> bool {
    Uuid::try_parse(text).is_ok_and(|uuid| uuid.to_string() == text)
}

#[cfg(test)]
mod tests {
    use poolhouse_model::{AttributeDataType, SchemaAttributeType};

    use super::*;

    #[test]
    fn attributes_that_do_not_fit_are_left_out_and_named() {
        let plan = SchemaAttributeType {
            name: Some("plan".to_owned()),
            attribute_data_type: Some(AttributeDataType::String),
            ..SchemaAttributeType::default()
        };
        let schema = Schema::from_request(&[plan]).unwrap();
        let given = [
            ("email_verified", "true"),
            ("email", "alice@example.com"),
            ("phone_number_verified", "true"),
            ("phone_number", "not a number"),
            ("birthdate", "yesterday"),
            ("nickname", ""),
            ("custom:plan", "gold"),
            ("custom:size", "12"),
            ("cognito:mfa", "x"),
            ("identities", "[]"),
            ("sub", "1"),
        ];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (attributes, left_out) = fitting(&schema, given.into());
        assert_eq!(
            attributes,
            Attributes::from_iter([
                ("email", "alice@example.com"),
                ("email_verified", "true"),
                ("custom:plan", "gold"),
            ])
        );
        assert_eq!(
            left_out,
            [
                "phone_number",
                "birthdate",
                "custom:size",
                "cognito:mfa",
                "identities",
                "sub"
            ]
        );
    }

    #[test]
    fn a_sub_is_kept_when_it_is_written_as_one() {
        assert!(is_canonical_uuid("9bd5f2cc-0a11-4a5e-8a0d-1b2b3c4d5e6f"));
        assert!(is_canonical_uuid("9bd5f2cc-0a11-70a5-0a0d-1b2b3c4d5e6f"));
        for text in [
            "",
            "alice",
            "9BD5F2CC-0A11-4A5E-8A0D-1B2B3C4D5E6F",
            "9bd5f2cc0a114a5e8a0d1b2b3c4d5e6f",
            "{9bd5f2cc-0a11-4a5e-8a0d-1b2b3c4d5e6f}",
        ] {
            assert!(!is_canonical_uuid(text), "{text}");
        }
    }
}
