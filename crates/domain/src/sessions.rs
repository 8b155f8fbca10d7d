//! What a sign-in leaves behind: the family of its refresh tokens, and the session between two challenges.

use poolhouse_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::assurance::Methods;
use crate::devices::DeviceIdentity;
use crate::mfa::Factor;
use crate::oauth::Grant;
use crate::sign_in::Progress;
use crate::tokens::ADMIN_SCOPE;
use crate::user_sessions::TokenSession;

/// The tokens that one sign-in gave: while the family stands, its refresh token works and its access tokens are not
/// revoked. Signing out, revoking and disabling delete it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefreshFamily {
    pub pool_id: String,
    /// The authentication event; every token of the family carries it as `event_id`.
    pub event_id: String,
    /// The first token of the family; every token carries it as `origin_jti` when the client revokes tokens.
    pub origin_jti: String,
    pub sub: String,
    pub client_id: String,
    /// When the user proved who they are.
    pub authenticated_at: Timestamp,
    /// When the last refresh token of the family ends; a refresh doesn't move it.
    pub expires_at: Timestamp,
    /// Keyed hash of the secret in the current refresh token.
    pub secret_hash: String,
    /// The secret before the last rotation, which still works until the grace period ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated: Option<Rotated>,
    /// The session that the sign-in began, in a pool that keeps track of sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<TokenSession>,
    /// The device that it came from, in a pool that keeps track of devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceIdentity>,
    /// What the user proved themselves by.
    #[serde(default, skip_serializing_if = "Methods::is_empty")]
    pub methods: Methods,
    /// Whether a level of assurance was asked for, so that tokens tell it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tells_level: bool,
    /// What was granted, where the sign-in came through the OAuth endpoints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth: Option<Grant>,
    /// Counts the writes; a writer that saw an older version loses.
    #[serde(skip)]
    pub version: i64,
}

impl RefreshFamily {
    /// The scopes of its access tokens: those that were granted, and by a sign-in through the API the one that lets call
    /// the operations of users.
    pub fn scopes(&self) -> Vec<String> {
        match &self.oauth {
            None => vec![ADMIN_SCOPE.to_owned()],
            Some(grant) => grant.scopes.clone(),
        }
    }
}

/// A refresh token that rotation replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rotated {
    pub secret_hash: String,
    pub at: Timestamp,
}

/// What a refresh token holds under its seal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefreshTokenPayload {
    pub pool_id: String,
    pub event_id: String,
    pub client_id: String,
    pub sub: String,
    /// Random; only its keyed hash is stored.
    pub secret: String,
}

/// The state of a sign-in between two challenges.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthSession {
    pub id: String,
    pub pool_id: String,
    pub expires_at: Timestamp,
    pub state: AuthSessionState,
}

/// What the next answer must continue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthSessionState {
    /// None when the name that was typed belongs to nobody: no answer leads any further.
    pub sub: Option<String>,
    pub client_id: String,
    pub progress: Progress,
    /// When the password was set that the user has; setting another ends the sign-in.
    pub password_set_at: Option<Timestamp>,
    pub step: Step,
    /// The code that was sent for this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<SentCode>,
    /// The sealed secret of an authenticator app that this sign-in sets up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_secret: Option<String>,
    /// What the answer of a passkey is checked against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey_request: Option<serde_json::Value>,
    /// How far the functions of the pool have come with this sign-in, sealed and bound to the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom: Option<String>,
    /// The session that this one only leads to: a device's newest, for clients that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads_to: Option<String>,
}

/// A code that a step of a sign-in waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SentCode {
    /// Keyed hash of the digits, bound to the session.
    pub hash: String,
    /// The address or number that it went to.
    pub destination: String,
    /// Whether it sets up a factor that the user doesn't have yet.
    pub sets_up: bool,
}

/// Guesses of a code that a session has.
pub const GUESSES_PER_SESSION: i64 = 5;

/// What a session waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Step {
    /// The choice of a first factor.
    SelectChallenge,
    /// The password, sent.
    Password,
    /// The password, proved by SRP.
    PasswordSrp,
    /// A code by e-mail or SMS as the first factor.
    OneTimeCode(Factor),
    /// A passkey.
    Passkey,
    NewPasswordRequired,
    /// The answer to a challenge of the pool's functions.
    CustomChallenge,
    /// The password, sent by an administrator.
    AdminPassword,
    /// The device's public value of SRP.
    DeviceSrp,
    /// The device's proof by SRP.
    DevicePasswordVerifier,
    /// This second factor.
    Factor(Factor),
    SelectMfaType,
    MfaSetup,
    /// An authenticator app was set up, which MFA_SETUP has to be told.
    MfaSetupDone,
    /// The confirmation of a sign-up, which it may go over into a sign-in.
    SignUp,
    /// The sign-in that a confirmed sign-up goes over into.
    SignUpConfirmed,
}
