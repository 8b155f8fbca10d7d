//! DefineAuthChallenge, CreateAuthChallenge and VerifyAuthChallengeResponse: sign-ins by challenges of one's own.

use poolhouse_model::ChallengeNameType;
use serde::{Deserialize, Serialize};

use super::{Metadata, Request};

/// A challenge that was answered in this sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChallengeResult {
    pub challenge_name: String,
    pub challenge_result: bool,
    /// What CreateAuthChallenge called the challenge.
    pub challenge_metadata: Option<String>,
}

/// The `request` of DefineAuthChallenge.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DefineAuthChallengeRequest {
    pub user_attributes: Metadata,
    /// The challenges so far, the first one first.
    pub session: Vec<ChallengeResult>,
    pub client_metadata: Metadata,
    pub user_not_found: bool,
}

/// The `response` of DefineAuthChallenge: what comes next.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DefineAuthChallengeResponse {
    pub challenge_name: Option<ChallengeNameType>,
    pub issue_tokens: Option<bool>,
    pub fail_authentication: Option<bool>,
}

impl Request for DefineAuthChallengeRequest {
    const TRIGGER: &'static str = "DefineAuthChallenge";
    type Response = DefineAuthChallengeResponse;
}

/// The `request` of CreateAuthChallenge.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateAuthChallengeRequest {
    pub user_attributes: Metadata,
    pub challenge_name: String,
    pub session: Vec<ChallengeResult>,
    pub client_metadata: Metadata,
    pub user_not_found: bool,
}

/// The `response` of CreateAuthChallenge: the challenge.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CreateAuthChallengeResponse {
    /// What the client is told.
    pub public_challenge_parameters: Option<Metadata>,
    /// What VerifyAuthChallengeResponse is told.
    pub private_challenge_parameters: Option<Metadata>,
    pub challenge_metadata: Option<String>,
}

impl Request for CreateAuthChallengeRequest {
    const TRIGGER: &'static str = "CreateAuthChallenge";
    type Response = CreateAuthChallengeResponse;
}

/// The `request` of VerifyAuthChallengeResponse.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyAuthChallengeRequest {
    pub user_attributes: Metadata,
    pub private_challenge_parameters: Metadata,
    pub challenge_answer: String,
    pub client_metadata: Metadata,
    pub user_not_found: bool,
}

/// The `response` of VerifyAuthChallengeResponse.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VerifyAuthChallengeResponse {
    pub answer_correct: Option<bool>,
}

impl Request for VerifyAuthChallengeRequest {
    const TRIGGER: &'static str = "VerifyAuthChallengeResponse";
    type Response = VerifyAuthChallengeResponse;
}
