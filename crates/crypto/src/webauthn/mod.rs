//! Registering passkeys and proving their possession, after the Web Authentication standard, level 3.
//!
//! The library parses and verifies; what it leaves to its caller stands here: which origins belong to a relying party,
//! that the answer is of the user who was asked, and that nothing is taken from a frame of another site.
//!
//! Challenges are 32 bytes that the library draws from the operating system itself: it takes none from
//! [`Entropy`](crate::entropy::Entropy).

mod origin;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::error::WebauthnError;
use webauthn_rs_core::proto::{
    self, AuthenticationState, COSEAlgorithm, PublicKeyCredential, RegisterPublicKeyCredential, RegistrationState,
    UserVerificationPolicy,
};

/// The signatures that a passkey may make: ECDSA over P-256 and RSASSA-PKCS1-v1_5, both with SHA-256.
const ALGORITHMS: [COSEAlgorithm; 2] = [COSEAlgorithm::ES256, COSEAlgorithm::RS256];
/// The only type of credential there is.
const PUBLIC_KEY: &str = "public-key";
/// The longest id of a credential that the standard allows, in bytes.
const CREDENTIAL_ID_LENGTH: usize = 1023;
/// The longest binary member of an answer that is looked at, in bytes; real ones are a tenth of it.
const MEMBER_LENGTH: usize = 64 * 1024;
/// The transports that the standard knows.
const TRANSPORTS: [&str; 6] = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];
/// The attachments that the standard knows.
const ATTACHMENTS: [&str; 2] = ["platform", "cross-platform"];

/// Why an answer was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not in the form of the standard.
    #[error("the credential is malformed")]
    Malformed,
    /// It answers another challenge.
    #[error("the credential answers another challenge")]
    ChallengeMismatch,
    /// It was made on a page that doesn't belong to the relying party.
    #[error("the origin does not belong to the relying party")]
    OriginNotAllowed,
    /// It was made for another relying party.
    #[error("the credential belongs to another relying party")]
    RelyingPartyMismatch,
    /// The authenticator didn't verify who uses it.
    #[error("the user was not verified")]
    UserNotVerified,
    /// The authenticator, its attestation or its algorithm can't be used.
    #[error("the authenticator is not supported")]
    NotSupported,
    /// It proves nothing: a wrong signature, another user's, or a counter that went back.
    #[error("the credential proves nothing")]
    NotProved,
}

impl From<WebauthnError> for Refusal {
    fn from(error: WebauthnError) -> Self {
        tracing::debug!(%error, "a passkey is refused");
        match error {
            WebauthnError::InvalidClientDataType
            | WebauthnError::ParseBase64Failure(_)
            | WebauthnError::ParseCBORFailure(_)
            | WebauthnError::ParseJSONFailure(_)
            | WebauthnError::ParseNOMFailure
            | WebauthnError::ParseInsufficientBytesAvailable
            | WebauthnError::MissingAttestationCredentialData => Self::Malformed,
            WebauthnError::MismatchedChallenge => Self::ChallengeMismatch,
            WebauthnError::InvalidRPOrigin | WebauthnError::CredentialCrossOrigin => Self::OriginNotAllowed,
            WebauthnError::InvalidRPIDHash => Self::RelyingPartyMismatch,
            WebauthnError::UserNotVerified => Self::UserNotVerified,
            WebauthnError::AuthenticationFailure
            | WebauthnError::CredentialNotFound
            | WebauthnError::CredentialPossibleCompromise
            | WebauthnError::CredentialBackupEligibilityInconsistent
            | WebauthnError::SignatureInvalid
            | WebauthnError::UserNotPresent => Self::NotProved,
            _ => Self::NotSupported,
        }
    }
}

