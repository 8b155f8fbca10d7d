//! What a failed write means to a use case.

use poolhouse_domain::Error as Refusal;
use poolhouse_domain::attributes::{EMAIL, PHONE_NUMBER, PREFERRED_USERNAME};
use poolhouse_domain::names::NameKind;

use crate::error::Error;

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::NameTaken(NameKind::Username | NameKind::Sub) => Self::UserExists,
            Error::NameTaken(NameKind::Email) => Self::AliasExists(EMAIL),
            Error::NameTaken(NameKind::PhoneNumber) => Self::AliasExists(PHONE_NUMBER),
            Error::NameTaken(NameKind::PreferredUsername) => Self::AliasExists(PREFERRED_USERNAME),
            // What the row refers to was deleted after it was looked up.
            Error::Conflict | Error::ForeignKey => Self::ConcurrentModification,
            Error::Unstorable => Self::invalid_parameter("Text with a NUL character cannot be stored."),
            other => Self::internal(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(error: Error) -> String {
        Refusal::from(error).to_string()
    }

    #[test]
    fn a_taken_name_is_told_by_its_kind() {
        assert!(matches!(
            Refusal::from(Error::NameTaken(NameKind::Username)),
            Refusal::UserExists
        ));
        assert!(matches!(
            Refusal::from(Error::NameTaken(NameKind::Sub)),
            Refusal::UserExists
        ));
        for (kind, attribute) in [
            (NameKind::Email, "email"),
            (NameKind::PhoneNumber, "phone_number"),
            (NameKind::PreferredUsername, "preferred_username"),
        ] {
            assert_eq!(
                told(Error::NameTaken(kind)),
                format!("An account with the given {attribute} already exists.")
            );
        }
    }

    #[test]
    fn a_lost_race_may_be_tried_again_and_the_rest_tells_nothing() {
        assert!(matches!(
            Refusal::from(Error::Conflict),
            Refusal::ConcurrentModification
        ));
        assert!(matches!(
            Refusal::from(Error::ForeignKey),
            Refusal::ConcurrentModification
        ));
        let unique = Error::Unique {
            table: "pools".to_owned(),
        };
        assert_eq!(told(unique), "internal error");
        assert_eq!(told(Error::Corrupt("SELECT secret".into())), "internal error");
    }
}
