//! What the value of an attribute may be.

use poolhouse_model::{AttributeDataType, SchemaAttributeType};
use time::format_description::well_known::Iso8601;
use time::{Date, OffsetDateTime, PrimitiveDateTime};

use super::VALUE_MAX;
use crate::attributes::Attributes;
use crate::contacts::{is_email, is_phone_number};
use crate::{Error, Result};

/// Answers what is wrong with a value by its definition, in the service's words. A blank value is never wrong.
pub(super) fn violation(definition: &SchemaAttributeType, value: &str) -> Option<String> {
    if value.is_empty() {
        return None;
    }
    let length = value.chars().count();
    let too_long = |max: usize| (length > max).then(|| format!("String must be no longer than {max} characters"));
    match definition.attribute_data_type.unwrap_or(AttributeDataType::String) {
        _ if length > VALUE_MAX => too_long(VALUE_MAX),
        AttributeDataType::String => {
            let limits = definition.string_attribute_constraints.as_ref();
            let limit = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<usize>().ok());
            let min = limits.and_then(|limits| limit(&limits.min_length)).unwrap_or(0);
            let max = limits.and_then(|limits| limit(&limits.max_length)).unwrap_or(VALUE_MAX);
            (length < min)
                .then(|| format!("String must be no shorter than {min} characters"))
                .or_else(|| too_long(max))
        }
        AttributeDataType::Number => {
            let Some(value) = number(value) else {
                return Some("Invalid number".to_owned());
            };
            let limits = definition.number_attribute_constraints.as_ref()?;
            let breaks = |limit: &&String, order: fn(&f64, &f64) -> bool| {
                number(limit).is_some_and(|limit| order(&value, &limit))
            };
            let below = limits.min_value.as_ref().filter(|min| breaks(min, f64::lt));
            let above = limits.max_value.as_ref().filter(|max| breaks(max, f64::gt));
            below
                .map(|min| format!("Number must be no less than {min}"))
                .or_else(|| above.map(|max| format!("Number must be no greater than {max}")))
        }
        AttributeDataType::Boolean => (!matches!(value, "true" | "false")).then(|| "Invalid boolean".to_owned()),
        AttributeDataType::DateTime => (!is_date_time(value)).then(|| "Invalid date".to_owned()),
    }
}

/// Checks the format of the contacts among `attributes`.
pub(super) fn check_contacts(attributes: &Attributes) -> Result<()> {
    if attributes.email().is_some_and(|email| !is_email(email)) {
        return Err(Error::invalid_parameter("Invalid email address format."));
    }
    if attributes.phone_number().is_some_and(|number| !is_phone_number(number)) {
        return Err(Error::invalid_parameter("Invalid phone number format."));
    }
    Ok(())
}

/// Reads a decimal number, which must be finite.
pub(super) fn number(text: &str) -> Option<f64> {
    let decimal = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    text.parse().ok().filter(|number: &f64| decimal && number.is_finite())
}

/// Whether `text` is a date, or a date and a time with or without an offset, in ISO 8601.
fn is_date_time(text: &str) -> bool {
    Date::parse(text, &Iso8601::DATE).is_ok()
        || OffsetDateTime::parse(text, &Iso8601::DATE_TIME_OFFSET).is_ok()
        || PrimitiveDateTime::parse(text, &Iso8601::DATE_TIME).is_ok()
}

#[cfg(test)]
mod tests {
    use poolhouse_model::{NumberAttributeConstraintsType, StringAttributeConstraintsType};

    use super::*;
    use crate::schema::Schema;
    use crate::testing::{attributes, invalid_parameter};

    fn of(data_type: AttributeDataType) -> SchemaAttributeType {
        SchemaAttributeType {
            attribute_data_type: Some(data_type),
            ..SchemaAttributeType::default()
        }
    }

    fn wrong(definition: &SchemaAttributeType, value: &str) -> String {
        violation(definition, value).unwrap_or_default()
    }

    #[test]
    fn blank_values_pass_everywhere() {
        for data_type in [
            AttributeDataType::String,
            AttributeDataType::Number,
            AttributeDataType::Boolean,
            AttributeDataType::DateTime,
        ] {
            assert_eq!(violation(&of(data_type), ""), None);
        }
        assert_eq!(violation(Schema::standard().get("birthdate").unwrap(), ""), None);
        assert!(check_contacts(&attributes([("email", ""), ("phone_number", "")])).is_ok());
    }

