//! Refresh tokens in the five-part look of Cognito's.
//!
//! The header says `RSA-OAEP`, because that is what Cognito's says and what some clients show; nobody but the server
//! reads the rest. The part where a JWE has its encrypted key names a key derived from the master key instead.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::entropy::Entropy;
pub use crate::opaque::Invalid;
use crate::seal::{Purpose, SealError, Sealer};
use crate::token_cipher;

/// Longest refresh token, in characters.
pub const MAX_LENGTH: usize = 4096;

/// base64url of `{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}`, the first part of every refresh token.
const HEADER: &str = "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ";
const PURPOSE: Purpose = Purpose::new("refresh token");

/// Turns payloads into refresh tokens and back.
#[derive(Debug, Clone)]
pub struct RefreshTokenCodec {
    sealer: Arc<Sealer>,
}

impl RefreshTokenCodec {
    /// Makes a codec under the master key of `sealer`.
    pub fn new(sealer: Arc<Sealer>) -> Self {
        Self { sealer }
    }

    /// Encrypts `payload` into a refresh token of at most [`MAX_LENGTH`] characters.
    pub fn encode(&self, payload: &[u8], entropy: &dyn Entropy) -> Result<String, SealError> {
        let token = token_cipher::encrypt(&self.sealer, PURPOSE, HEADER.as_bytes(), payload, entropy)?;
        let mut text = HEADER.to_owned();
        for part in [&token.key_name[..], &token.nonce, &token.ciphertext, token.tag.as_ref()] {
            text.push('.');
            URL_SAFE_NO_PAD.encode_string(part, &mut text);
        }
        if text.len() > MAX_LENGTH {
            return Err(SealError::TooLong);
        }
        Ok(text)
    }

    /// Decrypts what [`Self::encode`] made. A token has one spelling only: any other is invalid.
    pub fn decode(&self, text: &str) -> Result<Zeroizing<Vec<u8>>, Invalid> {
        if text.len() > MAX_LENGTH {
            return Err(Invalid);
        }
        let mut parts = text.split('.');
        if parts.next() != Some(HEADER) {
            return Err(Invalid);
        }
        let mut part = || {
            URL_SAFE_NO_PAD
                .decode(parts.next().ok_or(Invalid)?)
                .map_err(|_| Invalid)
        };
        let key_name = part()?.try_into().map_err(|_| Invalid)?;
        let nonce = part()?.try_into().map_err(|_| Invalid)?;
        let ciphertext = part()?;
        let tag = part()?.try_into().map_err(|_| Invalid)?;
        if parts.next().is_some() {
            return Err(Invalid);
        }
        token_cipher::decrypt(
            &self.sealer,
            PURPOSE,
            HEADER.as_bytes(),
            key_name,
            nonce,
            ciphertext,
            tag,
        )
        .map_err(|_| Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::{SeededEntropy, SystemEntropy};
    use crate::seal::MasterKey;

    fn codec(seed: &str) -> RefreshTokenCodec {
        RefreshTokenCodec::new(Arc::new(
            Sealer::new(&MasterKey::generate(&SeededEntropy::new(seed))).unwrap(),
        ))
    }

    #[test]
    fn a_payload_comes_back() {
        for payload in [&b""[..], b"payload", &[0; 2900]] {
            let token = codec("a").encode(payload, &SystemEntropy).unwrap();
            assert_eq!(*codec("a").decode(&token).unwrap(), payload);
        }
    }

    #[test]
    fn a_token_looks_like_cognito_s() {
        let token = codec("a").encode(b"payload", &SystemEntropy).unwrap();
        let parts: Vec<_> = token.split('.').collect();
        assert_eq!(parts.len(), 5);
        let header = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
        assert_eq!(header, r#"{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}"#);
        assert_eq!(URL_SAFE_NO_PAD.decode(parts[2]).unwrap().len(), 12);
        assert_eq!(URL_SAFE_NO_PAD.decode(parts[4]).unwrap().len(), 16);
    }

    #[test]
    fn tokens_already_in_the_hands_of_clients_stay_readable() {
        let token = format!("{HEADER}.AUlzyikAAQIDBAUGBwgJCgsMDQ4P.AAECAwQFBgcICQoL.tQ70CEbzig.6a4ps_vgPFFruKqRjVTVcQ");
        assert_eq!(*codec("format").decode(&token).unwrap(), b"payload");
    }

    #[test]
    fn no_two_tokens_share_a_key() {
        let part = |token: String| token.split('.').nth(1).unwrap().to_owned();
        let codec = codec("a");
        let entropy = SeededEntropy::new("salts");
        assert_ne!(
            part(codec.encode(b"x", &entropy).unwrap()),
            part(codec.encode(b"x", &entropy).unwrap())
        );
    }

    #[test]
    fn a_token_of_another_master_key_or_purpose_is_invalid() {
        let token = codec("a").encode(b"payload", &SystemEntropy).unwrap();
        assert_eq!(codec("b").decode(&token), Err(Invalid));
        let sealer = &codec("a").sealer;
        let other = Purpose::new("session");
        let foreign = token_cipher::encrypt(sealer, other, HEADER.as_bytes(), b"payload", &SystemEntropy).unwrap();
        let text = [
            &foreign.key_name[..],
            &foreign.nonce,
            &foreign.ciphertext,
            foreign.tag.as_ref(),
        ]
        .iter()
        .fold(HEADER.to_owned(), |text, part| {
            text + "." + &URL_SAFE_NO_PAD.encode(part)
        });
        assert_eq!(codec("a").decode(&text), Err(Invalid));
    }

    #[test]
    fn every_changed_character_makes_a_token_invalid() {
        let codec = codec("a");
        let token = codec.encode(b"payload!!", &SystemEntropy).unwrap();
        for index in 0..token.len() {
            for replacement in ["A", "B", "-", "=", ".", " ", "\u{e9}", ""] {
                let mut altered = token.clone();
                altered.replace_range(index..=index, replacement);
                if altered != token {
                    assert_eq!(codec.decode(&altered), Err(Invalid), "{replacement:?} at {index}");
                }
            }
        }
    }

    #[test]
    fn other_spellings_and_shapes_are_invalid() {
        let codec = codec("a");
        let token = codec.encode(b"payload", &SystemEntropy).unwrap();
        let (four, _) = token.rsplit_once('.').unwrap();
        let texts = [
            String::new(),
            ".".repeat(4),
            format!("{token}="),
            format!("{token}."),
            format!("{token}.x"),
            format!(" {token}"),
            format!("{token}\n"),
            four.to_owned(),
            format!("{four}."),
            token.replacen(HEADER, "", 1),
            format!("{HEADER}."),
            "A".repeat(1_000_000),
            format!("{HEADER}.{}", "A".repeat(1_000_000)),
        ];
        for text in texts {
            assert_eq!(codec.decode(&text), Err(Invalid), "{text:.80}");
        }
    }

    #[test]
    fn a_payload_that_would_not_be_accepted_back_is_not_encoded() {
        assert_eq!(codec("a").encode(&[0; 3000], &SystemEntropy), Err(SealError::TooLong));
    }
}
