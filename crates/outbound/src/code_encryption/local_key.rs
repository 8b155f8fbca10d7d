//! A key that this server holds, used as the Raw AES keyrings of the AWS Encryption SDK use theirs.
//!
//! Specification: <https://github.com/awslabs/aws-encryption-sdk-specification>, `framework/raw-aes-keyring.md`.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use poolhouse_crypto::entropy::Entropy;
use poolhouse_crypto::key_text;
use zeroize::Zeroizing;

use super::EncryptionError;
use super::message::{DataKey, EncryptionContext, KEY_LENGTH, serialized};

/// The key namespace with which functions decrypt; the key name is the ARN that the user pool names.
pub const KEY_NAMESPACE: &str = "poolhouse";

const TAG_BITS: u32 = 128;
const NONCE_BYTES: u32 = 12;

/// The text given as a key for custom senders is not 32 bytes in Base64 or hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key for custom senders is 32 bytes, written in Base64 or as 64 hexadecimal digits")]
pub struct InvalidCustomSenderKey;

/// The 32 bytes that this server shares with functions which send codes.
pub struct CustomSenderKey(Zeroizing<[u8; KEY_LENGTH]>);

impl CustomSenderKey {
    /// Reads a key written in standard or URL-safe Base64 or in hexadecimal; blanks around it are ignored.
    pub fn parse(text: &str) -> Result<Self, InvalidCustomSenderKey> {
        key_text::parse(text).map(Self).ok_or(InvalidCustomSenderKey)
    }
}

impl fmt::Debug for CustomSenderKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CustomSenderKey(..)")
    }
}

/// Wraps data keys under the key that this server holds.
#[derive(Debug)]
pub struct LocalKey {
    key: CustomSenderKey,
}

impl LocalKey {
    pub fn new(key: CustomSenderKey) -> Self {
        Self { key }
    }

    /// Makes a data key and wraps it; the local key goes by `name`.
    pub fn data_key(
        &self,
        name: &str,
        context: &EncryptionContext<'_>,
        entropy: &dyn Entropy,
    ) -> Result<DataKey, EncryptionError> {
        let mut plaintext = Zeroizing::new([0; KEY_LENGTH]);
        entropy.fill(plaintext.as_mut_slice());
        let mut nonce = [0; NONCE_LEN];
        entropy.fill(&mut nonce);
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, self.key.0.as_slice())?);
        let mut ciphertext = *plaintext;
        let tag = key.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(serialized(context)?),
            &mut ciphertext,
        )?;
        let information = [
            name.as_bytes(),
            &TAG_BITS.to_be_bytes(),
            &NONCE_BYTES.to_be_bytes(),
            &nonce,
        ];
        Ok(DataKey {
            plaintext,
            provider_id: KEY_NAMESPACE,
            provider_information: information.concat(),
            wrapped: [&ciphertext[..], tag.as_ref()].concat(),
        })
    }
}