/// The options couldn't be made.
#[derive(Debug, thiserror::Error)]
pub enum OptionsError {
    #[error("the library makes no challenge")]
    Library(#[from] WebauthnError),
    #[error("the options are no JSON")]
    Json(#[from] serde_json::Error),
}

/// Whether the authenticator must know who uses it, by a PIN or biometrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserVerification {
    Required,
    /// Wanted, and demanded of passkeys that showed it when they were registered.
    Preferred,
}

impl From<UserVerification> for UserVerificationPolicy {
    fn from(wanted: UserVerification) -> Self {
        match wanted {
            UserVerification::Required => Self::Required,
            UserVerification::Preferred => Self::Preferred,
        }
    }
}

/// The user whom a passkey is to stand for.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// What the authenticator knows the user by, at most 64 bytes that tell nothing of them.
    pub handle: &'a [u8],
    /// What the authenticator shows.
    pub name: &'a str,
}

/// A passkey that may be named in options.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The id of the credential in base64url.
    pub id: &'a str,
    pub transports: &'a [String],
}

/// What verifies a passkey: its public key, its counter and what it was registered with. Nothing in it is secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Credential(proto::Credential);

impl Credential {
    /// The id of the credential in base64url.
    pub fn id(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0.cred_id)
    }
}

/// A registration that waits for its passkey, to be stored on the server and used once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Registration(RegistrationState);

/// A passkey that was registered, with the hints that its client gave.
#[derive(Debug, Clone)]
pub struct Registered {
    pub credential: Credential,
    /// `platform` or `cross-platform`.
    pub attachment: Option<String>,
    pub transports: Vec<String>,
}

/// A sign-in that waits for a passkey, to be stored on the server and used once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Authentication(AuthenticationState);

/// The answer of a passkey to a sign-in, not verified yet.
#[derive(Debug)]
pub struct Assertion(PublicKeyCredential);

impl Assertion {
    /// Reads an answer in the JSON form of the standard.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let answer: PublicKeyCredential = serde_json::from_str(text).map_err(|_| Refusal::Malformed)?;
        if answer.type_ == PUBLIC_KEY && answer.response.client_data_json.len() <= MEMBER_LENGTH {
            Ok(Self(answer))
        } else {
            Err(Refusal::Malformed)
        }
    }

    /// The id of the credential that answers, in base64url.
    pub fn credential_id(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0.raw_id)
    }
}

/// A passkey whose possession was proved.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Whether the authenticator verified who used it.
    pub user_verified: bool,
    /// Whether the passkey can't leave its device.
    pub device_bound: bool,
    /// The credential with its counter and its backup state as they are now, to be stored.
    pub credential: Credential,
}

/// The site that passkeys are registered at.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    id: String,
}

