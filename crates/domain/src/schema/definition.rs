//! How a schema comes about: what CreateUserPool makes of the standard attributes, and AddCustomAttributes.

use std::collections::BTreeSet;

use poolhouse_model::{
    AttributeDataType, NumberAttributeConstraintsType, SchemaAttributeType, StringAttributeConstraintsType,
};

use super::values::number;
use super::{CUSTOM_ATTRIBUTES_MAX, Schema, VALUE_MAX, is_custom};
use crate::attributes::{CUSTOM_PREFIX, DEVELOPER_PREFIX, EMAIL_VERIFIED, PHONE_NUMBER_VERIFIED, SUB};
use crate::{Error, Result};

impl Schema {
    /// Makes the schema that CreateUserPool asks for: an entry with a standard name changes that attribute, any other
    /// defines a custom one.
    pub fn from_request(entries: &[SchemaAttributeType]) -> Result<Self> {
        let mut schema = Self::standard();
        let mut seen = BTreeSet::new();
        let mut custom = Vec::new();
        for entry in entries {
            let name = name_of(entry)?;
            match schema
                .0
                .iter_mut()
                .find(|attribute| attribute.name.as_deref() == Some(name))
            {
                Some(_) if !seen.insert(name) => return Err(already_defined(name)),
                Some(standard) => adjust(standard, name, entry)?,
                None => custom.push(entry.clone()),
            }
        }
        schema.add_custom(&custom)
    }

    /// Adds custom attributes; their names come without a prefix and get one.
    pub fn add_custom(mut self, entries: &[SchemaAttributeType]) -> Result<Self> {
        for entry in entries {
            let attribute = custom(entry)?;
            let name = attribute.name.as_deref().unwrap_or_default();
            if self.get(name).is_some() {
                return Err(already_defined(name));
            }
            self.0.push(attribute);
        }
        let custom_attributes = self
            .0
            .iter()
            .filter_map(|attribute| attribute.name.as_deref())
            .filter(|name| is_custom(name));
        if custom_attributes.count() > CUSTOM_ATTRIBUTES_MAX {
            return Err(Error::invalid_parameter(format!(
                "A user pool can have at most {CUSTOM_ATTRIBUTES_MAX} custom attributes."
            )));
        }
        Ok(self)
    }
}

fn name_of(entry: &SchemaAttributeType) -> Result<&str> {
    entry
        .name
        .as_deref()
        .filter(|name| !name.is_empty())
        .ok_or_else(|| Error::invalid_parameter("Every schema attribute needs a name."))
}

fn already_defined(name: &str) -> Error {
    Error::invalid_parameter(format!("{name}: Existing attribute already has name {name}."))
}

/// Changes what may be changed of a standard attribute.
fn adjust(standard: &mut SchemaAttributeType, name: &str, entry: &SchemaAttributeType) -> Result<()> {
    let changes_type = entry.attribute_data_type.is_some() && entry.attribute_data_type != standard.attribute_data_type;
    if changes_type || entry.developer_only_attribute == Some(true) {
        return Err(Error::invalid_parameter(format!(
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute {name}"
        )));
    }
    // The service writes these itself.
    if matches!(name, SUB | EMAIL_VERIFIED | PHONE_NUMBER_VERIFIED) {
        let changes = |wanted: Option<bool>, fixed: Option<bool>| wanted.is_some() && wanted != fixed;
        if changes(entry.mutable, standard.mutable) || changes(entry.required, standard.required) {
            return Err(Error::invalid_parameter(format!(
                "You can not change Mutable or Required for standard schema attribute {name}"
            )));
        }
    }
    standard.mutable = entry.mutable.or(standard.mutable);
    standard.required = entry.required.or(standard.required);
    if standard.attribute_data_type == Some(AttributeDataType::String)
        && let Some(constraints) = &entry.string_attribute_constraints
    {
        check_lengths(name, constraints)?;
        standard.string_attribute_constraints = Some(constraints.clone());
    }
    if standard.attribute_data_type == Some(AttributeDataType::Number)
        && let Some(constraints) = &entry.number_attribute_constraints
    {
        check_numbers(name, constraints)?;
        standard.number_attribute_constraints = Some(constraints.clone());
    }
    Ok(())
}

