//! What functions that send codes share with a lab: the key, and the decryption of codes.
//!
//! Only what a lab's server writes can be read here; `tests/clients` has the official libraries read it.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a code that can't be decrypted fails the test"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA512, Salt};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use poolhouse_crypto::entropy::SeededEntropy;
use poolhouse_outbound::{CodeEncryptor, CustomSenderKey};

const KEY: [u8; 32] = *b"a key that functions and labs ha";

/// Encrypts as the server of a lab does.
pub fn encryptor() -> Arc<CodeEncryptor> {
    let key = CustomSenderKey::parse(&hex::encode(KEY)).unwrap();
    Arc::new(CodeEncryptor::local(key, Arc::new(SeededEntropy::new("custom sender"))))
}

/// What a function learns from `event.request.code`.
#[derive(Debug, PartialEq, Eq)]
pub struct Decrypted {
    pub plaintext: String,
    /// The key that the pool names.
    pub kms_key_id: String,
    pub context: BTreeMap<String, String>,
}

/// Decrypts a code; fails the test when it isn't one.
pub fn decrypt(code: &str) -> Decrypted {
    let mut message = Bytes(STANDARD.decode(code).unwrap());
    assert_eq!(message.take(3), [2, 0x04, 0x78], "version and algorithm suite");
    let message_id = message.take(32);
    let pairs = message.sized();
    assert_eq!(message.take(2), [0, 1], "encrypted data keys");
    assert_eq!(message.sized(), b"poolhouse", "key namespace");
    let information = message.sized();
    let (kms_key_id, lengths_and_nonce) = information.split_at(information.len() - 20);
    let wrapping_key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &KEY).unwrap());
    let data_key = open(&wrapping_key, &lengths_and_nonce[8..], &pairs, message.sized());
    // Content type, frame length, commitment, tag of the header, numbers of the final frame.
    message.take(1 + 4 + 32 + 16 + 8);
    let nonce = message.take(12);
    let length = message.take(4);
    let frame = [
        &message_id[..],
        b"AWSKMSEncryptionClient Final Frame\0\0\0\x01\0\0\0\0",
        &length,
    ];
    let root = Salt::new(HKDF_SHA512, &message_id).extract(&data_key);
    let key = root.expand(&[&[0x04, 0x78], b"DERIVEKEY"], &AES_256_GCM).unwrap();
    let key = LessSafeKey::new(UnboundKey::from(key));
    Decrypted {
        plaintext: text(open(&key, &nonce, &frame.concat(), message.0)),
        kms_key_id: text(kms_key_id.to_vec()),
        context: context(Bytes(pairs)),
    }
}

fn open(key: &LessSafeKey, nonce: &[u8], authenticated: &[u8], mut ciphertext: Vec<u8>) -> Vec<u8> {
    let nonce = Nonce::try_assume_unique_for_key(nonce).unwrap();
    let plaintext = key.open_in_place(nonce, Aad::from(authenticated), &mut ciphertext);
    plaintext.unwrap().to_vec()
}

fn context(mut pairs: Bytes) -> BTreeMap<String, String> {
    if pairs.0.is_empty() {
        return BTreeMap::new();
    }
    pairs.take(2);
    let mut context = BTreeMap::new();
    while !pairs.0.is_empty() {
        context.insert(text(pairs.sized()), text(pairs.sized()));
    }
    context
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

struct Bytes(Vec<u8>);

impl Bytes {
    fn take(&mut self, length: usize) -> Vec<u8> {
        self.0.drain(..length).collect()
    }

    fn sized(&mut self) -> Vec<u8> {
        let length = self.take(2);
        self.take(usize::from(length[0]) << 8 | usize::from(length[1]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_encrypted_can_be_decrypted() {
        let context = [("userpool-id", "us-east-1_abc123XYZ"), ("client", "a")];
        let code = encryptor().encrypt("arn:key", "123456", &context, 0).await.unwrap();
        let expected = Decrypted {
            plaintext: "123456".to_owned(),
            kms_key_id: "arn:key".to_owned(),
            context: context.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        };
        assert_eq!(decrypt(&code), expected);
    }
}