impl RelyingParty {
    /// The relying party with the domain `id`.
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned() }
    }

    /// Begins to register a passkey other than the `known` ones, which the client is asked to keep away from, and
    /// which waits for its user for `timeout`; answers the `PublicKeyCredentialCreationOptionsJSON` for it.
    pub fn start_registration<'a>(
        &self,
        account: Account<'_>,
        user_verification: UserVerification,
        known: impl IntoIterator<Item = Known<'a>>,
        timeout: Duration,
    ) -> Result<(Value, Registration), OptionsError> {
        let library = self.library(None, timeout);
        let builder = library
            .new_challenge_register_builder(account.handle, account.name, account.name)?
            .user_verification_policy(user_verification.into())
            .require_resident_key(true)
            .credential_algorithms(ALGORITHMS.to_vec());
        let (options, state) = library.generate_challenge_register(builder)?;
        let mut options = serde_json::to_value(options.public_key)?;
        set_descriptors(&mut options, "excludeCredentials", known);
        Ok((options, Registration(state)))
    }

    /// Verifies the `RegistrationResponseJSON` that a client made of the options.
    pub fn finish_registration(&self, state: &Registration, answer: &Value) -> Result<Registered, Refusal> {
        let response = RegisterPublicKeyCredential::deserialize(answer).map_err(|_| Refusal::Malformed)?;
        let members = [
            &response.response.attestation_object,
            &response.response.client_data_json,
        ];
        if response.type_ != PUBLIC_KEY || members.iter().any(|member| member.len() > MEMBER_LENGTH) {
            return Err(Refusal::Malformed);
        }
        let origin = self.check_client_data(&response.response.client_data_json)?;
        let library = self.library(Some(origin), Duration::ZERO);
        let credential = library.register_credential(&response, &state.0, None)?;
        if credential.cred_id != response.raw_id || credential.cred_id.len() > CREDENTIAL_ID_LENGTH {
            return Err(Refusal::Malformed);
        }
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let transports = answer.pointer("/response/transports").and_then(Value::as_array);
        let mut transports: Vec<String> = transports
            .into_iter()
            .flatten()
            .filter_map(text)
            .filter(|transport| TRANSPORTS.contains(&transport.as_str()))
            .collect();
        transports.sort_unstable();
        transports.dedup();
        Ok(Registered {
            credential: Credential(credential),
            attachment: answer
                .get("authenticatorAttachment")
                .and_then(text)
                .filter(|attachment| ATTACHMENTS.contains(&attachment.as_str())),
            transports,
        })
    }

    /// Asks for a proof of one of the `known` passkeys within `timeout`; answers the
    /// `PublicKeyCredentialRequestOptionsJSON` for the client.
    pub fn start_authentication<'a>(
        &self,
        user_verification: UserVerification,
        known: impl IntoIterator<Item = Known<'a>>,
        timeout: Duration,
    ) -> Result<(Value, Authentication), OptionsError> {
        let library = self.library(None, timeout);
        // The state needs no credentials: the one that answers is looked up when it does.
        let builder = library.new_challenge_authenticate_builder(Vec::new(), Some(user_verification.into()))?;
        let (options, state) = library.generate_challenge_authenticate(builder)?;
        let mut options = serde_json::to_value(options.public_key)?;
        set_descriptors(&mut options, "allowCredentials", known);
        Ok((options, Authentication(state)))
    }

    /// Verifies a proof by `credential`, the stored one that the answer names, of the user whom authenticators know by
    /// `handle`.
    pub fn finish_authentication(
        &self,
        state: &Authentication,
        credential: &Credential,
        handle: &[u8],
        answer: &Assertion,
    ) -> Result<Verified, Refusal> {
        let origin = self.check_client_data(&answer.0.response.client_data_json)?;
        let other_handle = |given: &Vec<u8>| !given.is_empty() && given != handle;
        if answer.0.response.user_handle.as_ref().is_some_and(other_handle) {
            return Err(Refusal::NotProved);
        }
        let library = self.library(Some(origin), Duration::ZERO);
        let result = library.authenticate_single_credential(&answer.0, &state.0, &credential.0)?;
        let mut credential = credential.clone();
        credential.0.counter = result.counter();
        credential.0.backup_state = result.backup_state();
        Ok(Verified {
            user_verified: result.user_verified(),
            device_bound: !result.backup_eligible(),
            credential,
        })
    }

    /// The origin in the client data, if a page of it may use passkeys of this relying party.
    fn check_client_data(&self, client_data: &[u8]) -> Result<Url, Refusal> {
        let data: ClientData = serde_json::from_slice(client_data).map_err(|_| Refusal::Malformed)?;
        match origin::allowed(&self.id, &data.origin) {
            Some(origin) if !data.cross_origin => Ok(origin),
            _ => Err(Refusal::OriginNotAllowed),
        }
    }

    /// The library, told which origin was found to be allowed.
    fn library(&self, origin: Option<Url>, timeout: Duration) -> WebauthnCore {
        let origins = origin.into_iter().collect();
        // Options count milliseconds in 32 bits.
        let timeout = timeout.min(Duration::from_millis(u32::MAX.into()));
        WebauthnCore::new_unsafe_experts_only(&self.id, &self.id, origins, timeout, Some(false), Some(false))
    }
}

/// Names passkeys in `options`.
fn set_descriptors<'a>(options: &mut Value, member: &str, known: impl IntoIterator<Item = Known<'a>>) {
    let descriptors = known.into_iter().map(|known| match known.transports {
        [] => json!({ "type": PUBLIC_KEY, "id": known.id }),
        transports => json!({ "type": PUBLIC_KEY, "id": known.id, "transports": transports }),
    });
    if let Some(options) = options.as_object_mut() {
        options.insert(member.to_owned(), descriptors.collect());
    }
}

/// What the client says of the page that used the authenticator.
#[derive(Deserialize)]
struct ClientData {
    origin: String,
    /// Whether the page is a frame in a page of another site.
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
}

#[cfg(test)]
mod tests;
