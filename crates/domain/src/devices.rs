//! Devices that users have signed in with: confirmed, remembered, forgotten.

use poolhouse_model::{AttributeType, DeviceRememberedStatusType, DeviceType, Timestamp};
use serde::{Deserialize, Serialize};

use crate::attributes::Attributes;
use crate::pools::Pool;
use crate::{Error, Result};

/// The length of a device group key after its hyphen.
pub const GROUP_KEY_LENGTH: usize = 8;

/// How a device is called: what signing in with an unknown one gives, and what the client keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceIdentity {
    /// The device key, `<region>_<UUID>`.
    pub key: String,
    /// The device group key, which stands for the pool's name in the device's proof by SRP.
    pub group_key: String,
}

/// A device that a user has confirmed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Device {
    pub pool_id: String,
    pub sub: String,
    pub identity: DeviceIdentity,
    /// Whether it may sign in as a device.
    pub is_remembered: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Salt and SRP verifier of the device's password, under seal; a device without one is only kept track of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_verifier: Option<String>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    /// When it was last signed in with, and from which address; stored apart.
    #[serde(skip)]
    pub authenticated_at: Timestamp,
    #[serde(skip)]
    pub last_ip_used: Option<String>,
    /// Counts the writes; a writer that saw an older version loses.
    #[serde(skip)]
    pub version: i64,
}

impl Device {
    /// Whether the device proves itself by SRP before tokens are given.
    pub fn signs_in(&self) -> bool {
        self.is_remembered && self.sealed_verifier.is_some()
    }

    /// Remembers the device, or stops to.
    pub fn set_status(&mut self, status: Option<DeviceRememberedStatusType>, now: Timestamp) {
        if let Some(status) = status {
            self.is_remembered = status == DeviceRememberedStatusType::Remembered;
        }
        self.modified_at = now;
    }

    /// The device as GetDevice returns it.
    pub fn describe(&self) -> DeviceType {
        let status = if self.is_remembered {
            DeviceRememberedStatusType::Remembered
        } else {
            DeviceRememberedStatusType::NotRemembered
        };
        let attributes: Vec<AttributeType> = [
            ("device_status", Some("valid")),
            ("device_name", self.name.as_deref()),
            ("last_ip_used", self.last_ip_used.as_deref()),
            ("dev:device_remembered_status", Some(status.as_str())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect::<Attributes>()
        .to_list();
        DeviceType {
            device_key: Some(self.identity.key.clone()),
            device_attributes: Some(attributes),
            device_create_date: Some(self.created_at),
            device_last_modified_date: Some(self.modified_at),
            device_last_authenticated_date: Some(self.authenticated_at),
        }
    }
}

impl Pool {
    /// Refuses what concerns devices where the pool doesn't keep track of them.
    pub fn check_tracks_devices(&self) -> Result<()> {
        if self.tracks_devices() {
            Ok(())
        } else {
            Err(Error::DeviceTrackingDisabled)
        }
    }

    /// Whether a device is remembered only when its user says so.
    pub fn remembers_devices_on_prompt(&self) -> bool {
        self.device_setting(|configuration| configuration.device_only_remembered_on_user_prompt)
    }

    /// Whether a remembered device stands for the second factor.
    pub fn devices_replace_mfa(&self) -> bool {
        self.device_setting(|configuration| configuration.challenge_required_on_new_device)
    }

    fn device_setting(&self, setting: impl Fn(&poolhouse_model::DeviceConfigurationType) -> Option<bool>) -> bool {
        self.settings
            .device_configuration
            .as_ref()
            .and_then(setting)
            .unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn device(name: Option<&str>, last_ip_used: Option<&str>) -> Device {
        Device {
            pool_id: "us-east-1_AbC123xYz".into(),
            sub: "1-2".into(),
            identity: DeviceIdentity {
                key: "us-east-1_1-2".into(),
                group_key: "-group".into(),
            },
            is_remembered: true,
            name: name.map(Into::into),
            sealed_verifier: Some("sealed".into()),
            created_at: at(1),
            modified_at: at(2),
            authenticated_at: at(3),
            last_ip_used: last_ip_used.map(Into::into),
            version: 1,
        }
    }

    fn described(device: &Device) -> Vec<(String, String)> {
        let attributes = device.describe().device_attributes.unwrap();
        attributes
            .into_iter()
            .map(|attribute| (attribute.name, attribute.value.unwrap()))
            .collect()
    }

    #[test]
    fn a_device_is_described_by_what_is_known_of_it() {
        let full = described(&device(Some("Laptop"), Some("203.0.113.7")));
        for (name, value) in [
            ("device_status", "valid"),
            ("device_name", "Laptop"),
            ("last_ip_used", "203.0.113.7"),
            ("dev:device_remembered_status", "remembered"),
        ] {
            assert!(full.contains(&(name.into(), value.into())), "{name}: {full:?}");
        }
        assert_eq!(full.len(), 4);
        let sparse = described(&device(None, None));
        assert_eq!(sparse.len(), 2);
        let dates = device(None, None).describe();
        assert_eq!(dates.device_create_date, Some(at(1)));
        assert_eq!(dates.device_last_modified_date, Some(at(2)));
        assert_eq!(dates.device_last_authenticated_date, Some(at(3)));
    }

    #[test]
    fn only_a_remembered_device_with_a_verifier_signs_in() {
        let mut device = device(None, None);
        assert!(device.signs_in());
        device.set_status(Some(DeviceRememberedStatusType::NotRemembered), at(4));
        assert!(!device.signs_in());
        assert_eq!(device.modified_at, at(4));
        device.set_status(None, at(5));
        assert!(!device.is_remembered);
        device.set_status(Some(DeviceRememberedStatusType::Remembered), at(6));
        assert!(device.signs_in());
        device.sealed_verifier = None;
        assert!(!device.signs_in());
    }
}
