//! Messages byte by byte, and conversations with a KMS over real sockets.
//!
//! The official libraries of the AWS Encryption SDK decrypt what is made here in `tests/clients`.

mod kms;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use poolhouse_crypto::entropy::{Entropy, SeededEntropy};

use super::{CodeEncryptor, CustomSenderKey, EncryptionError, InvalidCustomSenderKey, escape_temporary_password};

const KEY_ARN: &str = "arn:aws:kms:eu-west-1:123456789012:key/0d56b6a0-5b3f-4ba2-8a5c-7f6b2d3a9f10";
const KEY: [u8; 32] = [7; 32];
const POOL: (&str, &str) = ("userpool-id", "eu-west-1_abc123XYZ");
const NOW: i64 = 1_700_000_000_000;

fn seeded() -> Arc<dyn Entropy> {
    Arc::new(SeededEntropy::new("codes"))
}

fn local() -> CodeEncryptor {
    CodeEncryptor::local(CustomSenderKey::parse(&hex::encode(KEY)).unwrap(), seeded())
}

/// What a future gives that waits for nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a local key waits for nothing"),
    }
}

fn encrypt(plaintext: &str, context: &[(&str, &str)]) -> Result<String, EncryptionError> {
    now(local().encrypt(KEY_ARN, plaintext, context, NOW))
}

/// Takes a message apart, field by field.
struct Fields(Vec<u8>);

impl Fields {
    fn of(message: &str) -> Self {
        Self(STANDARD.decode(message).unwrap())
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        self.0.drain(..length).collect()
    }

    fn sized(&mut self) -> Vec<u8> {
        let length = u16::from_be_bytes(self.take(2).try_into().unwrap());
        self.take(length.into())
    }
}

/// The pairs of a context, as they are authenticated.
fn pairs(context: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = vec![0, context.len() as u8];
    for text in context.iter().flat_map(|(name, value)| [name, value]) {
        bytes.extend([0, text.len() as u8]);
        bytes.extend(text.as_bytes());
    }
    bytes
}

#[test]
fn a_message_has_every_field_of_the_format_in_its_place() {
    // Sorted by name, whatever the order in which they are given.
    let message = encrypt("123456", &[POOL, ("client", "ünï")]).unwrap();
    let context = pairs(&[("client", "ünï"), POOL]);
    let mut fields = Fields::of(&message);
    assert_eq!(fields.take(3), [2, 0x04, 0x78], "version and algorithm suite");
    let message_id = fields.take(32);
    assert_eq!(fields.sized(), context);
    assert_eq!(fields.take(2), [0, 1], "encrypted data keys");
    assert_eq!(fields.sized(), b"poolhouse");
    let information = fields.sized();
    let (name, rest) = information.split_at(KEY_ARN.len());
    assert_eq!(
        (name, &rest[..8]),
        (KEY_ARN.as_bytes(), &[0, 0, 0, 128, 0, 0, 0, 12][..])
    );
    let nonce: [u8; 12] = rest[8..].try_into().unwrap();
    let mut wrapped = fields.sized();
    assert_eq!(fields.take(5), [2, 0, 0, 16, 0], "framed, 4096 bytes a frame");
    let commitment = fields.take(32);
    fields.take(16);
    assert_eq!(
        fields.take(24),
        [
            0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, // the final frame is the first
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, // its nonce
            0, 0, 0, 6,
        ]
    );
    assert_eq!(fields.0.len(), 6 + 16);

    // The data key opens under the local key and the context, and nothing in the message repeats another part.
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &KEY).unwrap());
    let data_key = key
        .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut wrapped)
        .unwrap();
    assert_eq!(data_key.len(), 32);
    assert_ne!(data_key, message_id);
    assert_ne!(data_key, commitment);
}

