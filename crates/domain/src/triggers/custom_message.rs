//! CustomMessage: words a message instead of the pool's template.

use serde::{Deserialize, Serialize};

use super::{Metadata, Request};

/// The `request` of CustomMessage.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomMessageRequest {
    pub user_attributes: Metadata,
    /// Stands for the code, or for the temporary password, in the function's texts.
    pub code_parameter: &'static str,
    /// Stands for the link that confirms, where the pool confirms by link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_parameter: Option<&'static str>,
    /// Stands for the username in invitations.
    pub username_parameter: Option<&'static str>,
    pub client_metadata: Metadata,
}

/// The `response` of CustomMessage; what is absent is worded by the pool's template.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CustomMessageResponse {
    pub sms_message: Option<String>,
    pub email_message: Option<String>,
    pub email_subject: Option<String>,
}

impl Request for CustomMessageRequest {
    const TRIGGER: &'static str = "CustomMessage";
    type Response = CustomMessageResponse;
}
