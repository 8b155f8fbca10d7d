//! A device that somebody signs in from: what it keeps, and how it proves itself.

#![expect(clippy::expect_used, reason = "a sign-in that names no device fails the test")]

use serde_json::{Value, json};

use crate::actors::merge;
use crate::srp::SrpClient;

/// A device as its client remembers it.
#[derive(Clone, Debug)]
pub struct Device {
    pub key: String,
    pub group_key: String,
    /// What the client has made up for it.
    pub password: String,
}

impl Device {
    /// The new device that a finished sign-in names.
    pub fn of(output: &Value) -> Self {
        let text = |pointer: &str| {
            let member = output.pointer(&format!("/AuthenticationResult/NewDeviceMetadata/{pointer}"));
            member.and_then(Value::as_str).expect("a new device").to_owned()
        };
        let key = text("DeviceKey");
        Self {
            password: format!("the password of {key}"),
            group_key: text("DeviceGroupKey"),
            key,
        }
    }

    /// The `DeviceSecretVerifierConfig` with which it is confirmed.
    pub fn verifier(&self) -> Value {
        let identity = (self.group_key.as_str(), self.key.as_str());
        let (salt, verifier) = SrpClient::default().verifier(identity, &self.password, &[0xab; 16]);
        json!({ "Salt": salt, "PasswordVerifier": verifier })
    }

    /// The responses to DEVICE_SRP_AUTH.
    pub fn srp_a(&self, username: &str) -> Value {
        json!({ "USERNAME": username, "DEVICE_KEY": self.key, "SRP_A": SrpClient::default().srp_a() })
    }

    /// The responses to DEVICE_PASSWORD_VERIFIER, whose parameters these are.
    pub fn proof(&self, username: &str, parameters: &Value, timestamp: &str) -> Value {
        let identity = (self.group_key.as_str(), self.key.as_str());
        let claim = SrpClient::default().claim(identity, &self.password, parameters, timestamp);
        merge(claim, json!({ "USERNAME": username, "DEVICE_KEY": self.key }))
    }
}
