//! One exchange of SRP: what the client shows, what the server shows, and the claim that proves the password.

use aws_lc_rs::{hkdf, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto_bigint::U3072;
use zeroize::Zeroizing;

use super::group::{self, ELEMENT_LEN, EXPONENT_LEN, Element};
use super::verifier::{Identity, Verifier};
use crate::entropy::Entropy;
use crate::hmac::sha256;

/// Longest `SRP_A`, in hexadecimal digits: twice as long as any that a client computes.
const MAX_CLIENT_PUBLIC_DIGITS: usize = 4 * ELEMENT_LEN;

const KEY_INFO: &[u8] = b"Caldera Derived Key";
const KEY_LEN: usize = 16;

/// Length in bytes of the secret of a [`Challenge`].
pub const SECRET_LEN: usize = EXPONENT_LEN;

/// An `SRP_A` that is not hexadecimal, is too long, or would make the password superfluous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the SRP_A is not valid")]
pub struct InvalidClientPublic;

/// A, which the client shows; never a multiple of N.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientPublic {
    padded: Vec<u8>,
    element: Element,
}

impl ClientPublic {
    /// Reads an `SRP_A`: hexadecimal digits of either case, any number up to 1536 of them.
    pub fn parse(srp_a: &str) -> Result<Self, InvalidClientPublic> {
        if srp_a.is_empty() || srp_a.len() > MAX_CLIENT_PUBLIC_DIGITS {
            return Err(InvalidClientPublic);
        }
        let filler = if srp_a.len().is_multiple_of(2) { "" } else { "0" };
        let bytes = hex::decode([filler, srp_a].concat()).map_err(|_| InvalidClientPublic)?;
        Self::from_bytes(&bytes)
    }

    /// Reads a big-endian integer, such as [`Self::as_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidClientPublic> {
        let element = group::reduce(bytes).ok_or(InvalidClientPublic)?;
        if element == Element::ZERO {
            return Err(InvalidClientPublic);
        }
        Ok(Self {
            padded: group::pad(bytes),
            element,
        })
    }

    /// The integer, big-endian, as it is hashed: 1 to 769 bytes, usually 384 or 385.
    pub fn as_bytes(&self) -> &[u8] {
        &self.padded
    }
}

/// What a client sends to prove that it knows the password.
#[derive(Debug, Clone, Copy)]
pub struct PasswordClaim<'a> {
    pub identity: Identity<'a>,
    /// The `SECRET_BLOCK`, decoded.
    pub secret_block: &'a [u8],
    /// The `TIMESTAMP` as it came; [`super::parse_timestamp`] reads it.
    pub timestamp: &'a str,
    /// The `PASSWORD_CLAIM_SIGNATURE` as it came: Base64.
    pub signature: &'a str,
}

/// The server's side of one exchange.
pub struct Challenge {
    verifier: Verifier,
    client_public: ClientPublic,
    secret: Zeroizing<[u8; SECRET_LEN]>,
    server_public: U3072,
}

impl Challenge {
    /// Answers what a client shows with a fresh secret.
    pub fn start(verifier: Verifier, client_public: ClientPublic, entropy: &dyn Entropy) -> Self {
        let mut secret = Zeroizing::new([0; SECRET_LEN]);
        entropy.fill(&mut *secret);
        Self::resume(verifier, client_public, &secret)
    }

    /// Takes up the exchange that has this [`Self::secret`].
    pub fn resume(verifier: Verifier, client_public: ClientPublic, secret: &[u8; SECRET_LEN]) -> Self {
        let server_public = group::server_public(&verifier.element, secret);
        Self {
            verifier,
            client_public,
            secret: Zeroizing::new(*secret),
            server_public,
        }
    }

    /// The secret exponent b, to be sealed between the two requests and used for one claim only.
    pub fn secret(&self) -> &[u8; SECRET_LEN] {
        &self.secret
    }

    /// The `SRP_B`: lower-case hexadecimal digits without leading zeros.
    pub fn srp_b_hex(&self) -> String {
        group::to_hex(&group::to_bytes(&self.server_public))
    }

    /// Says whether the claim was made with the password of the verifier, in a time that does not depend on it.
    ///
    /// A signature that is not Base64 of 32 bytes is refused like a wrong one.
    pub fn verify(&self, claim: &PasswordClaim<'_>) -> bool {
        let mut signature = [0; 32];
        if STANDARD.decode_slice(claim.signature, &mut signature) != Ok(signature.len()) {
            return false;
        }
        let scrambler = sha256(&[self.client_public.as_bytes(), &self.padded_server_public()].concat());
        if scrambler == [0; 32] {
            return false;
        }
        let blinded = self
            .client_public
            .element
            .mul(&group::power(&self.verifier.element, &scrambler));
        let shared = Zeroizing::new(group::power(&blinded, &self.secret));
        // The server's secret was applied to −g, so the client has either this value or its negative.
        let negative = Zeroizing::new(shared.neg());
        let message = [
            claim.identity.group.as_bytes(),
            claim.identity.name.as_bytes(),
            claim.secret_block,
            claim.timestamp.as_bytes(),
        ]
        .concat();
        [shared, negative]
            .iter()
            .map(|shared| signed_under(shared, &scrambler, &message, &signature))
            .fold(false, |found, signed| found | signed)
    }

    fn padded_server_public(&self) -> Vec<u8> {
        group::pad(&group::to_bytes(&self.server_public))
    }
}

/// Says whether `signature` is that of `message` under the key made from the shared value.
fn signed_under(shared: &Element, scrambler: &[u8; 32], message: &[u8], signature: &[u8; 32]) -> bool {
    let shared = Zeroizing::new(group::pad(&group::to_bytes(&shared.retrieve())));
    let mut key = Zeroizing::new([0; KEY_LEN]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, &group::pad(scrambler))
        .extract(&shared)
        .expand(&[KEY_INFO], KeyLength)
        .and_then(|derived| derived.fill(&mut *key))
        .and_then(|()| hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &*key), message, signature))
        .is_ok()
}

struct KeyLength;

impl hkdf::KeyType for KeyLength {
    fn len(&self) -> usize {
        KEY_LEN
    }
}
