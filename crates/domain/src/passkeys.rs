//! Passkeys: what a user has registered, and the site that it is good for.

use poolhouse_crypto::webauthn::{Credential, Known, Refusal, Registered, Registration, UserVerification};
use poolhouse_model::{
    AuthFactorType, Timestamp, UserVerificationType, WebAuthnCredentialDescription, WebAuthnFactorConfigurationType,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use url::Host;

use crate::pools::Pool;
use crate::users::User;
use crate::{Error, MINUTE, Result, domains};

/// The most passkeys that a user may have.
pub const PASSKEYS_PER_USER: usize = 20;
/// How long a registration that was started waits for its passkey, in milliseconds.
pub const REGISTRATION_LIFETIME: i64 = 5 * MINUTE;
/// The only relying party whose name has no dot: developers' own machine.
const LOCALHOST: &str = "localhost";

/// A passkey of a user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Passkey {
    pub pool_id: String,
    pub sub: String,
    /// The id of the credential in base64url.
    pub credential_id: String,
    pub friendly_name: String,
    pub relying_party_id: String,
    /// `platform` or `cross-platform`, as the client said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<String>,
    pub transports: Vec<String>,
    /// What verifies it.
    pub credential: Credential,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// Counts the writes; a writer that saw an older version loses.
    #[serde(skip)]
    pub version: i64,
}

impl Passkey {
    /// The passkey that `user` registered at `relying_party_id`.
    pub fn new(user: &User, relying_party_id: &str, registered: Registered, now: Timestamp) -> Self {
        Self {
            pool_id: user.pool_id.clone(),
            sub: user.sub.clone(),
            credential_id: registered.credential.id(),
            friendly_name: friendly_name(registered.attachment.as_deref(), &registered.transports, now),
            relying_party_id: relying_party_id.to_owned(),
            attachment: registered.attachment,
            transports: registered.transports,
            credential: registered.credential,
            created_at: now,
            last_used_at: None,
            version: 0,
        }
    }

    /// The passkey as the operations list it.
    pub fn describe(&self) -> WebAuthnCredentialDescription {
        WebAuthnCredentialDescription {
            credential_id: self.credential_id.clone(),
            friendly_credential_name: self.friendly_name.clone(),
            relying_party_id: self.relying_party_id.clone(),
            authenticator_attachment: self.attachment.clone(),
            authenticator_transports: self.transports.clone(),
            created_at: self.created_at,
        }
    }

    /// The passkey as options name it.
    pub fn known(&self) -> Known<'_> {
        Known {
            id: &self.credential_id,
            transports: &self.transports,
        }
    }

    /// What orders the passkeys of a user: the oldest first.
    pub fn position(&self) -> String {
        format!("{:015} {}", self.created_at.millis(), self.credential_id)
    }
}

/// A registration that waits for its passkey; a user has at most one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasskeyRegistration {
    pub pool_id: String,
    pub sub: String,
    /// Tells it from the one that replaces it.
    pub id: String,
    /// The app client whose access token started it.
    pub client_id: String,
    pub expires_at: Timestamp,
    pub state: Registration,
}

impl PasskeyRegistration {
    /// Refuses a registration that is over, or another client's.
    pub fn check(&self, client_id: &str, now: Timestamp) -> Result<()> {
        if self.expires_at <= now {
            Err(Error::PasskeyChallengeNotFound)
        } else if self.client_id != client_id {
            Err(Error::PasskeyClientMismatch)
        } else {
            Ok(())
        }
    }
}

/// Refuses one more passkey than `count`, if that is too many.
pub fn check_room(count: usize) -> Result<()> {
    if count < PASSKEYS_PER_USER {
        Ok(())
    } else {
        Err(Error::LimitExceeded(
            format!("A user can have {PASSKEYS_PER_USER} passkeys at most.").into(),
        ))
    }
}

/// The situation in which a registration is refused.
impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Malformed => Self::invalid_parameter("Invalid credential."),
            Refusal::ChallengeMismatch => Self::PasskeyChallengeNotFound,
            Refusal::OriginNotAllowed => Self::PasskeyOriginNotAllowed,
            Refusal::RelyingPartyMismatch => Self::RelyingPartyMismatch,
            Refusal::UserNotVerified | Refusal::NotSupported | Refusal::NotProved => Self::PasskeyNotSupported,
        }
    }
}

impl Pool {
    /// Whether users may register passkeys and sign in by them.
    pub fn offers_passkeys(&self) -> bool {
        self.first_auth_factors().contains(&AuthFactorType::WebAuthn)
    }

    /// Whether a passkey that verifies its user can be all factors at once.
    pub fn passkeys_are_mfa(&self) -> bool {
        let configuration = self.factors.web_authn.as_ref();
        configuration.and_then(|configuration| configuration.factor_configuration)
            == Some(WebAuthnFactorConfigurationType::MultiFactorWithUserVerification)
    }

    /// The domain that passkeys are registered at: the configured one, else `host`, at which the pool's domain answers.
    pub fn relying_party_id<'a>(&'a self, host: Option<&'a str>) -> Option<&'a str> {
        let configuration = self.factors.web_authn.as_ref();
        configuration
            .and_then(|configuration| configuration.relying_party_id.as_deref())
            .or(host)
    }

    /// The domain for which passkeys can be registered and used now.
    pub fn usable_relying_party<'a>(&'a self, host: Option<&'a str>) -> Result<&'a str> {
        if self.offers_passkeys() {
            self.relying_party_id(host).ok_or(Error::RelyingPartyMissing)
        } else {
            Err(Error::PasskeysNotEnabled)
        }
    }

    /// Whether authenticators must verify who uses them. Passkeys that are all factors at once always do.
    pub fn passkey_user_verification(&self) -> UserVerification {
        let configuration = self.factors.web_authn.as_ref();
        let asked = configuration.and_then(|configuration| configuration.user_verification);
        if asked == Some(UserVerificationType::Required) || self.passkeys_are_mfa() {
            UserVerification::Required
        } else {
            UserVerification::Preferred
        }
    }

    /// Refuses a relying party id that no browser would take: it must be a domain in lower case.
    pub(crate) fn check_relying_party(&self) -> Result<()> {
        let configuration = self.factors.web_authn.as_ref();
        let Some(id) = configuration.and_then(|configuration| configuration.relying_party_id.as_deref()) else {
            return Ok(());
        };
        let is_domain = matches!(Host::parse(id), Ok(Host::Domain(domain)) if domain == id);
        let is_complete = id == LOCALHOST || id.contains('.');
        if is_domain && is_complete && domains::is_host_name(id) {
            Ok(())
        } else {
            Err(Error::invalid_parameter("Invalid relying party ID."))
        }
    }
}

/// A name by which people tell their passkeys apart: the kind of authenticator, and the day.
fn friendly_name(attachment: Option<&str>, transports: &[String], now: Timestamp) -> String {
    let by = |transport: &str| transports.iter().any(|known| known == transport);
    let kind = match attachment {
        Some("platform") => "Passkey of this device",
        _ if by("hybrid") => "Passkey of a phone",
        _ if by("usb") || by("nfc") || by("ble") || by("smart-card") => "Security key",
        _ => "Passkey",
    };
    match OffsetDateTime::from_unix_timestamp(now.seconds()) {
        Ok(day) => format!("{kind}, {}", day.date()),
        Err(_) => kind.to_owned(),
    }
}

#[cfg(test)]
#[path = "passkeys_tests.rs"]
mod tests;
