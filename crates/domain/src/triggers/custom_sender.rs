//! CustomEmailSender and CustomSMSSender: send the code of a message instead of the service.

use serde::Serialize;

use super::{Metadata, NoResponse, Request};

/// The `request` of CustomEmailSender.
#[derive(Debug, Serialize)]
pub struct CustomEmailSenderRequest(pub SenderRequest);

/// The `request` of CustomSMSSender.
#[derive(Debug, Serialize)]
pub struct CustomSmsSenderRequest(pub SenderRequest);

/// What both senders receive.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SenderRequest {
    /// The version of the request: `customEmailSenderRequestV1` or `customSMSSenderRequestV1`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The code or the temporary password, encrypted, in base64.
    pub code: String,
    pub client_metadata: Metadata,
    pub user_attributes: Metadata,
}

impl Request for CustomEmailSenderRequest {
    const TRIGGER: &'static str = "CustomEmailSender";
    type Response = NoResponse;
}

impl Request for CustomSmsSenderRequest {
    const TRIGGER: &'static str = "CustomSMSSender";
    type Response = NoResponse;
}
