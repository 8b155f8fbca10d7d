//! What a sign-in leaves behind: the family of its refresh tokens, and the session between two challenges.

use poolhouse_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::mfa::Factor;
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
    /// Counts the writes; a writer that saw an older version loses.
    #[serde(skip)]
    pub version: i64,
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
    pub sub: String,
    pub client_id: String,
    /// The names by which the user may be called in the answer: as typed at the start, and as USER_ID_FOR_SRP.
    pub names: Vec<String>,
    /// When the password was set that began the sign-in; setting another ends it.
    pub password_set_at: Option<Timestamp>,
    pub step: Step,
    /// The code that was sent for this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<SentCode>,
    /// The sealed secret of an authenticator app that this sign-in sets up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_secret: Option<String>,
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

/// The challenge that a session waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Step {
    NewPasswordRequired,
    /// This second factor.
    Factor(Factor),
    SelectMfaType,
    MfaSetup,
    /// An authenticator app was set up, which MFA_SETUP has to be told.
    MfaSetupDone,
}
