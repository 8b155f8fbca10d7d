//! Sessions of users: the sign-ins that a pool keeps track of, how many there may be, and for how long managed login
//! lets a session be used again.

use poolhouse_model::{
    ClientSSOSessionConfigType, SessionDescriptionType, SessionTypeType, Timestamp, UserPoolTierType,
    UserPoolTokenSessionConfigType, UserSessionTrackingType,
};
use serde::{Deserialize, Serialize};

use crate::clients::Client;
use crate::pools::{Pool, tier_lacks};
use crate::{Error, Result};

/// What the ids of token sessions begin with.
pub const TOKEN_SESSION_PREFIX: &str = "tkn";
/// What the ids of SSO sessions begin with.
pub const SSO_SESSION_PREFIX: &str = "sso";
/// How many characters of `[a-z0-9]` follow.
pub const SESSION_ID_LENGTH: usize = 25;

/// How many token sessions a user can have when nobody says.
const MAX_PER_USER: i32 = 20;
/// For how many minutes an app client uses an SSO session again when nobody says.
const SSO_VALIDITY_MINUTES: i32 = 60;
/// What the device of a session is called that doesn't say what it is.
const UNKNOWN_DEVICE: &str = "unknown";

/// Whether a pool keeps track of its users' sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionTracking {
    pub tracking: UserSessionTrackingType,
    pub token_session: UserPoolTokenSessionConfigType,
}

impl Default for SessionTracking {
    fn default() -> Self {
        Self {
            tracking: UserSessionTrackingType::Disabled,
            token_session: UserPoolTokenSessionConfigType {
                max_per_user: MAX_PER_USER,
            },
        }
    }
}

/// The session that a sign-in begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenSession {
    /// `tkn` and 25 characters of `[a-z0-9]`.
    pub id: String,
    /// How many sessions the user may have with this one: it ends the least recently used beyond.
    pub max_per_user: i32,
    pub began: Activity,
    /// The SSO session that it came through, if it came through managed login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

/// What a request shows of the session that it belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// The operating system and the browser or app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_type: Option<String>,
}

/// A session that has not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct UserSession {
    pub id: String,
    pub kind: SessionKind,
    pub client_id: String,
    pub created_at: Timestamp,
    pub last_activity: Activity,
}

/// What a session is of.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionKind {
    /// Of the tokens of one sign-in.
    Token {
        /// The authentication event of the tokens.
        event_id: String,
        /// The SSO session that it came through.
        origin: Option<String>,
    },
    /// Of a browser that is signed in to managed login.
    Sso,
}

impl UserSession {
    /// The entry of ListUserSessions, for a caller whose access token is of the event `current`.
    ///
    /// Locations are unknown: no database of addresses is asked.
    pub fn describe(&self, current: Option<&str>) -> SessionDescriptionType {
        let Activity {
            at,
            ip_address,
            device_type,
        } = self.last_activity.clone();
        let (session_type, origin_session_id) = match &self.kind {
            SessionKind::Token { origin, .. } => (SessionTypeType::Token, origin.clone()),
            SessionKind::Sso => (SessionTypeType::Sso, None),
        };
        SessionDescriptionType {
            session_id: Some(self.id.clone()),
            session_type: Some(session_type),
            client_id: Some(self.client_id.clone()),
            create_date: Some(self.created_at),
            last_active_date: Some(at),
            device_type: Some(device_type.unwrap_or_else(|| UNKNOWN_DEVICE.to_owned())),
            last_ip_address: ip_address,
            last_location: None,
            origin_session_id,
            is_current_session: Some(self.is_of(current)),
        }
    }

    /// Whether it is the session of the tokens of the event `current`.
    pub fn is_of(&self, current: Option<&str>) -> bool {
        match &self.kind {
            SessionKind::Token { event_id, .. } => current == Some(event_id),
            SessionKind::Sso => false,
        }
    }
}

impl Pool {
    /// Whether sign-ins begin sessions.
    pub fn tracks_sessions(&self) -> bool {
        self.sessions.tracking == UserSessionTrackingType::Enabled
    }

    /// Refuses what can't be done without sessions.
    pub fn check_tracks_sessions(&self) -> Result<()> {
        if self.tracks_sessions() {
            Ok(())
        } else {
            Err(Error::SessionTrackingDisabled)
        }
    }

    /// Replaces the settings of sessions. What app clients say of theirs stays, also while nobody keeps track.
    pub fn set_session_tracking(&mut self, sessions: SessionTracking, now: Timestamp) -> Result<()> {
        self.check_sessions_in_tier()?;
        self.sessions = sessions;
        self.settings.last_modified_date = Some(now);
        Ok(())
    }

    /// Refuses a feature plan without sessions for a pool that keeps track of them.
    pub(crate) fn check_tracking_in_tier(&self) -> Result<()> {
        if self.tracks_sessions() {
            self.check_sessions_in_tier()
        } else {
            Ok(())
        }
    }

    fn check_sessions_in_tier(&self) -> Result<()> {
        if self.tier() == UserPoolTierType::Lite {
            Err(tier_lacks("Session tracking"))
        } else {
            Ok(())
        }
    }
}

impl Client {
    /// For how long managed login uses a session again without asking the user.
    pub fn sso_session_configuration(&self) -> ClientSSOSessionConfigType {
        self.sso_session.clone().unwrap_or(ClientSSOSessionConfigType {
            max_validity_minutes: SSO_VALIDITY_MINUTES,
        })
    }

    /// Replaces the settings of SSO sessions, in a pool that keeps track of sessions.
    pub fn set_sso_session(
        &mut self,
        pool: &Pool,
        configuration: ClientSSOSessionConfigType,
        now: Timestamp,
    ) -> Result<()> {
        pool.check_sessions_in_tier()?;
        pool.check_tracks_sessions()?;
        self.sso_session = Some(configuration);
        self.settings.last_modified_date = Some(now);
        Ok(())
    }
}
