//! The attributes that every pool has.

use poolhouse_model::{
    AttributeDataType, NumberAttributeConstraintsType, SchemaAttributeType, StringAttributeConstraintsType,
};

use super::Schema;
use crate::attributes::{EMAIL_VERIFIED, PHONE_NUMBER_VERIFIED, SUB};

/// The type and the limits of a standard attribute.
#[derive(Clone, Copy)]
enum Standard {
    Text { min: &'static str, max: &'static str },
    Flag,
    Moment,
}

const TEXT: Standard = Standard::Text { min: "0", max: "2048" };

/// The attributes of OpenID Connect that every pool has.
const STANDARD: [(&str, Standard); 20] = [
    (SUB, Standard::Text { min: "1", max: "2048" }),
    ("name", TEXT),
    ("given_name", TEXT),
    ("family_name", TEXT),
    ("middle_name", TEXT),
    ("nickname", TEXT),
    ("preferred_username", TEXT),
    ("profile", TEXT),
    ("picture", TEXT),
    ("website", TEXT),
    ("email", TEXT),
    (EMAIL_VERIFIED, Standard::Flag),
    ("gender", TEXT),
    ("birthdate", Standard::Text { min: "10", max: "10" }),
    ("zoneinfo", TEXT),
    ("locale", TEXT),
    ("phone_number", TEXT),
    (PHONE_NUMBER_VERIFIED, Standard::Flag),
    ("address", TEXT),
    ("updated_at", Standard::Moment),
];

impl Standard {
    fn definition(self, name: &str) -> SchemaAttributeType {
        let is_sub = name == SUB;
        let definition = SchemaAttributeType {
            name: Some(name.to_owned()),
            developer_only_attribute: Some(false),
            mutable: Some(!is_sub),
            required: Some(is_sub),
            ..SchemaAttributeType::default()
        };
        match self {
            Self::Text { min, max } => SchemaAttributeType {
                attribute_data_type: Some(AttributeDataType::String),
                string_attribute_constraints: Some(StringAttributeConstraintsType {
                    min_length: Some(min.to_owned()),
                    max_length: Some(max.to_owned()),
                }),
                ..definition
            },
            Self::Flag => SchemaAttributeType {
                attribute_data_type: Some(AttributeDataType::Boolean),
                ..definition
            },
            Self::Moment => SchemaAttributeType {
                attribute_data_type: Some(AttributeDataType::Number),
                number_attribute_constraints: Some(NumberAttributeConstraintsType {
                    min_value: Some("0".to_owned()),
                    max_value: None,
                }),
                ..definition
            },
        }
    }
}

impl Schema {
    /// The twenty standard attributes with their defaults.
    pub fn standard() -> Self {
        Self(
            STANDARD
                .iter()
                .map(|(name, standard)| standard.definition(name))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pool_has_the_twenty_standard_attributes() {
        let schema = Schema::standard();
        assert_eq!(schema.attributes().len(), 20);
        let json = |name: &str| serde_json::to_value(schema.get(name).unwrap()).unwrap();
        assert_eq!(
            json("sub"),
            serde_json::json!({
                "Name": "sub", "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": false,
                "Required": true, "StringAttributeConstraints": {"MinLength": "1", "MaxLength": "2048"}
            })
        );
        assert_eq!(
            json("birthdate"),
            serde_json::json!({
                "Name": "birthdate", "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": true,
                "Required": false, "StringAttributeConstraints": {"MinLength": "10", "MaxLength": "10"}
            })
        );
        assert_eq!(
            json("email_verified"),
            serde_json::json!({
                "Name": "email_verified", "AttributeDataType": "Boolean", "DeveloperOnlyAttribute": false,
                "Mutable": true, "Required": false
            })
        );
        assert_eq!(
            json("updated_at"),
            serde_json::json!({
                "Name": "updated_at", "AttributeDataType": "Number", "DeveloperOnlyAttribute": false, "Mutable": true,
                "Required": false, "NumberAttributeConstraints": {"MinValue": "0"}
            })
        );
        let free = StringAttributeConstraintsType {
            min_length: Some("0".to_owned()),
            max_length: Some("2048".to_owned()),
        };
        let free_text = schema.attributes().iter().filter(|attribute| {
            attribute.string_attribute_constraints == Some(free.clone()) && attribute.mutable == Some(true)
        });
        assert_eq!(free_text.count(), 15);
    }
}
