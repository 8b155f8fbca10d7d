//! What a server keeps instead of a password.

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use super::group::{self, ELEMENT_LEN, Element};
use crate::hmac::sha256;

/// Length in bytes of the salts that are made here.
pub const SALT_LEN: usize = 16;

/// Longest salt, in bytes, that a device may choose.
const MAX_SALT_LEN: usize = 64;

/// Bytes that are no salt and verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the SRP salt or verifier is not valid")]
pub struct InvalidVerifier;

/// Who proves to know a password: a user of a pool, or a device of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity<'a> {
    /// The pool's name, which is what follows `_` in its id; of a device, its `DeviceGroupKey`.
    pub group: &'a str,
    /// The `USER_ID_FOR_SRP`; of a device, its `DeviceKey`.
    pub name: &'a str,
}

/// The salt and the verifier g^x of a password.
///
/// Who has it can try passwords at the speed of SHA-256: it belongs sealed into the database, and to no log.
#[derive(Clone)]
pub struct Verifier {
    salt: Vec<u8>,
    pub(super) element: Zeroizing<Element>,
}

impl Verifier {
    /// Computes the verifier of a new password.
    pub fn derive(identity: Identity<'_>, password: &str, salt: &[u8; SALT_LEN]) -> Self {
        let credentials = Zeroizing::new(
            [identity.group, identity.name, ":", password]
                .map(str::as_bytes)
                .concat(),
        );
        let exponent = Zeroizing::new(sha256(&[group::pad(salt), sha256(&credentials).to_vec()].concat()));
        Self {
            salt: salt.to_vec(),
            element: Zeroizing::new(group::generator_power(&exponent)),
        }
    }

    /// Takes the salt and the verifier that a device has made, both big-endian.
    ///
    /// Refuses the verifiers 0, 1 and N − 1, which need no password, and those of N or more.
    pub fn from_parts(salt: &[u8], verifier: &[u8]) -> Result<Self, InvalidVerifier> {
        if salt.is_empty() || salt.len() > MAX_SALT_LEN {
            return Err(InvalidVerifier);
        }
        let element = group::read_non_trivial(verifier).ok_or(InvalidVerifier)?;
        Ok(Self {
            salt: salt.to_vec(),
            element: Zeroizing::new(element),
        })
    }

    /// Makes up the verifier of someone who does not exist, always the same for a key.
    ///
    /// No password belongs to it. It costs no exponentiation, as little as reading a stored one.
    pub fn simulated(key_bytes: &[u8; 32]) -> Self {
        let mut salt = [0; SALT_LEN];
        pseudorandom(key_bytes, "salt", &mut salt);
        let mut verifier = Zeroizing::new([0; ELEMENT_LEN]);
        pseudorandom(key_bytes, "verifier", &mut *verifier);
        Self {
            salt: salt.to_vec(),
            element: Zeroizing::new(group::reduce_secret(&verifier)),
        }
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidVerifier> {
        let (verifier, salt) = bytes.split_first_chunk::<ELEMENT_LEN>().ok_or(InvalidVerifier)?;
        Self::from_parts(salt, verifier)
    }

    /// Writes the verifier in 384 bytes, then the salt.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let verifier = Zeroizing::new(group::to_bytes(&self.element.retrieve()));
        Zeroizing::new([&verifier[..], &self.salt].concat())
    }

    /// The `SALT` of a challenge: lower-case hexadecimal digits without leading zeros.
    ///
    /// Some clients hash these digits as they come, others the integer that they write: without leading zeros, both
    /// hash the same bytes.
    pub fn salt_hex(&self) -> String {
        group::to_hex(&self.salt)
    }
}

/// Fills `bytes` with the HMACs of `label` and of the numbers 0, 1, 2…
fn pseudorandom(key_bytes: &[u8; 32], label: &str, bytes: &mut [u8]) {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key_bytes);
    for (number, chunk) in (0u8..).zip(bytes.chunks_mut(hmac::HMAC_SHA256.tag_len())) {
        let tag = hmac::sign(&key, &[label.as_bytes(), &[number]].concat());
        for (byte, random) in chunk.iter_mut().zip(tag.as_ref()) {
            *byte = *random;
        }
    }
}
