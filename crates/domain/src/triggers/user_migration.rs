//! UserMigration: tells of a user who is known somewhere else.

use poolhouse_model::{DeliveryMediumType, Secret};
use serde::{Deserialize, Serialize};

use super::{Metadata, Request};

/// The `request` of UserMigration.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserMigrationRequest {
    /// What the user typed; absent where a password was forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    pub validation_data: Metadata,
    pub client_metadata: Metadata,
}

/// The `response` of UserMigration.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UserMigrationResponse {
    /// The user; nobody when absent.
    pub user_attributes: Option<Metadata>,
    pub final_user_status: Option<FinalUserStatus>,
    pub message_action: Option<MessageAction>,
    /// By SMS when absent.
    pub desired_delivery_mediums: Option<Vec<DeliveryMediumType>>,
    pub force_alias_creation: Option<bool>,
    #[serde(rename = "enableSMSMFA")]
    pub enable_sms_mfa: Option<bool>,
}

/// The status that a migrated user begins with.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FinalUserStatus {
    /// With the password that they typed.
    Confirmed,
    /// With a password to be reset.
    #[default]
    ResetRequired,
}

/// What becomes of the message that welcomes a migrated user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MessageAction {
    Suppress,
}

impl Request for UserMigrationRequest {
    const TRIGGER: &'static str = "UserMigration";
    type Response = UserMigrationResponse;
}
