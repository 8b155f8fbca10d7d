//! Users: status, password, attributes.

use std::collections::{BTreeMap, BTreeSet};

use poolhouse_model::{AdminGetUserResponse, Timestamp, UserStatusType, UserType, VerifiedAttributeType};
use serde::{Deserialize, Serialize};

use crate::attributes::{Attributes, verified_name};
use crate::mfa::MfaPreferences;
use crate::{Error, Result};

/// A user of a pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    pub pool_id: String,
    pub username: String,
    /// Never changes and is never given again.
    pub sub: String,
    pub status: UserStatusType,
    pub enabled: bool,
    /// All attributes, `sub` among them.
    pub attributes: Attributes,
    /// New values of e-mail and phone number that wait for their code, by attribute name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pending: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// Hashes of former passwords, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub password_history: Vec<String>,
    /// Second factors.
    #[serde(default, skip_serializing_if = "MfaPreferences::is_empty")]
    pub mfa: MfaPreferences,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    /// Counts the writes; a writer that saw an older version loses.
    #[serde(skip)]
    pub version: i64,
}

/// A user's password as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Password {
    /// Argon2id in PHC string format.
    pub hash: String,
    /// Absent until the password is seen: an imported hash gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srp: Option<SrpVerifier>,
    pub set_at: Timestamp,
}

/// What proves a password by SRP, as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SrpVerifier {
    /// Salt and verifier under seal: whoever could read them could guess the password cheaply.
    pub sealed: String,
}

impl User {
    /// Refuses users who can't use the service now, whoever they are.
    pub fn check_enabled(&self) -> Result<()> {
        if self.enabled { Ok(()) } else { Err(Error::UserDisabled) }
    }

    /// Sets a password and remembers up to `history_size` former ones.
    pub fn set_password(&mut self, password: Password, history_size: usize) {
        self.modified_at = password.set_at;
        if let Some(former) = self.password.replace(password) {
            self.password_history.insert(0, former.hash);
        }
        // The current password counts as the first of the history.
        self.password_history.truncate(history_size.saturating_sub(1));
    }

    /// The hashes that a new password must not match under a history of `size`: the current one and the ones before.
    pub fn remembered_passwords(&self, size: usize) -> impl Iterator<Item = &str> {
        self.password
            .iter()
            .map(|password| password.hash.as_str())
            .chain(self.password_history.iter().map(String::as_str))
            .take(size)
    }

    /// Whether the user still has the temporary password of `lifetime` milliseconds and it is too old at `now`.
    pub fn temporary_password_expired(&self, lifetime: i64, now: Timestamp) -> bool {
        self.status == UserStatusType::ForceChangePassword
            && self
                .password
                .as_ref()
                .is_some_and(|password| password.set_at.millis() + lifetime <= now.millis())
    }

    /// Whether the user may be confirmed, and the refusal if not.
    pub fn check_confirmable(&self) -> Result<()> {
        if self.status == UserStatusType::Unconfirmed {
            Ok(())
        } else {
            Err(Error::NotConfirmable(self.status))
        }
    }

    /// Marks `attribute` verified, with the value that was proved.
    pub fn verify(&mut self, attribute: VerifiedAttributeType, value: &str, now: Timestamp) {
        self.attributes.set(attribute.as_str(), value);
        self.attributes.set(verified_name(attribute), "true");
        self.pending.remove(attribute.as_str());
        self.modified_at = now;
    }

    /// Whether the user still has the password that they had as `other`, or still none.
    pub fn has_password_of(&self, other: &Self) -> bool {
        let set_at = |user: &Self| user.password.as_ref().map(|password| password.set_at);
        set_at(self) == set_at(other)
    }

    /// Adds to a change of this user what was written of their attributes since they were `before`. Whether it could be
    /// added: nothing else was written, and nothing that this change writes, too.
    pub fn add_written(&mut self, before: &Self, written: &Self) -> bool {
        let without_attributes = |user: &Self| Self {
            attributes: Attributes::default(),
            pending: BTreeMap::new(),
            modified_at: before.modified_at,
            version: before.version,
            ..user.clone()
        };
        if without_attributes(before) != without_attributes(written) {
            return false;
        }
        let names: BTreeSet<&str> = before.attributes.names().chain(written.attributes.names()).collect();
        let is_written = |name: &&str| before.attributes.get(name) != written.attributes.get(name);
        for name in names.into_iter().filter(is_written) {
            if self.attributes.get(name) != before.attributes.get(name) {
                return false;
            }
            match written.attributes.get(name) {
                Some(value) => self.attributes.set(name, value),
                None => self.attributes.remove(name),
            }
        }
        if before.pending != written.pending {
            if self.pending != before.pending {
                return false;
            }
            self.pending.clone_from(&written.pending);
        }
        self.modified_at = self.modified_at.max(written.modified_at);
        self.version = written.version;
        true
    }

