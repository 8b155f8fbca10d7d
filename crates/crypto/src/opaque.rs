//! Opaque strings that a client hands back unread, such as the session of a sign-in challenge.

use std::sync::Arc;

use aws_lc_rs::aead::{MAX_TAG_LEN, NONCE_LEN};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::seal::{Purpose, SealError, Sealer};
use crate::token_cipher::{self, KEY_NAME_LEN};

/// Longest opaque string, in characters.
pub const MAX_LENGTH: usize = 4096;

/// A string that was not made by this codec, or was altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is not valid")]
pub struct Invalid;

/// Turns payloads into opaque base64url strings and back.
#[derive(Debug, Clone)]
pub struct OpaqueCodec {
    sealer: Arc<Sealer>,
    purpose: Purpose,
}

impl OpaqueCodec {
    /// Makes a codec whose strings no codec with another purpose accepts.
    pub fn new(sealer: Arc<Sealer>, purpose: Purpose) -> Self {
        Self { sealer, purpose }
    }

    /// Encrypts `payload` into a string of 66 to [`MAX_LENGTH`] characters.
    pub fn encode(&self, payload: &[u8], entropy: &dyn Entropy) -> Result<String, SealError> {
        let token = token_cipher::encrypt(&self.sealer, self.purpose, b"", payload, entropy)?;
        let text =
            URL_SAFE_NO_PAD.encode([&token.key_name[..], &token.nonce, token.tag.as_ref(), &token.ciphertext].concat());
        if text.len() > MAX_LENGTH {
            return Err(SealError::TooLong);
        }
        Ok(text)
    }

    /// Decrypts what [`Self::encode`] made.
    pub fn decode(&self, text: &str) -> Result<Zeroizing<Vec<u8>>, Invalid> {
        if text.len() > MAX_LENGTH {
            return Err(Invalid);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Invalid)?;
        let (key_name, rest) = bytes.split_first_chunk::<KEY_NAME_LEN>().ok_or(Invalid)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Invalid)?;
        let (tag, ciphertext) = rest.split_first_chunk::<MAX_TAG_LEN>().ok_or(Invalid)?;
        token_cipher::decrypt(
            &self.sealer,
            self.purpose,
            b"",
            *key_name,
            *nonce,
            ciphertext.to_vec(),
            *tag,
        )
        .map_err(|_| Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::{SeededEntropy, SystemEntropy};
    use crate::seal::MasterKey;

    fn codec(seed: &str, purpose: &'static str) -> OpaqueCodec {
        let sealer = Sealer::new(&MasterKey::generate(&SeededEntropy::new(seed))).unwrap();
        OpaqueCodec::new(Arc::new(sealer), Purpose::new(purpose))
    }

    #[test]
    fn a_payload_comes_back() {
        let codec = codec("a", "session");
        for payload in [&b""[..], b"payload", &[0; 3000]] {
            let text = codec.encode(payload, &SystemEntropy).unwrap();
            assert!((20..=MAX_LENGTH).contains(&text.len()));
            assert_eq!(*codec.decode(&text).unwrap(), payload);
        }
    }

    #[test]
    fn the_same_payload_gives_another_string_each_time() {
        let codec = codec("a", "session");
        assert_ne!(
            codec.encode(b"x", &SystemEntropy).unwrap(),
            codec.encode(b"x", &SystemEntropy).unwrap()
        );
    }

    #[test]
    fn a_string_of_another_purpose_or_master_key_is_invalid() {
        let text = codec("a", "session").encode(b"payload", &SystemEntropy).unwrap();
        assert_eq!(codec("a", "other").decode(&text), Err(Invalid));
        assert_eq!(codec("b", "session").decode(&text), Err(Invalid));
    }

    #[test]
    fn an_altered_string_is_invalid() {
        let codec = codec("a", "session");
        let bytes = URL_SAFE_NO_PAD
            .decode(codec.encode(b"payload", &SystemEntropy).unwrap())
            .unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut altered = bytes.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                codec.decode(&URL_SAFE_NO_PAD.encode(altered)),
                Err(Invalid),
                "bit {bit}"
            );
        }
        for length in 0..bytes.len() {
            assert_eq!(
                codec.decode(&URL_SAFE_NO_PAD.encode(&bytes[..length])),
                Err(Invalid),
                "{length} bytes"
            );
        }
        for text in [
            "",
            "=",
            "....",
            "\u{1f512}",
            &"A".repeat(MAX_LENGTH),
            &"A".repeat(1_000_000),
        ] {
            assert_eq!(codec.decode(text), Err(Invalid));
        }
    }

    #[test]
    fn a_payload_that_would_not_be_accepted_back_is_not_encoded() {
        assert_eq!(
            codec("a", "session").encode(&[0; 3100], &SystemEntropy),
            Err(SealError::TooLong)
        );
    }
}
