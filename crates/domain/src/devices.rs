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
    /// The address of its last sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_ip_used: Option<String>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    pub authenticated_at: Timestamp,
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
