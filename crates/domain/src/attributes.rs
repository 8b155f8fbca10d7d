//! The attributes of a user.

use std::collections::BTreeMap;

use poolhouse_model::{AttributeType, VerifiedAttributeType};
use serde::{Deserialize, Serialize};

/// The user's id, given once by the service.
pub const SUB: &str = "sub";
pub const EMAIL: &str = "email";
pub const EMAIL_VERIFIED: &str = "email_verified";
pub const PHONE_NUMBER: &str = "phone_number";
pub const PHONE_NUMBER_VERIFIED: &str = "phone_number_verified";
pub const PREFERRED_USERNAME: &str = "preferred_username";
/// The federated identities of a user as a JSON array, kept by the service.
pub const IDENTITIES: &str = "identities";

/// What precedes the name of an attribute that an administrator defined.
pub const CUSTOM_PREFIX: &str = "custom:";
/// What precedes the name of an attribute that app clients can't write.
pub const DEVELOPER_PREFIX: &str = "dev:";

/// The attribute that says whether `attribute` is verified.
pub fn verified_name(attribute: VerifiedAttributeType) -> &'static str {
    match attribute {
        VerifiedAttributeType::Email => EMAIL_VERIFIED,
        VerifiedAttributeType::PhoneNumber => PHONE_NUMBER_VERIFIED,
    }
}

/// The attribute that says whether the attribute `name` is verified, for those that can be.
pub fn verification_of(name: &str) -> Option<&'static str> {
    match name {
        EMAIL => Some(EMAIL_VERIFIED),
        PHONE_NUMBER => Some(PHONE_NUMBER_VERIFIED),
        _ => None,
    }
}

/// The attributes of a user, by name.
///
/// A value may be blank: sign-up takes it, and it counts as no value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attributes(BTreeMap<String, String>);

impl Attributes {
    /// Reads a request's list: the last of several values for one name wins, and no value is a blank one.
    pub fn from_list(list: &[AttributeType]) -> Self {
        list.iter()
            .map(|attribute| (attribute.name.as_str(), attribute.value.as_deref().unwrap_or_default()))
            .collect()
    }

    /// The list of a response: `sub` first, the others by name.
    pub fn to_list(&self) -> Vec<AttributeType> {
        let sub = self.iter().filter(|(name, _)| *name == SUB);
        let others = self.iter().filter(|(name, _)| *name != SUB);
        sub.chain(others)
            .map(|(name, value)| AttributeType {
                name: name.to_owned(),
                value: Some(value.to_owned()),
            })
            .collect()
    }

    /// The value of `name`, which may be blank.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value of `name` unless it is blank.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// Sets one value.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    /// Removes one value and nothing else.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// The attributes in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The e-mail address, unless it is blank.
    pub fn email(&self) -> Option<&str> {
        self.given(EMAIL)
    }

    /// The phone number, unless it is blank.
    pub fn phone_number(&self) -> Option<&str> {
        self.given(PHONE_NUMBER)
    }

    /// Whether the attribute `name`, an e-mail address or a phone number, is there and verified.
    pub fn is_verified(&self, name: &str) -> bool {
        self.given(name).is_some() && verification_of(name).and_then(|flag| self.get(flag)) == Some("true")
    }

    /// The attributes after an update: a blank value deletes, and a new e-mail address or phone number is unverified
    /// until a code or the update itself says otherwise.
    #[must_use]
    pub fn updated(&self, changes: &Attributes) -> Self {
        let mut updated = self.clone();
        for (name, value) in changes.iter() {
            if value.is_empty() {
                updated.delete(name);
                continue;
            }
            if let Some(flag) = verification_of(name)
                && self.get(name) != Some(value)
            {
                updated.set(flag, "false");
            }
            updated.set(name, value);
        }
        for flag in [EMAIL_VERIFIED, PHONE_NUMBER_VERIFIED] {
            if let Some(value) = changes.given(flag) {
                updated.set(flag, value);
            }
        }
        updated
    }

