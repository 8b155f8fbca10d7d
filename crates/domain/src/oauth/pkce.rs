//! Proof Key for Code Exchange (RFC 7636): only who began an authorization can redeem its code.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use poolhouse_crypto::hmac::{constant_time_eq, sha256};

/// The only method: a SHA-256 hash of the verifier.
pub const S256: &str = "S256";

/// Whether `challenge` can be the hash of a verifier: 32 bytes in base64url.
pub fn is_challenge(challenge: &str) -> bool {
    challenge.len() == 43 && BASE64_URL_SAFE_NO_PAD.decode(challenge).is_ok()
}

/// Whether `verifier` is one that RFC 7636 allows, and the one that `challenge` was made of.
pub fn matches(challenge: &str, verifier: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let computed = BASE64_URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()));
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(is_unreserved)
        && constant_time_eq(computed.as_bytes(), challenge.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_published_pair_matches_and_no_other() {
        assert!(matches(CHALLENGE, VERIFIER));
        assert!(!matches(CHALLENGE, &VERIFIER.to_lowercase()));
        assert!(!matches(VERIFIER, VERIFIER));
    }

    #[test]
    fn verifiers_have_43_to_128_unreserved_characters() {
        let challenge = |verifier: &str| BASE64_URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()));
        for (verifier, valid) in [
            ("a".repeat(42), false),
            ("a".repeat(43), true),
            ("~".repeat(128), true),
            ("a".repeat(129), false),
            ("é".repeat(30), false),
            (format!("{} ", "a".repeat(43)), false),
        ] {
            assert_eq!(matches(&challenge(&verifier), &verifier), valid, "{verifier}");
        }
    }

    #[test]
    fn challenges_are_32_bytes_in_base64url() {
        assert!(is_challenge(CHALLENGE));
        for wrong in [
            "",
            &CHALLENGE[1..],
            &format!("{CHALLENGE}="),
            &CHALLENGE.replace('-', "+"),
        ] {
            assert!(!is_challenge(wrong), "{wrong}");
        }
    }
}
