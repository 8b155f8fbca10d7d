//! The message format of the AWS Encryption SDK, version 2, written but never read.
//!
//! Specification: <https://github.com/awslabs/aws-encryption-sdk-specification>, `data-format/message-header.md`,
//! `data-format/message-body.md`, `data-format/message-body-aad.md` and `client-apis/encrypt.md`. Numbers are big-endian.
//! The algorithm suite is AES-256-GCM with HKDF-SHA512 and key commitment, without a signature: the only one without that
//! all libraries decrypt in their default settings.

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, HKDF_SHA512, Salt};
use zeroize::Zeroizing;

use super::EncryptionError;

/// Bytes of a message id.
pub const ID_LENGTH: usize = 32;
/// Bytes of a data key.
pub const KEY_LENGTH: usize = 32;

const VERSION: u8 = 2;
const SUITE: [u8; 2] = [0x04, 0x78];
const COMMITMENT_LENGTH: usize = 32;
const FRAMED: u8 = 2;
/// The SDKs' default. A message here is one frame, the final one.
const FRAME_LENGTH: u32 = 4096;
const SEQUENCE_NUMBER_END: [u8; 4] = [0xff; 4];
const SEQUENCE_NUMBER: [u8; 4] = [0, 0, 0, 1];
const FINAL_FRAME: &[u8] = b"AWSKMSEncryptionClient Final Frame";
const HEADER_NONCE: [u8; NONCE_LEN] = [0; NONCE_LEN];
/// The sequence number, padded.
const FRAME_NONCE: [u8; NONCE_LEN] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/// What is bound to a message and readable in it, sorted by name.
pub type EncryptionContext<'a> = BTreeMap<&'a str, &'a str>;

/// The key of one message, and the form in which the message carries it.
pub struct DataKey {
    pub plaintext: Zeroizing<[u8; KEY_LENGTH]>,
    /// Which kind of key wrapped it.
    pub provider_id: &'static str,
    /// Which key wrapped it.
    pub provider_information: Vec<u8>,
    pub wrapped: Vec<u8>,
}

/// Encrypts `plaintext` into a message.
pub fn encrypt(
    plaintext: &[u8],
    context: &EncryptionContext<'_>,
    data_key: &DataKey,
    message_id: &[u8; ID_LENGTH],
) -> Result<Vec<u8>, EncryptionError> {
    let length = u32::try_from(plaintext.len()).map_err(|_| EncryptionError::TooLong)?;
    if length > FRAME_LENGTH {
        return Err(EncryptionError::TooLong);
    }
    let secret = Salt::new(HKDF_SHA512, message_id).extract(data_key.plaintext.as_slice());
    let key = LessSafeKey::new(UnboundKey::from(secret.expand(&[&SUITE, b"DERIVEKEY"], &AES_256_GCM)?));
    let mut commitment = [0; COMMITMENT_LENGTH];
    // The algorithm says the length only.
    secret.expand(&[b"COMMITKEY"], HKDF_SHA256)?.fill(&mut commitment)?;

    let mut message = header(context, data_key, message_id, &commitment)?;
    // The nonces are used once each, as every message has a key of its own.
    let nonce = Nonce::assume_unique_for_key(HEADER_NONCE);
    let tag = key.seal_in_place_separate_tag(nonce, Aad::from(&message), &mut [])?;
    message.extend(tag.as_ref());

    let mut ciphertext = Zeroizing::new(plaintext.to_vec());
    let frame = [
        &message_id[..],
        FINAL_FRAME,
        &SEQUENCE_NUMBER,
        &u64::from(length).to_be_bytes(),
    ];
    let nonce = Nonce::assume_unique_for_key(FRAME_NONCE);
    let tag = key.seal_in_place_separate_tag(nonce, Aad::from(frame.concat()), &mut ciphertext)?;
    message.extend(SEQUENCE_NUMBER_END);
    message.extend(SEQUENCE_NUMBER);
    message.extend(FRAME_NONCE);
    message.extend(length.to_be_bytes());
    message.extend(ciphertext.as_slice());
    message.extend(tag.as_ref());
    Ok(message)
}

/// The body of the header: everything but its tag.
fn header(
    context: &EncryptionContext<'_>,
    data_key: &DataKey,
    message_id: &[u8; ID_LENGTH],
    commitment: &[u8; COMMITMENT_LENGTH],
) -> Result<Vec<u8>, EncryptionError> {
    let mut header = vec![VERSION];
    header.extend(SUITE);
    header.extend(message_id);
    push_sized(&mut header, &serialized(context)?)?;
    push_count(&mut header, 1)?;
    push_sized(&mut header, data_key.provider_id.as_bytes())?;
    push_sized(&mut header, &data_key.provider_information)?;
    push_sized(&mut header, &data_key.wrapped)?;
    header.push(FRAMED);
    header.extend(FRAME_LENGTH.to_be_bytes());
    header.extend(commitment);
    Ok(header)
}

/// The pairs of a context, which may be none, as they are authenticated.
pub fn serialized(context: &EncryptionContext<'_>) -> Result<Vec<u8>, EncryptionError> {
    let mut pairs = Vec::new();
    if !context.is_empty() {
        push_count(&mut pairs, context.len())?;
    }
    for (name, value) in context {
        push_sized(&mut pairs, name.as_bytes())?;
        push_sized(&mut pairs, value.as_bytes())?;
    }
    Ok(pairs)
}

fn push_sized(bytes: &mut Vec<u8>, field: &[u8]) -> Result<(), EncryptionError> {
    push_count(bytes, field.len())?;
    bytes.extend(field);
    Ok(())
}

fn push_count(bytes: &mut Vec<u8>, count: usize) -> Result<(), EncryptionError> {
    let count = u16::try_from(count).map_err(|_| EncryptionError::TooLong)?;
    bytes.extend(count.to_be_bytes());
    Ok(())
}