#[test]
fn a_message_is_made_as_ever() {
    // The official libraries decrypt this message.
    assert_eq!(
        encrypt("123456", &[POOL]).unwrap(),
        "AgR48Q0ukDe8kVhbkCevP/WezKHavKVF/G3deUnFxx8H2C4AJAABAAt1c2VycG9vbC1pZAATZXUtd2VzdC0xX2FiYzEyM1hZWgAB\
         AAlwb29saG91c2UAX2Fybjphd3M6a21zOmV1LXdlc3QtMToxMjM0NTY3ODkwMTI6a2V5LzBkNTZiNmEwLTViM2YtNGJhMi04YTVj\
         LTdmNmIyZDNhOWYxMAAAAIAAAAAMwz1ZAmA1LWO+M0TaADDevekSX2+MR66DZGf1QRhkLdsnHSHCgW285ncZNferjNYV5d5YqyGQ\
         goeCvyPjrecCAAAQAIW7H7EfmQQbHrLvz6QkihUiwdzsFmdkiFLpGJqd5JOXP8UZRF/3B1RY3cqeb2Bnnv////8AAAABAAAAAAAA\
         AAAAAAABAAAABg5ILfjDLXYmq5CoFis5zVOB1Ylylms="
    );
}

#[test]
fn a_message_without_a_context_has_no_pairs() {
    let mut fields = Fields::of(&encrypt("123456", &[]).unwrap());
    fields.take(35);
    assert_eq!(fields.take(4), [0, 0, 0, 1], "no pairs, one data key");
}

#[test]
fn two_messages_share_no_key() {
    let encryptor = local();
    let encrypt = || Fields::of(&now(encryptor.encrypt(KEY_ARN, "123456", &[], NOW)).unwrap());
    let [mut first, mut second] = [encrypt(), encrypt()];
    assert_eq!(first.take(3), second.take(3));
    assert_ne!(first.take(32), second.take(32), "message id");
    let wrapped = |fields: &mut Fields| {
        fields.take(4);
        [fields.sized(), fields.sized(), fields.sized()]
    };
    let ([_, first_name, first_key], [_, second_name, second_key]) = (wrapped(&mut first), wrapped(&mut second));
    assert_ne!(first_name, second_name, "nonce");
    assert_ne!(first_key, second_key);
}

#[test]
fn what_one_frame_or_a_field_cannot_hold_is_too_long() {
    assert!(encrypt(&"a".repeat(4096), &[]).is_ok());
    let error = |outcome: Result<String, EncryptionError>| outcome.unwrap_err().to_string();
    let too_long = "the text or its encryption context is too long to be encrypted";
    assert_eq!(error(encrypt(&"a".repeat(4097), &[])), too_long);
    let value = "a".repeat(65_536);
    assert_eq!(error(encrypt("123456", &[("a", &value)])), too_long);
    let half = "a".repeat(40_000);
    assert_eq!(error(encrypt("123456", &[("a", &half), ("b", &half)])), too_long);
    assert_eq!(error(now(local().encrypt(&value, "123456", &[], NOW))), too_long);
}

#[test]
fn a_key_is_32_bytes_in_base64_or_hexadecimal() {
    for text in [
        hex::encode(KEY),
        STANDARD.encode(KEY),
        format!(" {}\n", STANDARD.encode(KEY)),
    ] {
        let key = CustomSenderKey::parse(&text).unwrap();
        assert_eq!(format!("{key:?}"), "CustomSenderKey(..)");
    }
    for text in ["", "secret", &STANDARD.encode([7; 31]), &"g".repeat(64)] {
        assert_eq!(
            CustomSenderKey::parse(text).err(),
            Some(InvalidCustomSenderKey),
            "{text}"
        );
    }
    assert_eq!(
        InvalidCustomSenderKey.to_string(),
        "a key for custom senders is 32 bytes, written in Base64 or as 64 hexadecimal digits"
    );
}

#[test]
fn functions_unescape_temporary_passwords() {
    assert_eq!(escape_temporary_password("a<b>&\"c'1"), "a&lt;b&gt;&amp;\"c'1");
}