    /// The user as ListUsers and AdminCreateUser return it.
    pub fn describe(&self) -> UserType {
        UserType {
            username: Some(self.username.clone()),
            attributes: Some(self.attributes.to_list()),
            user_create_date: Some(self.created_at),
            user_last_modified_date: Some(self.modified_at),
            enabled: Some(self.enabled),
            user_status: Some(self.status),
            mfa_options: self.mfa.options(),
        }
    }

    /// The user as [`User::describe`], with only the `wanted` attributes, all of which they must have.
    pub fn describe_only(&self, wanted: &[String]) -> Result<UserType> {
        if wanted.iter().any(|name| self.attributes.given(name).is_none()) {
            return Err(Error::invalid_parameter(
                "One or more requested attributes do not exist.",
            ));
        }
        let mut description = self.describe();
        if let Some(attributes) = description.attributes.as_mut() {
            attributes.retain(|attribute| wanted.contains(&attribute.name));
        }
        Ok(description)
    }

    /// The user as AdminGetUser returns it.
    pub fn describe_to_admin(&self) -> AdminGetUserResponse {
        AdminGetUserResponse {
            username: self.username.clone(),
            user_attributes: Some(self.attributes.to_list()),
            user_create_date: Some(self.created_at),
            user_last_modified_date: Some(self.modified_at),
            enabled: Some(self.enabled),
            user_status: Some(self.status),
            mfa_options: self.mfa.options(),
            preferred_mfa_setting: self.mfa.preferred_setting(),
            user_mfa_setting_list: self.mfa.setting_list(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    /// A user at this version, whose name and nickname are these.
    fn user(version: i64, name: &str, nickname: Option<&str>) -> User {
        let mut attributes: Attributes = [("name", name)].into_iter().collect();
        if let Some(nickname) = nickname {
            attributes.set("nickname", nickname);
        }
        let user = from_value(json!({
            "pool_id": "p_1", "username": "alice", "sub": "s", "status": "UNCONFIRMED", "enabled": true,
            "attributes": attributes, "created_at": 0, "modified_at": 0,
        }));
        User {
            modified_at: Timestamp::from_millis(version),
            version,
            ..user.unwrap()
        }
    }

    #[test]
    fn attributes_that_were_written_meanwhile_join_a_change() {
        let before = user(1, "Alice", Some("al"));
        for nickname in [None, Some("al"), Some("ali")] {
            let mut changed = user(1, "Alicia", Some("al"));
            changed.status = UserStatusType::Confirmed;
            assert!(changed.add_written(&before, &user(2, "Alice", nickname)));
            let mut expected = user(2, "Alicia", nickname);
            expected.status = UserStatusType::Confirmed;
            assert_eq!(changed, expected);
        }
    }

    #[test]
    fn what_both_wrote_does_not_join() {
        let before = user(1, "Alice", None);
        let mut changed = user(1, "Alicia", None);
        assert!(!changed.add_written(&before, &user(2, "Al", None)));
        let mut waiting = user(2, "Alice", None);
        waiting.pending.insert("email".into(), "a@example.com".into());
        assert!(changed.clone().add_written(&before, &waiting));
        changed.pending.insert("email".into(), "b@example.com".into());
        assert!(!changed.add_written(&before, &waiting));
    }

    #[test]
    fn what_is_no_attribute_does_not_join() {
        let before = user(1, "Alice", None);
        let disabled = User {
            enabled: false,
            ..user(2, "Alice", None)
        };
        let confirmed = User {
            status: UserStatusType::Confirmed,
            ..user(2, "Alice", None)
        };
        let reset = User {
            password_history: vec!["hash".into()],
            ..user(2, "Alice", None)
        };
        for written in [disabled, confirmed, reset] {
            assert!(!user(1, "Alicia", None).add_written(&before, &written));
        }
    }
}