/// Defines a custom attribute.
fn custom(entry: &SchemaAttributeType) -> Result<SchemaAttributeType> {
    let developer_only = entry.developer_only_attribute == Some(true);
    let name = name_of(entry)?;
    let name = if developer_only {
        format!("{DEVELOPER_PREFIX}{CUSTOM_PREFIX}{name}")
    } else {
        format!("{CUSTOM_PREFIX}{name}")
    };
    if entry.required == Some(true) {
        return Err(Error::invalid_parameter(
            "Required custom attributes are not supported currently.",
        ));
    }
    let Some(data_type) = entry.attribute_data_type else {
        return Err(Error::invalid_parameter(
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
        ));
    };
    let mut definition = SchemaAttributeType {
        attribute_data_type: Some(data_type),
        developer_only_attribute: Some(developer_only),
        mutable: Some(entry.mutable.unwrap_or(true)),
        required: Some(false),
        ..SchemaAttributeType::default()
    };
    match data_type {
        AttributeDataType::String => {
            let constraints = entry.string_attribute_constraints.clone().unwrap_or_default();
            check_lengths(&name, &constraints)?;
            definition.string_attribute_constraints = Some(constraints);
        }
        AttributeDataType::Number => {
            let constraints = entry.number_attribute_constraints.clone().unwrap_or_default();
            check_numbers(&name, &constraints)?;
            definition.number_attribute_constraints = Some(constraints);
        }
        AttributeDataType::DateTime | AttributeDataType::Boolean => {}
    }
    definition.name = Some(name);
    Ok(definition)
}

fn check_lengths(name: &str, constraints: &StringAttributeConstraintsType) -> Result<()> {
    let length = |limit: &Option<String>| -> Result<Option<usize>> {
        let Some(limit) = limit else { return Ok(None) };
        limit.parse().map(Some).map_err(|_| {
            Error::invalid_parameter(format!(
                "Invalid StringAttributeConstraints for schema attribute {name}"
            ))
        })
    };
    let (min, max) = (length(&constraints.min_length)?, length(&constraints.max_length)?);
    if min.max(max).is_some_and(|limit| limit > VALUE_MAX) {
        return Err(Error::invalid_parameter(format!(
            "user.{name}: String attributes cannot have a length of more than {VALUE_MAX}"
        )));
    }
    match (min, max) {
        (Some(min), Some(max)) if min > max => Err(Error::invalid_parameter(format!(
            "user.{name}: Max length cannot be less than min length."
        ))),
        _ => Ok(()),
    }
}

