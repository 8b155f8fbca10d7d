//! Secrets at rest: encryption and keyed hashes under keys derived from one master key.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::entropy::Entropy;
use crate::hmac::constant_time_eq;
use crate::key_text;

pub(crate) const KEY_ID_LEN: usize = 4;
const VERSION: u8 = 1;
const PREFIX_LEN: usize = 1 + KEY_ID_LEN;
const HKDF_SALT: &[u8] = b"poolhouse";

/// Why something could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("the text is not a sealed secret")]
    Malformed,
    #[error("the secret was sealed under another master key")]
    OtherMasterKey,
    #[error("the sealed secret was altered, or belongs elsewhere")]
    Refused,
    #[error("the secret is too long to be sealed")]
    TooLong,
    #[error("the cipher failed")]
    Failed,
}

impl From<Unspecified> for SealError {
    fn from(_: Unspecified) -> Self {
        Self::Failed
    }
}

/// The text given as a master key is not 32 bytes in Base64 or hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a master key is 32 bytes, written in Base64 or as 64 hexadecimal digits")]
pub struct MasterKeyError;

/// The 32 bytes from which every other key for data at rest is derived.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// Makes a new master key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut key = Self([0; 32]);
        entropy.fill(&mut key.0);
        key
    }

    /// Reads a master key written in standard or URL-safe Base64 or in hexadecimal; blanks around it are ignored.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let bytes = key_text::parse(text).ok_or(MasterKeyError)?;
        Ok(Self(*bytes))
    }

    /// Writes the key in standard Base64, as [`Self::parse`] reads it.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MasterKey(..)")
    }
}

/// What a secret or a hash is for. Each purpose has keys of its own, so that one kind can't be passed off as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Purpose(&'static str);

impl Purpose {
    /// Names a purpose. What was sealed or hashed under a name is lost when the name changes.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }
}

/// Seals secrets with AES-256-GCM, and makes keyed hashes, under keys derived by HKDF-SHA256 from a master key.
pub struct Sealer {
    key_id: [u8; KEY_ID_LEN],
    seal_root: Prk,
    token_root: Prk,
    hash_key: hmac::Key,
    seal_keys: RwLock<HashMap<Purpose, Arc<LessSafeKey>>>,
}

impl Sealer {
    /// Derives the keys of `master`.
    pub fn new(master: &MasterKey) -> Result<Self, SealError> {
        let root = Salt::new(HKDF_SHA256, HKDF_SALT).extract(&master.0);
        let mut key_id = [0; 32];
        root.expand(&[b"key id"], HKDF_SHA256)?.fill(&mut key_id)?;
        let [a, b, c, d, ..] = key_id;
        Ok(Self {
            key_id: [a, b, c, d],
            seal_root: root.expand(&[b"seal"], HKDF_SHA256)?.into(),
            token_root: root.expand(&[b"token"], HKDF_SHA256)?.into(),
            hash_key: root.expand(&[b"hash"], hmac::HMAC_SHA256)?.into(),
            seal_keys: RwLock::default(),
        })
    }

    /// Encrypts `plaintext` into base64url text that only [`Self::open`] with the same purpose and context reads.
    ///
    /// `context` says whose secret it is, so that a stored one can't be moved to another row; it is not part of the
    /// text. Up to 2³² secrets may be sealed for a purpose (the nonce is random).
    pub fn seal(
        &self,
        purpose: Purpose,
        context: &[u8],
        plaintext: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<String, SealError> {
        let mut nonce = [0; NONCE_LEN];
        entropy.fill(&mut nonce);
        let prefix = self.prefix();
        let mut ciphertext = Zeroizing::new(plaintext.to_vec());
        let tag = self.seal_key(purpose)?.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from([&prefix, context].concat()),
            &mut ciphertext,
        )?;
        Ok(URL_SAFE_NO_PAD.encode([&prefix, &nonce[..], &ciphertext, tag.as_ref()].concat()))
    }

    /// Decrypts what [`Self::seal`] made.
    pub fn open(&self, purpose: Purpose, context: &[u8], sealed: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| SealError::Malformed)?;
        let (prefix, rest) = bytes.split_first_chunk::<PREFIX_LEN>().ok_or(SealError::Malformed)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Malformed)?;
        self.check_prefix(prefix)?;
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        let length = self
            .seal_key(purpose)?
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from([&prefix[..], context].concat()),
                &mut buffer,
            )
            .map_err(|_| SealError::Refused)?
            .len();
        buffer.truncate(length);
        Ok(buffer)
    }

    /// Hashes `parts` with HMAC-SHA256 for storing a code or token that only has to be recognised.
    ///
    /// The boundaries between the parts count: `["ab", "c"]` and `["a", "bc"]` differ.
    pub fn keyed_hash(&self, purpose: Purpose, parts: &[&[u8]]) -> KeyedHash {
        let mut context = hmac::Context::with_key(&self.hash_key);
        for part in std::iter::once(&purpose.0.as_bytes()).chain(parts) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut hash = [0; 32];
        for (byte, computed) in hash.iter_mut().zip(context.sign().as_ref()) {
            *byte = *computed;
        }
        KeyedHash(hash)
    }

    /// The bytes that start everything encrypted here: a version, and which master key it was.
    pub(crate) fn prefix(&self) -> [u8; PREFIX_LEN] {
        let [a, b, c, d] = self.key_id;
        [VERSION, a, b, c, d]
    }

    /// Refuses a prefix other than ours.
    pub(crate) fn check_prefix(&self, prefix: &[u8]) -> Result<(), SealError> {
        match prefix {
            [VERSION, key_id @ ..] if *key_id == self.key_id => Ok(()),
            [VERSION, ..] => Err(SealError::OtherMasterKey),
            _ => Err(SealError::Malformed),
        }
    }

    /// Derives the key of a single token, which is named by its salt.
    pub(crate) fn token_key(&self, purpose: Purpose, salt: &[u8]) -> Result<LessSafeKey, SealError> {
        let length = (purpose.0.len() as u64).to_be_bytes();
        let info = [&length[..], purpose.0.as_bytes(), salt];
        Ok(LessSafeKey::new(UnboundKey::from(
            self.token_root.expand(&info, &AES_256_GCM)?,
        )))
    }

    fn seal_key(&self, purpose: Purpose) -> Result<Arc<LessSafeKey>, SealError> {
        if let Some(key) = self
            .seal_keys
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&purpose)
        {
            return Ok(Arc::clone(key));
        }
        let info = [purpose.0.as_bytes()];
        let key = Arc::new(LessSafeKey::new(UnboundKey::from(
            self.seal_root.expand(&info, &AES_256_GCM)?,
        )));
        self.seal_keys
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(purpose, Arc::clone(&key));
        Ok(key)
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Sealer")
            .field("key_id", &hex::encode(self.key_id))
            .finish_non_exhaustive()
    }
}

/// The result of [`Sealer::keyed_hash`]; comparing two takes constant time.
#[derive(Clone, Copy, Debug)]
pub struct KeyedHash([u8; 32]);

impl KeyedHash {
    /// The hash itself.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// 43 characters of base64url.
    pub fn to_base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl PartialEq for KeyedHash {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(&self.0, &other.0)
    }
}

impl Eq for KeyedHash {}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
