//! Who may give, change and delete which attributes.

use std::fmt::Write;

use poolhouse_model::SchemaAttributeType;

use super::values::{check_contacts, violation};
use super::{Required, Schema, Writer, is_custom};
use crate::attributes::{Attributes, EMAIL, EMAIL_VERIFIED, IDENTITIES, PHONE_NUMBER, PHONE_NUMBER_VERIFIED, SUB};
use crate::{Error, Result};

impl Schema {
    /// Checks the attributes of a new user, `sub` not yet among them. Which of them the app client may write is
    /// [`crate::permissions::check_writable`]'s word.
    pub fn check_new(&self, attributes: &Attributes, required: Required) -> Result<()> {
        attributes.names().try_for_each(check_not_the_services)?;
        if let Some(name) = attributes
            .names()
            .find(|name| is_custom(name) && self.get(name).is_none())
        {
            return Err(nonconforming(&format!(
                "Type for attribute {{{name}}} could not be determined"
            )));
        }
        let mut lines = String::new();
        for definition in self.attributes() {
            let Some(name) = definition.name.as_deref().filter(|name| *name != SUB) else {
                continue;
            };
            let is_missing = attributes.given(name).is_none();
            if is_missing && required == Required::Yes && definition.required == Some(true) {
                add_line(&mut lines, name, "The attribute is required");
            } else if let Some(problem) = attributes.given(name).and_then(|value| violation(definition, value)) {
                add_line(&mut lines, name, &problem);
            }
        }
        for name in attributes.names().filter(|name| self.get(name).is_none()) {
            add_line(&mut lines, name, "Attribute does not exist in the schema.");
        }
        if !lines.is_empty() {
            return Err(nonconforming(&lines));
        }
        check_contacts(attributes)?;
        check_flags(attributes, attributes)
    }

    /// Checks the changes to a user's attributes; a blank value deletes. [`Attributes::updated`] makes them.
    pub fn check_update(&self, current: &Attributes, changes: &Attributes, writer: Writer) -> Result<()> {
        self.check_authority(changes.names(), writer)?;
        self.check_mutable(changes.names())?;
        self.check_changes(current, changes)
    }

    /// Checks the attributes that a user adds when the first sign-in asks for the required ones that are missing. Those
    /// may be immutable: this is their first value.
    pub fn check_completion(&self, current: &Attributes, added: &Attributes) -> Result<()> {
        self.check_authority(added.names(), Writer::Client)?;
        let is_asked_for =
            |name: &str| current.given(name).is_none() && self.required().any(|required| required == name);
        self.check_mutable(added.names().filter(|name| !is_asked_for(name)))?;
        self.check_changes(current, added)
    }

    /// Checks the values of an update that `writer` may make.
    fn check_changes(&self, current: &Attributes, changes: &Attributes) -> Result<()> {
        let mut lines = String::new();
        for (name, value) in changes.iter() {
            let Some(definition) = self.get(name) else { continue };
            if value.is_empty() && definition.required == Some(true) {
                return Err(Error::invalid_parameter(format!(
                    "Attribute value for {name} must not be null"
                )));
            }
            if let Some(problem) = violation(definition, value) {
                add_line(&mut lines, name, &problem);
            }
        }
        if !lines.is_empty() {
            return Err(Error::invalid_parameter(format!("Invalid user attributes: {lines}")));
        }
        check_contacts(changes)?;
        check_flags(changes, &current.updated(changes))
    }

    /// Checks the deletion of attributes; what the user doesn't have is deleted already. [`Attributes::without`] makes
    /// it.
    pub fn check_delete(&self, names: &[String], current: &Attributes, writer: Writer) -> Result<()> {
        self.check_authority(names.iter().map(String::as_str), writer)?;
        let is_deleted = |name: &&str| self.get(name).is_none() || current.get(name).is_some();
        self.check_mutable(names.iter().map(String::as_str).filter(is_deleted))?;
        let mut lines = String::new();
        for name in self
            .required()
            .filter(is_deleted)
            .filter(|required| names.iter().any(|name| name == required))
        {
            add_line(&mut lines, name, "The attribute is required");
        }
        if lines.is_empty() {
            Ok(())
        } else {
            Err(nonconforming(&lines))
        }
    }

