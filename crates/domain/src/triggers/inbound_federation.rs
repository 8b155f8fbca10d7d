//! InboundFederation: changes what an identity provider says of a user before it is mapped to attributes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Request;

/// The `request` of InboundFederation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InboundFederationRequest {
    pub provider_name: String,
    pub provider_type: String,
    pub attributes: ProviderAttributes,
}

/// What the identity provider said, by where it said it.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderAttributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_response: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_info: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saml_response: Option<Map<String, Value>>,
}

/// The `response` of InboundFederation.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InboundFederationResponse {
    /// What is mapped instead; nothing changes when it is empty.
    pub user_attributes_to_map: Map<String, Value>,
}

impl Request for InboundFederationRequest {
    const TRIGGER: &'static str = "InboundFederation";
    type Response = InboundFederationResponse;
}