fn check_numbers(name: &str, constraints: &NumberAttributeConstraintsType) -> Result<()> {
    let limit = |limit: &Option<String>| -> Result<Option<f64>> {
        let Some(limit) = limit else { return Ok(None) };
        number(limit).map(Some).ok_or_else(|| {
            Error::invalid_parameter(format!(
                "Invalid NumberAttributeConstraints for schema attribute {name}"
            ))
        })
    };
    match (limit(&constraints.min_value)?, limit(&constraints.max_value)?) {
        (Some(min), Some(max)) if min > max => Err(Error::invalid_parameter(format!(
            "user.{name}: Max value cannot be less than min value."
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::invalid_parameter;

    fn entry(name: &str, data_type: Option<AttributeDataType>) -> SchemaAttributeType {
        SchemaAttributeType {
            name: Some(name.to_owned()),
            attribute_data_type: data_type,
            ..SchemaAttributeType::default()
        }
    }

    fn text(name: &str) -> SchemaAttributeType {
        entry(name, Some(AttributeDataType::String))
    }

    fn lengths(min: &str, max: &str) -> StringAttributeConstraintsType {
        let limit = |text: &str| Some(text.to_owned()).filter(|text| text != "-");
        StringAttributeConstraintsType {
            min_length: limit(min),
            max_length: limit(max),
        }
    }

    fn numbers(min: &str, max: &str) -> NumberAttributeConstraintsType {
        let limit = |text: &str| Some(text.to_owned()).filter(|text| text != "-");
        NumberAttributeConstraintsType {
            min_value: limit(min),
            max_value: limit(max),
        }
    }

    #[test]
    fn a_standard_name_changes_the_standard_attribute() {
        let given = SchemaAttributeType {
            required: Some(true),
            mutable: Some(false),
            string_attribute_constraints: Some(lengths("5", "100")),
            ..entry("email", None)
        };
        let schema = Schema::from_request(&[given]).unwrap();
        assert_eq!(schema.attributes().len(), 20);
        let email = schema.get("email").unwrap();
        assert_eq!((email.required, email.mutable), (Some(true), Some(false)));
        assert_eq!(email.string_attribute_constraints, Some(lengths("5", "100")));
        assert_eq!(schema.required_names(), ["email"]);
    }

    #[test]
    fn a_description_of_the_standard_attributes_is_a_valid_request() {
        let standard = Schema::standard();
        assert_eq!(Schema::from_request(standard.attributes()).unwrap(), standard);
    }

    #[test]
    fn standard_types_and_the_services_own_attributes_are_fixed() {
        let number = entry("email", Some(AttributeDataType::Number));
        let developer = SchemaAttributeType {
            developer_only_attribute: Some(true),
            ..text("email")
        };
        for given in [number, developer] {
            assert_eq!(
                invalid_parameter(Schema::from_request(&[given])),
                "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email"
            );
        }
        let mutable_sub = SchemaAttributeType {
            mutable: Some(true),
            ..text("sub")
        };
        let required_flag = SchemaAttributeType {
            required: Some(true),
            ..entry("email_verified", None)
        };
        for (given, name) in [(mutable_sub, "sub"), (required_flag, "email_verified")] {
            assert_eq!(
                invalid_parameter(Schema::from_request(&[given])),
                format!("You can not change Mutable or Required for standard schema attribute {name}")
            );
        }
    }

    #[test]
    fn other_names_define_custom_attributes_with_defaults() {
        let developer = SchemaAttributeType {
            developer_only_attribute: Some(true),
            ..text("rank")
        };
        let fixed = SchemaAttributeType {
            mutable: Some(false),
            ..entry("age", Some(AttributeDataType::Number))
        };
        let given = [
            text("role"),
            developer,
            fixed,
            entry("member", Some(AttributeDataType::Boolean)),
        ];
        let schema = Schema::from_request(&given).unwrap();
        let json = |name: &str| serde_json::to_value(schema.get(name).unwrap()).unwrap();
        assert_eq!(
            json("custom:role"),
            serde_json::json!({
                "Name": "custom:role", "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": true,
                "Required": false, "StringAttributeConstraints": {}
            })
        );
        assert_eq!(
            json("dev:custom:rank"),
            serde_json::json!({
                "Name": "dev:custom:rank", "AttributeDataType": "String", "DeveloperOnlyAttribute": true,
                "Mutable": true, "Required": false, "StringAttributeConstraints": {}
            })
        );
        assert_eq!(
            json("custom:age"),
            serde_json::json!({
                "Name": "custom:age", "AttributeDataType": "Number", "DeveloperOnlyAttribute": false, "Mutable": false,
                "Required": false, "NumberAttributeConstraints": {}
            })
        );
        assert_eq!(
            json("custom:member"),
            serde_json::json!({
                "Name": "custom:member", "AttributeDataType": "Boolean", "DeveloperOnlyAttribute": false,
                "Mutable": true, "Required": false
            })
        );
    }

    #[test]
    fn a_prefix_in_the_request_is_part_of_the_name() {
        let schema = Schema::from_request(&[text("custom:role")]).unwrap();
        assert!(schema.get("custom:custom:role").is_some());
    }

    #[test]
    fn custom_attributes_are_never_required_and_always_typed() {
        let required = SchemaAttributeType {
            required: Some(true),
            ..text("role")
        };
        assert_eq!(
            invalid_parameter(Schema::from_request(&[required])),
            "Required custom attributes are not supported currently."
        );
        assert_eq!(
            invalid_parameter(Schema::from_request(&[entry("role", None)])),
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum."
        );
        assert_eq!(
            invalid_parameter(Schema::from_request(&[SchemaAttributeType::default()])),
            "Every schema attribute needs a name."
        );
    }

    #[test]
    fn limits_must_be_numbers_in_order() {
        let with = |constraints| SchemaAttributeType {
            string_attribute_constraints: Some(constraints),
            ..text("role")
        };
        for (min, max, sentence) in [
            (
                "x",
                "-",
                "Invalid StringAttributeConstraints for schema attribute custom:role",
            ),
            (
                "-1",
                "-",
                "Invalid StringAttributeConstraints for schema attribute custom:role",
            ),
            (
                "1",
                "2.5",
                "Invalid StringAttributeConstraints for schema attribute custom:role",
            ),
            ("2", "1", "user.custom:role: Max length cannot be less than min length."),
            (
                "-",
                "2049",
                "user.custom:role: String attributes cannot have a length of more than 2048",
            ),
            (
                "2049",
                "-",
                "user.custom:role: String attributes cannot have a length of more than 2048",
            ),
        ] {
            assert_eq!(
                invalid_parameter(Schema::from_request(&[with(lengths(min, max))])),
                sentence
            );
        }
        assert!(Schema::from_request(&[with(lengths("0", "2048"))]).is_ok());

        let with = |constraints| SchemaAttributeType {
            number_attribute_constraints: Some(constraints),
            ..entry("age", Some(AttributeDataType::Number))
        };
        for (min, max, sentence) in [
            (
                "x",
                "-",
                "Invalid NumberAttributeConstraints for schema attribute custom:age",
            ),
            (
                "-",
                "NaN",
                "Invalid NumberAttributeConstraints for schema attribute custom:age",
            ),
            ("2", "-2", "user.custom:age: Max value cannot be less than min value."),
        ] {
            assert_eq!(
                invalid_parameter(Schema::from_request(&[with(numbers(min, max))])),
                sentence
            );
        }
        assert!(Schema::from_request(&[with(numbers("-2", "1e300"))]).is_ok());
        let email = SchemaAttributeType {
            string_attribute_constraints: Some(lengths("9", "3")),
            ..entry("email", None)
        };
        assert_eq!(
            invalid_parameter(Schema::from_request(&[email])),
            "user.email: Max length cannot be less than min length."
        );
    }

    #[test]
    fn names_are_defined_once() {
        for (given, name) in [
            ([text("role"), text("role")], "custom:role"),
            ([text("email"), text("email")], "email"),
        ] {
            assert_eq!(
                invalid_parameter(Schema::from_request(&given)),
                format!("{name}: Existing attribute already has name {name}.")
            );
        }
        let schema = Schema::from_request(&[text("role")]).unwrap();
        assert_eq!(
            invalid_parameter(schema.clone().add_custom(&[text("role")])),
            "custom:role: Existing attribute already has name custom:role."
        );
        assert!(
            schema
                .add_custom(&[text("email")])
                .unwrap()
                .get("custom:email")
                .is_some()
        );
    }

    #[test]
    fn a_pool_has_fifty_custom_attributes_at_most() {
        let attributes: Vec<SchemaAttributeType> = (0..51).map(|index| text(&format!("a{index}"))).collect();
        let schema = Schema::standard().add_custom(&attributes[..50]).unwrap();
        assert_eq!(schema.attributes().len(), 70);
        assert_eq!(
            invalid_parameter(schema.add_custom(&attributes[50..])),
            "A user pool can have at most 50 custom attributes."
        );
    }
}
