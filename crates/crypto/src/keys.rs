//! RSA signing keys and their public halves.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use jsonwebtoken::crypto::{JwtSigner, JwtVerifier};
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use rsa::pkcs8::DecodePublicKey;
use rsa::traits::PublicKeyParts;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::hmac::sha256;

/// Why a signing key could not be made, read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("an RSA key could not be generated")]
    Generation,
    #[error("the bytes are not an RSA private key of 2048 to 8192 bits in PKCS#8 DER")]
    Malformed,
    #[error("the key could not be encoded")]
    Encoding,
}

/// An RSA private key that signs with RS256, parsed once and usable from many threads.
pub struct SigningKey {
    pair: KeyPair,
    verifying_key: VerifyingKey,
}

impl SigningKey {
    /// Generates a 2048-bit key. It takes a core for some 100 ms: see [`crate::key_reserve::KeyReserve`].
    pub fn generate() -> Result<Self, KeyError> {
        Self::new(KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generation)?)
    }

    /// Reads a private key in unencrypted PKCS#8 DER.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        Self::new(KeyPair::from_pkcs8(der).map_err(|_| KeyError::Malformed)?)
    }

    fn new(pair: KeyPair) -> Result<Self, KeyError> {
        let spki = AsDer::as_der(pair.public_key()).map_err(|_| KeyError::Encoding)?;
        Ok(Self {
            verifying_key: VerifyingKey::from_spki(spki.as_ref())?,
            pair,
        })
    }

    /// Writes the private key as unencrypted PKCS#8 DER, to be sealed and stored.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let der = AsDer::as_der(&self.pair).map_err(|_| KeyError::Encoding)?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }

    /// The id that names this key in token headers and in the JWKS.
    pub fn kid(&self) -> &str {
        self.verifying_key.kid()
    }

    /// The public half.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying_key
    }

    /// The public half as it stands in a JWKS.
    pub fn jwk(&self) -> &Jwk {
        self.verifying_key.jwk()
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SigningKey")
            .field("kid", &self.kid())
            .finish_non_exhaustive()
    }
}

impl Signer<Vec<u8>> for SigningKey {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(SignatureError::from_source)?;
        Ok(signature)
    }
}

impl JwtSigner for SigningKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

/// An RSA public key that verifies RS256 signatures, parsed once.
#[derive(Debug)]
pub struct VerifyingKey {
    key: ParsedPublicKey,
    jwk: Jwk,
}

impl VerifyingKey {
    /// Reads a public key in `SubjectPublicKeyInfo` DER.
    fn from_spki(spki: &[u8]) -> Result<Self, KeyError> {
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki).map_err(|_| KeyError::Encoding)?;
        let numbers = rsa::RsaPublicKey::from_public_key_der(spki).map_err(|_| KeyError::Encoding)?;
        let jwk = Jwk {
            alg: "RS256",
            e: URL_SAFE_NO_PAD.encode(numbers.e().to_bytes_be()),
            kid: STANDARD.encode(sha256(spki)),
            kty: "RSA",
            n: URL_SAFE_NO_PAD.encode(numbers.n().to_bytes_be()),
            usage: "sig",
        };
        Ok(Self { key, jwk })
    }

    /// The key id: standard Base64 of the SHA-256 of the `SubjectPublicKeyInfo`, 44 characters.
    pub fn kid(&self) -> &str {
        &self.jwk.kid
    }

    /// The key as it stands in a JWKS.
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }
}

impl Verifier<Vec<u8>> for VerifyingKey {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        self.key
            .verify_sig(message, signature)
            .map_err(SignatureError::from_source)
    }
}

impl JwtVerifier for VerifyingKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

/// A public key in a JWKS document, its members in Cognito's (alphabetical) order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwk {
    pub alg: &'static str,
    /// Public exponent, base64url.
    pub e: String,
    pub kid: String,
    pub kty: &'static str,
    /// Modulus, base64url.
    pub n: String,
    #[serde(rename = "use")]
    pub usage: &'static str,
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::{Arc, LazyLock};

    use super::*;

    /// Two keys shared by the tests of this crate, because generating one is slow.
    pub(crate) static KEYS: LazyLock<[Arc<SigningKey>; 2]> =
        LazyLock::new(|| [(); 2].map(|()| Arc::new(SigningKey::generate().unwrap())));

    #[test]
    fn a_key_survives_storage() {
        let stored = KEYS[0].to_pkcs8().unwrap();
        let read = SigningKey::from_pkcs8(&stored).unwrap();
        assert_eq!(read.jwk(), KEYS[0].jwk());
        let signature = read.try_sign(b"message").unwrap();
        assert!(KEYS[0].verifying_key().verify(b"message", &signature).is_ok());
        assert!(KEYS[0].verifying_key().verify(b"massage", &signature).is_err());
        assert!(KEYS[1].verifying_key().verify(b"message", &signature).is_err());
    }

    #[test]
    fn bytes_that_are_no_key_are_refused() {
        let stored = KEYS[0].to_pkcs8().unwrap();
        for bytes in [&b""[..], b"garbage", &stored[..stored.len() - 1], &stored[1..]] {
            assert_eq!(SigningKey::from_pkcs8(bytes).unwrap_err(), KeyError::Malformed);
        }
    }

    #[test]
    fn a_key_id_is_base64_of_32_bytes_and_differs_between_keys() {
        let kid = KEYS[0].kid();
        assert_eq!(kid.len(), 44);
        assert!(kid.ends_with('='));
        assert_eq!(STANDARD.decode(kid).unwrap().len(), 32);
        assert_ne!(kid, KEYS[1].kid());
    }

    #[test]
    fn a_jwk_has_cognito_s_members_in_cognito_s_order() {
        let jwk = KEYS[0].jwk();
        assert_eq!(URL_SAFE_NO_PAD.decode(&jwk.n).unwrap().len(), 256);
        let expected = format!(
            r#"{{"alg":"RS256","e":"AQAB","kid":"{}","kty":"RSA","n":"{}","use":"sig"}}"#,
            jwk.kid, jwk.n
        );
        assert_eq!(serde_json::to_string(jwk).unwrap(), expected);
    }

    #[test]
    fn debug_output_names_the_key_without_showing_it() {
        assert_eq!(
            format!("{:?}", KEYS[0]),
            format!("SigningKey {{ kid: {:?}, .. }}", KEYS[0].kid())
        );
    }
}