    /// Refuses what `writer` may not write on a user who exists.
    fn check_authority<'a>(&self, mut names: impl Iterator<Item = &'a str>, writer: Writer) -> Result<()> {
        names.try_for_each(|name| {
            check_not_the_services(name)?;
            match writer {
                Writer::Client if self.is_administrators(name) => Err(Error::UnauthorizedAttribute),
                Writer::Client | Writer::Admin => Ok(()),
            }
        })
    }

    /// Refuses unknown attributes and those that keep their first value for ever.
    fn check_mutable<'a>(&self, names: impl Iterator<Item = &'a str>) -> Result<()> {
        let mut lines = String::new();
        for name in names {
            let problem = match self.get(name) {
                None => "Attribute does not exist in the schema.",
                Some(SchemaAttributeType {
                    mutable: Some(false), ..
                }) => "Attribute cannot be updated.",
                Some(_) => continue,
            };
            add_line(&mut lines, &format!("user.{name}"), problem);
        }
        if lines.is_empty() {
            Ok(())
        } else {
            Err(Error::invalid_parameter(lines))
        }
    }

    /// Whether only administrators write the attribute `name`.
    pub fn is_administrators(&self, name: &str) -> bool {
        matches!(name, EMAIL_VERIFIED | PHONE_NUMBER_VERIFIED)
            || self
                .get(name)
                .is_some_and(|definition| definition.developer_only_attribute == Some(true))
    }
}

/// Refuses the attributes that the service alone writes.
fn check_not_the_services(name: &str) -> Result<()> {
    if matches!(name, SUB | IDENTITIES) {
        return Err(Error::invalid_parameter(format!(
            "Cannot modify the non-mutable attribute {name}"
        )));
    }
    Ok(())
}

/// Refuses to call a contact verified, or not, that the user doesn't have.
fn check_flags(written: &Attributes, result: &Attributes) -> Result<()> {
    if written.given(EMAIL_VERIFIED).is_some() && result.given(EMAIL).is_none() {
        return Err(Error::invalid_parameter(
            "Email is required to verify/un-verify an email",
        ));
    }
    if written.given(PHONE_NUMBER_VERIFIED).is_some() && result.given(PHONE_NUMBER).is_none() {
        return Err(Error::invalid_parameter(
            "Phone Number is required to verify/un-verify a phone number",
        ));
    }
    Ok(())
}

fn nonconforming(problem: &str) -> Error {
    Error::invalid_parameter(format!("Attributes did not conform to the schema: {problem}"))
}

fn add_line(lines: &mut String, name: &str, problem: &str) {
    // Writing to a string doesn't fail.
    let _ = writeln!(lines, "{name}: {problem}");
}

#[cfg(test)]
mod tests {
    use poolhouse_model::AttributeDataType;

    use super::*;
    use crate::testing::{attributes, invalid_parameter};

    /// Required `name` and `email`, a custom text, a custom number, an immutable and a developer-only attribute.
    fn schema() -> Schema {
        let entry = |name: &str, data_type| SchemaAttributeType {
            name: Some(name.to_owned()),
            attribute_data_type: Some(data_type),
            ..SchemaAttributeType::default()
        };
        let required = |name| SchemaAttributeType {
            required: Some(true),
            ..entry(name, AttributeDataType::String)
        };
        Schema::from_request(&[
            required("email"),
            required("name"),
            entry("role", AttributeDataType::String),
            entry("age", AttributeDataType::Number),
            SchemaAttributeType {
                mutable: Some(false),
                ..entry("tenant", AttributeDataType::String)
            },
            SchemaAttributeType {
                developer_only_attribute: Some(true),
                ..entry("rank", AttributeDataType::String)
            },
        ])
        .unwrap()
    }