    #[test]
    fn strings_keep_their_limits_in_characters() {
        let limited = SchemaAttributeType {
            string_attribute_constraints: Some(StringAttributeConstraintsType {
                min_length: Some("2".to_owned()),
                max_length: Some("4".to_owned()),
            }),
            ..of(AttributeDataType::String)
        };
        assert_eq!(wrong(&limited, "a"), "String must be no shorter than 2 characters");
        assert_eq!(wrong(&limited, "abcde"), "String must be no longer than 4 characters");
        for value in ["ab", "abcd", "äöüß", "日本語文"] {
            assert_eq!(violation(&limited, value), None, "{value}");
        }
    }

    #[test]
    fn no_value_is_longer_than_2048_characters() {
        for data_type in [AttributeDataType::String, AttributeDataType::Number] {
            assert_eq!(
                wrong(&of(data_type), &"1".repeat(2049)),
                "String must be no longer than 2048 characters"
            );
        }
        assert_eq!(violation(&of(AttributeDataType::String), &"ä".repeat(2048)), None);
    }

    #[test]
    fn a_birthdate_has_ten_characters() {
        let schema = Schema::standard();
        let birthdate = schema.get("birthdate").unwrap();
        assert_eq!(
            wrong(birthdate, "1.2.1990"),
            "String must be no shorter than 10 characters"
        );
        assert_eq!(
            wrong(birthdate, "1990-02-01T"),
            "String must be no longer than 10 characters"
        );
        assert_eq!(violation(birthdate, "1990-02-01"), None);
    }

    #[test]
    fn numbers_are_decimal_and_keep_their_limits() {
        let limited = SchemaAttributeType {
            number_attribute_constraints: Some(NumberAttributeConstraintsType {
                min_value: Some("-5".to_owned()),
                max_value: Some("10".to_owned()),
            }),
            ..of(AttributeDataType::Number)
        };
        for value in ["abc", "1,5", "0x10", "NaN", "inf", "-Infinity", "1e999", "1 ", "--1"] {
            assert_eq!(wrong(&limited, value), "Invalid number", "{value}");
        }
        assert_eq!(wrong(&limited, "-5.5"), "Number must be no less than -5");
        assert_eq!(wrong(&limited, "11"), "Number must be no greater than 10");
        for value in ["-5", "10", "0", "3.25"] {
            assert_eq!(violation(&limited, value), None, "{value}");
        }
        let schema = Schema::standard();
        assert_eq!(
            wrong(schema.get("updated_at").unwrap(), "-1"),
            "Number must be no less than 0"
        );
        assert_eq!(violation(schema.get("updated_at").unwrap(), "1715836222"), None);
    }

    #[test]
    fn booleans_are_true_or_false() {
        for value in ["yes", "1", "TRUE", "True", " true"] {
            assert_eq!(
                wrong(&of(AttributeDataType::Boolean), value),
                "Invalid boolean",
                "{value}"
            );
        }
        for value in ["true", "false"] {
            assert_eq!(violation(&of(AttributeDataType::Boolean), value), None);
        }
    }

    #[test]
    fn moments_are_iso_8601() {
        for value in [
            "2026-02-30",
            "yesterday",
            "1715836222.5",
            "12:30",
            "2026-01-01 10:00",
            "01/02/2026",
        ] {
            assert_eq!(
                wrong(&of(AttributeDataType::DateTime), value),
                "Invalid date",
                "{value}"
            );
        }
        for value in [
            "2026-01-31",
            "2026-01-31T10:00:00Z",
            "2026-01-31T10:00:00.250+02:00",
            "2026-01-31T10:00:00",
        ] {
            assert_eq!(violation(&of(AttributeDataType::DateTime), value), None, "{value}");
        }
    }

    #[test]
    fn contacts_have_their_formats() {
        assert_eq!(
            invalid_parameter(check_contacts(&attributes([("email", "a@b.com\r\nBcc: x")]))),
            "Invalid email address format."
        );
        for number in ["961", "+1555abc", "+123456789012345678"] {
            assert_eq!(
                invalid_parameter(check_contacts(&attributes([("phone_number", number)]))),
                "Invalid phone number format."
            );
        }
        assert!(check_contacts(&attributes([("email", "a@b.com"), ("phone_number", "+15550100")])).is_ok());
    }
}
