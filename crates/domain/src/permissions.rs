//! Which attributes an app client may read and write.

use std::fmt;

use crate::attributes::{Attributes, IDENTITIES, SUB};
use crate::schema::Schema;
use crate::{Error, Result};

/// What an administrator does to a client whose lists are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Creating,
    Updating,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Creating => "creating",
            Self::Updating => "updating",
        })
    }
}

/// What a client with these `ReadAttributes` sees of a user: `sub` always, and the whole schema if it names none.
#[must_use]
pub fn readable(schema: &Schema, list: Option<&[String]>, attributes: &Attributes) -> Attributes {
    let is_readable = |name: &str| match list {
        None => name == SUB || name == IDENTITIES || schema.get(name).is_some(),
        list => may_read(list, name),
    };
    attributes.iter().filter(|(name, _)| is_readable(name)).collect()
}

/// Whether a client with these `ReadAttributes` may read the attribute `name` of the schema.
pub fn may_read(list: Option<&[String]>, name: &str) -> bool {
    name == SUB || list.is_none_or(|list| list.iter().any(|listed| listed == name))
}

/// Refuses attributes that a client with these `WriteAttributes` may not write.
///
/// A client that names none writes every attribute of the schema, except those that are an administrator's or the
/// service's. To such a client an unknown attribute is not forbidden but unknown, which is the schema's word.
pub fn check_writable<'a>(
    schema: &Schema,
    list: Option<&[String]>,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<()> {
    let writable = |name: &str| {
        !is_never_writable(schema, name) && list.is_none_or(|list| list.iter().any(|listed| listed == name))
    };
    if names.into_iter().all(writable) {
        Ok(())
    } else {
        Err(Error::UnauthorizedAttribute)
    }
}

/// Checks the `ReadAttributes` of a client.
pub fn check_read_list(schema: &Schema, list: &[String], change: Change) -> Result<()> {
    let is_readable = |name: &String| name == IDENTITIES || schema.get(name).is_some();
    if list.iter().all(is_readable) {
        Ok(())
    } else {
        Err(Error::invalid_parameter(format!(
            "Invalid read attributes specified while {change} a client"
        )))
    }
}

/// Checks the `WriteAttributes` of a client, which must hold the attributes that users can't do without.
pub fn check_write_list(schema: &Schema, list: &[String], change: Change) -> Result<()> {
    let is_writable = |name: &String| schema.get(name).is_some() && !is_never_writable(schema, name);
    let holds_required = schema
        .required()
        .all(|required| list.iter().any(|name| name == required));
    if list.iter().all(is_writable) && holds_required {
        Ok(())
    } else {
        Err(Error::invalid_parameter(format!(
            "Invalid write attributes specified while {change} a client"
        )))
    }
}

fn is_never_writable(schema: &Schema, name: &str) -> bool {
    matches!(name, SUB | IDENTITIES) || schema.is_administrators(name)
}

#[cfg(test)]
mod tests {
    use poolhouse_model::{AttributeDataType, SchemaAttributeType};

    use super::*;
    use crate::testing::{attributes, invalid_parameter};

    /// `email` is required; there is a custom, an immutable and a developer-only attribute.
    fn schema() -> Schema {
        let entry = |name: &str| SchemaAttributeType {
            name: Some(name.to_owned()),
            attribute_data_type: Some(AttributeDataType::String),
            ..SchemaAttributeType::default()
        };
        Schema::from_request(&[
            SchemaAttributeType {
                required: Some(true),
                ..entry("email")
            },
            entry("role"),
            SchemaAttributeType {
                mutable: Some(false),
                ..entry("tenant")
            },
            SchemaAttributeType {
                developer_only_attribute: Some(true),
                ..entry("rank")
            },
        ])
        .unwrap()
    }

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_client_reads_its_list_and_sub() {
        let user = attributes([
            ("sub", "1"),
            ("email", "a@example.com"),
            ("email_verified", "true"),
            ("dev:custom:rank", "9"),
        ]);
        assert_eq!(readable(&schema(), None, &user), user);
        assert_eq!(
            readable(&schema(), Some(&list(&["email", "name"])), &user),
            attributes([("sub", "1"), ("email", "a@example.com")])
        );
        assert_eq!(readable(&schema(), Some(&[]), &user), attributes([("sub", "1")]));
        assert_eq!(
            readable(&schema(), Some(&list(&["dev:custom:rank"])), &user).get("dev:custom:rank"),
            Some("9")
        );
    }

    #[test]
    fn without_a_list_a_client_writes_the_whole_schema() {
        let names = [
            "email",
            "name",
            "birthdate",
            "custom:role",
            "custom:tenant",
            "custom:unknown",
        ];
        assert!(check_writable(&schema(), None, names).is_ok());
    }

    #[test]
    fn some_attributes_are_never_a_clients() {
        for name in [
            "sub",
            "email_verified",
            "phone_number_verified",
            "identities",
            "dev:custom:rank",
        ] {
            let listed = list(&[name]);
            for list in [None, Some(listed.as_slice())] {
                let result = check_writable(&schema(), list, ["name", name]);
                assert!(
                    matches!(result, Err(Error::UnauthorizedAttribute)),
                    "{name}: {result:?}"
                );
            }
        }
    }

    #[test]
    fn with_a_list_a_client_writes_nothing_else() {
        let list = list(&["email", "custom:role"]);
        assert!(check_writable(&schema(), Some(&list), ["email", "custom:role"]).is_ok());
        assert!(check_writable(&schema(), Some(&list), []).is_ok());
        for name in ["name", "custom:tenant", "custom:unknown", "Email"] {
            let result = check_writable(&schema(), Some(&list), [name]);
            assert!(
                matches!(result, Err(Error::UnauthorizedAttribute)),
                "{name}: {result:?}"
            );
        }
    }

    #[test]
    fn read_lists_hold_attributes_of_the_schema() {
        let good = list(&[
            "sub",
            "email",
            "email_verified",
            "identities",
            "custom:role",
            "dev:custom:rank",
        ]);
        assert!(check_read_list(&schema(), &good, Change::Creating).is_ok());
        assert!(check_read_list(&schema(), &[], Change::Creating).is_ok());
        for name in ["custom:unknown", "role", "", "cognito:groups"] {
            assert_eq!(
                invalid_parameter(check_read_list(&schema(), &list(&["email", name]), Change::Updating)),
                "Invalid read attributes specified while updating a client"
            );
        }
    }

    #[test]
    fn write_lists_hold_writable_and_all_required_attributes() {
        assert!(
            check_write_list(
                &schema(),
                &list(&["email", "custom:role", "custom:tenant"]),
                Change::Creating
            )
            .is_ok()
        );
        for bad in [
            list(&["email", "email_verified"]),
            list(&["email", "phone_number_verified"]),
            list(&["email", "sub"]),
            list(&["email", "dev:custom:rank"]),
            list(&["email", "custom:unknown"]),
            list(&["name"]),
            list(&[]),
        ] {
            assert_eq!(
                invalid_parameter(check_write_list(&schema(), &bad, Change::Creating)),
                "Invalid write attributes specified while creating a client",
                "{bad:?}"
            );
        }
        assert!(check_write_list(&Schema::standard(), &list(&["name"]), Change::Creating).is_ok());
    }
}