    fn alice() -> Attributes {
        attributes([
            ("sub", "1"),
            ("name", "Alice"),
            ("email", "alice@example.com"),
            ("email_verified", "true"),
        ])
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn sign_up_names_every_missing_attribute() {
        assert_eq!(
            invalid_parameter(schema().check_new(&Attributes::default(), Required::Yes)),
            "Attributes did not conform to the schema: name: The attribute is required\nemail: The attribute is \
             required\n"
        );
        let without_email = attributes([("name", "Alice")]);
        assert_eq!(
            invalid_parameter(schema().check_new(&without_email, Required::Yes)),
            "Attributes did not conform to the schema: email: The attribute is required\n"
        );
        let blank = attributes([("name", "Alice"), ("email", "")]);
        assert_eq!(
            invalid_parameter(schema().check_new(&blank, Required::Yes)),
            "Attributes did not conform to the schema: email: The attribute is required\n"
        );
    }

    #[test]
    fn an_administrator_may_leave_required_attributes_out() {
        assert!(schema().check_new(&Attributes::default(), Required::No).is_ok());
    }

    #[test]
    fn blank_optional_attributes_are_accepted() {
        let blank = attributes([
            ("email", ""),
            ("phone_number", ""),
            ("birthdate", ""),
            ("custom:age", ""),
        ]);
        assert!(schema().check_new(&blank, Required::No).is_ok());
    }

    #[test]
    fn unknown_attributes_of_a_new_user_are_refused() {
        for (name, sentence) in [
            (
                "custom:x",
                "Attributes did not conform to the schema: Type for attribute {custom:x} could not be determined",
            ),
            (
                "dev:x",
                "Attributes did not conform to the schema: Type for attribute {dev:x} could not be determined",
            ),
            (
                "emial",
                "Attributes did not conform to the schema: emial: Attribute does not exist in the schema.\n",
            ),
            (
                "cognito:username",
                "Attributes did not conform to the schema: cognito:username: Attribute does not exist in the schema.\n",
            ),
        ] {
            let given = attributes([(name, "x")]);
            assert_eq!(invalid_parameter(schema().check_new(&given, Required::No)), sentence);
        }
    }

    #[test]
    fn nobody_writes_what_the_service_writes() {
        for name in ["sub", "identities"] {
            let sentence = format!("Cannot modify the non-mutable attribute {name}");
            let given = attributes([(name, "x")]);
            assert_eq!(invalid_parameter(schema().check_new(&given, Required::No)), sentence);
            assert_eq!(
                invalid_parameter(schema().check_update(&alice(), &given, Writer::Admin)),
                sentence
            );
            assert_eq!(
                invalid_parameter(schema().check_delete(&names(&[name]), &alice(), Writer::Admin)),
                sentence
            );
        }
    }

    #[test]
    fn all_wrong_values_of_a_new_user_are_named_in_schema_order() {
        let given = attributes([
            ("custom:age", "old"),
            ("birthdate", "1990"),
            ("name", "Alice"),
            ("email", "alice@example.com"),
            ("updated_at", "-1"),
        ]);
        assert_eq!(
            invalid_parameter(schema().check_new(&given, Required::Yes)),
            "Attributes did not conform to the schema: birthdate: String must be no shorter than 10 characters\n\
             updated_at: Number must be no less than 0\ncustom:age: Invalid number\n"
        );
    }

    #[test]
    fn contacts_of_a_new_user_have_their_formats() {
        let given = attributes([("name", "Alice"), ("email", "alice")]);
        assert_eq!(
            invalid_parameter(schema().check_new(&given, Required::Yes)),
            "Invalid email address format."
        );
    }

    #[test]
    fn an_immutable_attribute_is_given_once() {
        let given = attributes([("custom:tenant", "a")]);
        assert!(schema().check_new(&given, Required::No).is_ok());
        for writer in [Writer::Client, Writer::Admin] {
            for current in [alice(), given.clone()] {
                assert_eq!(
                    invalid_parameter(schema().check_update(&current, &given, writer)),
                    "user.custom:tenant: Attribute cannot be updated.\n"
                );
            }
            assert_eq!(
                invalid_parameter(schema().check_delete(&names(&["custom:tenant"]), &given, writer)),
                "user.custom:tenant: Attribute cannot be updated.\n"
            );
        }
    }

    #[test]
    fn an_update_names_every_attribute_that_it_cannot_write() {
        let changes = attributes([
            ("custom:x", "1"),
            ("custom:tenant", "b"),
            ("cognito:groups", "admin"),
            ("name", "A"),
        ]);
        assert_eq!(
            invalid_parameter(schema().check_update(&alice(), &changes, Writer::Admin)),
            "user.cognito:groups: Attribute does not exist in the schema.\nuser.custom:tenant: Attribute cannot be \
             updated.\nuser.custom:x: Attribute does not exist in the schema.\n"
        );
    }

    #[test]
    fn only_administrators_write_flags_and_developer_attributes() {
        for (name, value) in [
            ("email_verified", "true"),
            ("phone_number_verified", ""),
            ("dev:custom:rank", "1"),
        ] {
            let changes = attributes([(name, value)]);
            let result = schema().check_update(&alice(), &changes, Writer::Client);
            assert!(
                matches!(result, Err(Error::UnauthorizedAttribute)),
                "{name}: {result:?}"
            );
            let result = schema().check_delete(&names(&[name]), &alice(), Writer::Client);
            assert!(
                matches!(result, Err(Error::UnauthorizedAttribute)),
                "{name}: {result:?}"
            );
            assert!(
                schema().check_update(&alice(), &changes, Writer::Admin).is_ok(),
                "{name}"
            );
            assert!(
                schema().check_delete(&names(&[name]), &alice(), Writer::Admin).is_ok(),
                "{name}"
            );
        }
    }

    #[test]
    fn wrong_values_of_an_update_are_all_named() {
        let changes = attributes([("birthdate", "1990"), ("custom:age", "x")]);
        assert_eq!(
            invalid_parameter(schema().check_update(&alice(), &changes, Writer::Client)),
            "Invalid user attributes: birthdate: String must be no shorter than 10 characters\ncustom:age: Invalid \
             number\n"
        );
        let changes = attributes([("phone_number", "961")]);
        assert_eq!(
            invalid_parameter(schema().check_update(&alice(), &changes, Writer::Client)),
            "Invalid phone number format."
        );
    }

    #[test]
    fn a_blank_value_deletes_what_is_not_required() {
        assert!(
            schema()
                .check_update(&alice(), &attributes([("nickname", "")]), Writer::Client)
                .is_ok()
        );
        assert_eq!(
            invalid_parameter(schema().check_update(&alice(), &attributes([("email", "")]), Writer::Admin)),
            "Attribute value for email must not be null"
        );
    }

    #[test]
    fn a_contact_must_be_there_to_be_verified() {
        let nobody = attributes([("sub", "1"), ("name", "Nobody")]);
        for value in ["true", "false"] {
            let email = attributes([("email_verified", value)]);
            let phone = attributes([("phone_number_verified", value)]);
            assert_eq!(
                invalid_parameter(schema().check_update(&nobody, &email, Writer::Admin)),
                "Email is required to verify/un-verify an email"
            );
            assert_eq!(
                invalid_parameter(schema().check_update(&nobody, &phone, Writer::Admin)),
                "Phone Number is required to verify/un-verify a phone number"
            );
            assert_eq!(
                invalid_parameter(schema().check_new(&email, Required::No)),
                "Email is required to verify/un-verify an email"
            );
            assert!(schema().check_update(&alice(), &email, Writer::Admin).is_ok());
        }
        let both = attributes([("phone_number", "+15550100"), ("phone_number_verified", "true")]);
        assert!(schema().check_update(&nobody, &both, Writer::Admin).is_ok());
        let optional = Schema::standard();
        let removed = attributes([("email", ""), ("email_verified", "true")]);
        assert_eq!(
            invalid_parameter(optional.check_update(&alice(), &removed, Writer::Admin)),
            "Email is required to verify/un-verify an email"
        );
    }

    #[test]
    fn an_immutable_required_attribute_can_be_completed_once() {
        let entry = |name: &str, required| SchemaAttributeType {
            name: Some(name.to_owned()),
            required: Some(required),
            mutable: Some(false),
            ..SchemaAttributeType::default()
        };
        let schema = Schema::from_request(&[entry("email", true), entry("nickname", false)]).unwrap();
        let email = attributes([("email", "alice@example.com")]);
        let nobody = attributes([("sub", "1")]);
        assert!(schema.check_completion(&nobody, &email).is_ok());
        assert_eq!(
            invalid_parameter(schema.check_completion(&alice(), &email)),
            "user.email: Attribute cannot be updated.\n"
        );
        assert_eq!(
            invalid_parameter(schema.check_completion(&nobody, &attributes([("nickname", "Al")]))),
            "user.nickname: Attribute cannot be updated.\n"
        );
        assert_eq!(
            invalid_parameter(schema.check_completion(&nobody, &attributes([("email", "alice")]))),
            "Invalid email address format."
        );
        let result = schema.check_completion(&alice(), &attributes([("email_verified", "true")]));
        assert!(matches!(result, Err(Error::UnauthorizedAttribute)), "{result:?}");
    }

    #[test]
    fn required_attributes_cannot_be_deleted() {
        assert_eq!(
            invalid_parameter(schema().check_delete(&names(&["email", "nickname", "name"]), &alice(), Writer::Admin)),
            "Attributes did not conform to the schema: name: The attribute is required\nemail: The attribute is \
             required\n"
        );
        assert!(
            schema()
                .check_delete(
                    &names(&["nickname", "custom:role", "custom:tenant"]),
                    &alice(),
                    Writer::Client
                )
                .is_ok()
        );
        assert_eq!(
            invalid_parameter(schema().check_delete(&names(&["custom:x"]), &alice(), Writer::Client)),
            "user.custom:x: Attribute does not exist in the schema.\n"
        );
    }
}
