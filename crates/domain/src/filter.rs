//! The filter of ListUsers: `<attribute> = "<value>"` or `<attribute> ^= "<value>"`.

use crate::{Error, Result};

/// What ListUsers looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    pub attribute: SearchAttribute,
    pub operator: Operator,
    /// The value as it is meant, escapes undone.
    pub value: String,
}

/// How the value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Equals,
    StartsWith,
}

/// What users can be searched by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchAttribute {
    Username,
    Sub,
    Email,
    PhoneNumber,
    Name,
    GivenName,
    FamilyName,
    PreferredUsername,
    /// The status, such as `CONFIRMED`, in any case.
    UserStatus,
    /// `Enabled` or `Disabled`.
    Status,
}

impl SearchAttribute {
    /// The name in a filter, which is that of the attribute too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Sub => "sub",
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::PreferredUsername => "preferred_username",
            Self::UserStatus => "cognito:user_status",
            Self::Status => "status",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [
            Self::Username,
            Self::Sub,
            Self::Email,
            Self::PhoneNumber,
            Self::Name,
            Self::GivenName,
            Self::FamilyName,
            Self::PreferredUsername,
            Self::UserStatus,
            Self::Status,
        ]
        .into_iter()
        .find(|attribute| attribute.as_str() == name)
    }
}

impl Filter {
    /// Reads a filter; an empty one finds everybody and is `None`.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let (name, operator, value) = split(text).ok_or_else(unreadable)?;
        let value = unquote(value).ok_or_else(unreadable)?;
        let attribute = SearchAttribute::parse(name)
            .ok_or_else(|| Error::invalid_parameter(format!("Invalid search attribute: {name}")))?;
        Ok(Some(Self {
            attribute,
            operator,
            value,
        }))
    }
}

fn unreadable() -> Error {
    Error::invalid_parameter("Error while parsing filter")
}

/// Splits `text` into the name, the operator and what follows it.
fn split(text: &str) -> Option<(&str, Operator, &str)> {
    let (before, after) = text.split_once('=')?;
    let (name, operator) = match before.strip_suffix('^') {
        Some(name) => (name, Operator::StartsWith),
        None => (before, Operator::Equals),
    };
    let name = name.trim_end();
    let is_name = !name.is_empty()
        && !name.contains(|character: char| character.is_whitespace() || matches!(character, '"' | '^'));
    is_name.then(|| (name, operator, after.trim_start()))
}

/// The value of the string literal that `text` must be, to its last character. A backslash escapes a quotation mark
/// and a backslash; before anything else it stands for itself.
fn unquote(text: &str) -> Option<String> {
    let mut characters = text.strip_prefix('"')?.chars().peekable();
    let mut value = String::new();
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(value),
            '\\' => value.push(characters.next_if(|next| matches!(next, '"' | '\\')).unwrap_or('\\')),
            character => value.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::invalid_parameter;

    fn parsed(text: &str) -> (&'static str, Operator, String) {
        let filter = Filter::parse(text).unwrap().unwrap();
        (filter.attribute.as_str(), filter.operator, filter.value)
    }

    fn equals(name: &'static str, value: &str) -> (&'static str, Operator, String) {
        (name, Operator::Equals, value.to_owned())
    }

    #[test]
    fn an_empty_filter_finds_everybody() {
        assert_eq!(Filter::parse("").unwrap(), None);
        assert_eq!(Filter::parse("  \t").unwrap(), None);
    }

    #[test]
    fn spaces_around_the_operator_are_optional() {
        for text in [
            r#"email="a@example.com""#,
            r#"email = "a@example.com""#,
            r#"  email   ="a@example.com"  "#,
            "email\t=\n\"a@example.com\"",
        ] {
            assert_eq!(parsed(text), equals("email", "a@example.com"), "{text}");
        }
        for text in [r#"given_name^="J""#, r#"given_name ^= "J""#] {
            assert_eq!(
                parsed(text),
                ("given_name", Operator::StartsWith, "J".to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn ten_attributes_can_be_searched() {
        for name in [
            "username",
            "sub",
            "email",
            "phone_number",
            "name",
            "given_name",
            "family_name",
            "preferred_username",
            "cognito:user_status",
            "status",
        ] {
            assert_eq!(parsed(&format!("{name} = \"x\"")), equals(name, "x"));
        }
    }

    #[test]
    fn other_attributes_cannot() {
        for name in ["custom:role", "address", "Email", "user_status", "'1'", "email;--"] {
            assert_eq!(
                invalid_parameter(Filter::parse(&format!("{name} = \"x\""))),
                format!("Invalid search attribute: {name}")
            );
        }
    }

    #[test]
    fn escapes_are_undone_once() {
        assert_eq!(parsed(r#"name = "Anna \"Ann\" B""#), equals("name", r#"Anna "Ann" B"#));
        assert_eq!(parsed(r#"name = "a\\""#), equals("name", r"a\"));
        assert_eq!(parsed(r#"name = "a\\\"b""#), equals("name", r#"a\"b"#));
        assert_eq!(parsed(r#"name = "a\b""#), equals("name", r"a\b"));
        assert_eq!(parsed(r#"name = """#), equals("name", ""));
        assert_eq!(parsed(r#"name = "a = b ^= c""#), equals("name", "a = b ^= c"));
    }

    #[test]
    fn an_injection_is_a_value() {
        assert_eq!(
            parsed(r#"email = "a\" or \"1\"=\"1""#),
            equals("email", r#"a" or "1"="1"#)
        );
        assert_eq!(parsed(r#"email ^= "%_'; DROP TABLE users""#).2, "%_'; DROP TABLE users");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "email",
            "email =",
            "email = a@example.com",
            "email = 'a@example.com'",
            "email = “a@example.com”",
            r#"email = "a"#,
            r#"email = "a\""#,
            r#"email = "a" or "1"="1""#,
            r#"email = "a" and name = "b""#,
            r#"email = "a"x"#,
            r#"= "a""#,
            r#"^= "a""#,
            r#"email == "a""#,
            r#"email ~ "a""#,
            r#"email ^ = "a" = "b""#,
            r#"email > "a""#,
            r#""email" = "a""#,
            r#"email name = "a""#,
            "\"",
        ] {
            assert_eq!(
                invalid_parameter(Filter::parse(text)),
                "Error while parsing filter",
                "{text}"
            );
        }
    }
}