    /// The attributes without `names`; with an e-mail address or a phone number goes the word that it is verified.
    #[must_use]
    pub fn without(&self, names: &[String]) -> Self {
        let mut rest = self.clone();
        for name in names {
            rest.delete(name);
        }
        rest
    }

    fn delete(&mut self, name: &str) {
        self.0.remove(name);
        if let Some(flag) = verification_of(name) {
            self.0.remove(flag);
        }
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::attributes;

    fn entry(name: &str, value: Option<&str>) -> AttributeType {
        AttributeType {
            name: name.to_owned(),
            value: value.map(str::to_owned),
        }
    }

    #[test]
    fn the_list_begins_with_sub() {
        let list = attributes([
            ("zoneinfo", "UTC"),
            ("email", "a@example.com"),
            ("sub", "1"),
            ("address", "x"),
        ])
        .to_list();
        let names: Vec<&str> = list.iter().map(|attribute| attribute.name.as_str()).collect();
        assert_eq!(names, ["sub", "address", "email", "zoneinfo"]);
        assert_eq!(list[2].value.as_deref(), Some("a@example.com"));
    }

    #[test]
    fn the_last_value_of_a_name_wins_and_no_value_is_blank() {
        let list = [
            entry("name", Some("Ann")),
            entry("email", None),
            entry("name", Some("Bea")),
        ];
        assert_eq!(
            Attributes::from_list(&list),
            attributes([("name", "Bea"), ("email", "")])
        );
    }

    #[test]
    fn a_blank_contact_is_none() {
        let blank = attributes([("email", ""), ("phone_number", ""), ("email_verified", "true")]);
        assert_eq!(blank.email(), None);
        assert_eq!(blank.phone_number(), None);
        assert_eq!(blank.get("email"), Some(""));
        assert!(!blank.is_verified("email"));
    }

    #[test]
    fn only_true_verifies() {
        for (flag, verified) in [("true", true), ("false", false), ("", false), ("yes", false)] {
            let user = attributes([("email", "a@example.com"), ("email_verified", flag)]);
            assert_eq!(user.is_verified("email"), verified, "{flag}");
        }
        assert!(!attributes([("email", "a@example.com")]).is_verified("email"));
        assert!(!attributes([("name", "Ann"), ("email_verified", "true")]).is_verified("name"));
    }

    #[test]
    fn a_changed_contact_is_unverified_and_an_unchanged_one_is_not() {
        let user = attributes([("email", "a@example.com"), ("email_verified", "true")]);
        let changed = user.updated(&attributes([("email", "b@example.com")]));
        assert_eq!(
            changed,
            attributes([("email", "b@example.com"), ("email_verified", "false")])
        );
        assert_eq!(
            user.updated(&attributes([("email", "a@example.com"), ("name", "Ann")]))
                .get("email_verified"),
            Some("true")
        );
    }

    #[test]
    fn an_update_may_verify_what_it_changes() {
        let user = attributes([("phone_number", "+15550100"), ("phone_number_verified", "false")]);
        let changes = attributes([("phone_number", "+15550199"), ("phone_number_verified", "true")]);
        assert_eq!(user.updated(&changes), changes);
    }

    #[test]
    fn a_blank_value_deletes_with_its_verification() {
        let user = attributes([
            ("email", "a@example.com"),
            ("email_verified", "true"),
            ("name", "Ann"),
            ("sub", "1"),
        ]);
        assert_eq!(
            user.updated(&attributes([("email", ""), ("name", "")])),
            attributes([("sub", "1")])
        );
        assert_eq!(
            user.without(&["email".to_owned(), "nickname".to_owned()]),
            attributes([("name", "Ann"), ("sub", "1")])
        );
    }

    #[test]
    fn attributes_are_stored_as_a_plain_map() {
        let json = serde_json::to_string(&attributes([("sub", "1"), ("email", "a@example.com")])).unwrap();
        assert_eq!(json, r#"{"email":"a@example.com","sub":"1"}"#);
        assert_eq!(
            serde_json::from_str::<Attributes>(&json).unwrap().email(),
            Some("a@example.com")
        );
    }
}
