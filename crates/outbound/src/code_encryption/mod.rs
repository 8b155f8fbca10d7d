//! Codes and temporary passwords, encrypted for functions that send them: CustomEmailSender and CustomSMSSender.
//!
//! What comes out is a message of the AWS Encryption SDK, which its libraries decrypt in any language.

mod kms;
mod local_key;
mod message;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::error::Unspecified;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use poolhouse_crypto::entropy::Entropy;

use kms::Kms;
pub use kms::KmsAccess;
use local_key::LocalKey;
pub use local_key::{CustomSenderKey, InvalidCustomSenderKey, KEY_NAMESPACE};
use message::EncryptionContext;

/// Encrypts codes under the key that a user pool names, in the message format of the AWS Encryption SDK.
///
/// Each message has a data key of its own, which either the KMS makes and wraps, or which is wrapped under one local key
/// for all user pools.
pub struct CodeEncryptor {
    keyring: Keyring,
    entropy: Arc<dyn Entropy>,
}

#[derive(Debug)]
enum Keyring {
    Local(LocalKey),
    Kms(Kms),
}

/// Why the settings of the KMS are not usable; the texts never repeat the URL.
#[derive(Debug, thiserror::Error)]
pub enum KmsSettingError {
    #[error("the URL of the KMS endpoint is not a URL")]
    Syntax(#[from] url::ParseError),
    #[error("the URL of the KMS endpoint must begin with http:// or https://")]
    Scheme,
    #[error("the URL of the KMS endpoint may hold neither a user name nor a password")]
    Credentials,
    #[error("the HTTP client for the KMS cannot be set up")]
    Client(#[source] reqwest::Error),
}

/// Why a code could not be encrypted. None of the texts hold the code or a key.
#[derive(Debug, thiserror::Error)]
pub enum EncryptionError {
    /// The server has neither a local key nor a KMS.
    #[error("no key for custom senders is configured")]
    NoKey,
    /// The KMS refused; `code` is the name of its error, such as `NotFoundException`.
    #[error("the KMS refused the key: {code}")]
    Refused { code: String },
    #[error("the KMS did not answer within {seconds} s")]
    TimedOut { seconds: f64 },
    #[error("the KMS could not be used")]
    Unreachable(#[source] reqwest::Error),
    #[error("the KMS answered something other than a data key")]
    Unreadable,
    #[error("the request to the KMS could not be made")]
    Request(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the text or its encryption context is too long to be encrypted")]
    TooLong,
    #[error("the cipher failed")]
    Cipher,
}

impl From<Unspecified> for EncryptionError {
    fn from(_: Unspecified) -> Self {
        Self::Cipher
    }
}

impl CodeEncryptor {
    /// Encrypts under a local key, as a Raw AES keyring does: its namespace is [`KEY_NAMESPACE`], and the name of the key
    /// is the ARN that the user pool names.
    pub fn local(key: CustomSenderKey, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            keyring: Keyring::Local(LocalKey::new(key)),
            entropy,
        }
    }

    /// Encrypts under keys of AWS KMS, or of what speaks like it at `endpoint`, as an AWS KMS keyring does.
    pub fn kms(access: KmsAccess, endpoint: Option<&str>, entropy: Arc<dyn Entropy>) -> Result<Self, KmsSettingError> {
        Ok(Self {
            keyring: Keyring::Kms(Kms::new(access, endpoint)?),
            entropy,
        })
    }

    /// The same, giving up on the KMS after `patience` instead of 5 seconds.
    pub fn with_patience(self, patience: Duration) -> Self {
        let keyring = match self.keyring {
            Keyring::Local(key) => Keyring::Local(key),
            Keyring::Kms(kms) => Keyring::Kms(kms.with_patience(patience)),
        };
        Self { keyring, ..self }
    }

    /// Encrypts `plaintext`, up to 4096 bytes of it, under the key `kms_key_id`, and gives the message in Base64.
    ///
    /// Who decrypts the message learns `context` from it and can rely on it; it is readable for everybody. Its names are in
    /// lower-case ASCII, as the library for JavaScript sorts others in a way of its own. `encrypted_at` is in milliseconds
    /// since the Unix epoch.
    pub async fn encrypt(
        &self,
        kms_key_id: &str,
        plaintext: &str,
        context: &[(&str, &str)],
        encrypted_at: i64,
    ) -> Result<String, EncryptionError> {
        let context: EncryptionContext<'_> = context.iter().copied().collect();
        let data_key = match &self.keyring {
            Keyring::Local(key) => key.data_key(kms_key_id, &context, self.entropy.as_ref())?,
            Keyring::Kms(kms) => kms.data_key(kms_key_id, &context, encrypted_at).await?,
        };
        let mut message_id = [0; message::ID_LENGTH];
        self.entropy.fill(&mut message_id);
        let message = message::encrypt(plaintext.as_bytes(), &context, &data_key, &message_id)?;
        Ok(STANDARD.encode(message))
    }
}

impl fmt::Debug for CodeEncryptor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CodeEncryptor")
            .field("keyring", &self.keyring)
            .finish_non_exhaustive()
    }
}

/// The text of a temporary password as functions receive it once they decrypt it: `<`, `>` and `&` are HTML entities.
pub fn escape_temporary_password(password: &str) -> String {
    html_escape::encode_text(password).into_owned()
}
