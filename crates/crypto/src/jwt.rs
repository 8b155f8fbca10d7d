//! Tokens signed with RS256, exactly as Cognito spells them, and their strict verification.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::signature::{Signer, Verifier};
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::keys::{SigningKey, VerifyingKey};

/// Longest token that is looked at, in bytes: a user in a hundred groups with long names still fits.
pub const MAX_LENGTH: usize = 32 * 1024;

/// How far `iat` and `nbf` may lie in the future, in seconds: the clocks of two nodes differ.
pub const FUTURE_TOLERANCE: i64 = 60;

/// The end of the year 9999, in seconds: a later time claim is nonsense.
const LATEST_TIME: i64 = 253_402_300_799;

/// Why a token was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error("the claims cannot be written as JSON")]
    Claims(#[from] serde_json::Error),
    #[error("the key refused to sign")]
    Signature(#[from] jsonwebtoken::signature::Error),
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// Not three parts of base64url with JSON objects, or a header that asks for something other than RS256.
    #[error("the token is malformed")]
    Malformed,
    #[error("the token was not signed by this key")]
    BadSignature,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYetValid,
    /// The named claim is missing, of the wrong type, or not what was expected.
    #[error("the claim {0} is not as expected")]
    WrongClaims(&'static str),
}

/// What [`peek_header`] reads from a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Names the signing key. The sender chose it freely: only compare it with the ids of known keys.
    pub kid: String,
}

#[derive(Serialize)]
struct WrittenHeader<'a> {
    kid: &'a str,
    alg: &'static str,
}

/// Signs `claims` into a token with the header `{"kid":"…","alg":"RS256"}`.
///
/// The claims stand in the order in which they are serialised.
pub fn sign(key: &SigningKey, claims: &impl Serialize) -> Result<String, SignError> {
    let header = WrittenHeader {
        kid: key.kid(),
        alg: "RS256",
    };
    let mut token = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header)?);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(serde_json::to_vec(claims)?, &mut token);
    let signature = key.try_sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

/// Reads which key a token says it was signed with, without believing anything else.
///
/// The token must have three parts, and a header with `alg` RS256, a `kid`, and no `crit`. Members that offer a key
/// (`jwk`, `jku`, `x5c`, `x5u`) are ignored.
pub fn peek_header(token: &str) -> Result<Header, JwtError> {
    Parts::split(token)?.header()
}

/// Reads who a token says it was issued by, without believing it: a hint where to look for the key.
pub fn peek_issuer(token: &str) -> Result<String, JwtError> {
    #[derive(Deserialize)]
    struct Issued {
        iss: String,
    }
    let Issued { iss } = parse(Parts::split(token)?.payload)?;
    Ok(iss)
}

/// Checks a token and returns its claims.
///
/// - The signature is RS256 by `key`, and the header names that key.
/// - The payload is a JSON object without duplicate members.
/// - Each claim in `expected` is there, as a string with that value.
/// - `exp` is an integer in the future of `now` (Unix seconds, no leeway).
/// - `iat` and `nbf`, where present, are integers at most [`FUTURE_TOLERANCE`] after `now`.
///
/// A token that is wrong in several ways is reported by the first in this order.
pub fn verify<T: DeserializeOwned>(
    key: &VerifyingKey,
    token: &str,
    now: i64,
    expected: &[(&'static str, &str)],
) -> Result<T, JwtError> {
    let claims = signed_claims(key, token, expected)?;
    if time_claim(&claims, "exp")?.ok_or(JwtError::WrongClaims("exp"))? <= now {
        return Err(JwtError::Expired);
    }
    for name in ["iat", "nbf"] {
        if time_claim(&claims, name)?.is_some_and(|time| time > now.saturating_add(FUTURE_TOLERANCE)) {
            return Err(JwtError::NotYetValid);
        }
    }
    serde_json::from_value(Value::Object(claims)).map_err(|_| JwtError::Malformed)
}

/// Checks a token as [`verify`] does, except that it doesn't matter when it was or is valid.
pub fn verify_of_any_time<T: DeserializeOwned>(
    key: &VerifyingKey,
    token: &str,
    expected: &[(&'static str, &str)],
) -> Result<T, JwtError> {
    let claims = signed_claims(key, token, expected)?;
    serde_json::from_value(Value::Object(claims)).map_err(|_| JwtError::Malformed)
}

/// The claims of a token that is signed by `key` and has those in `expected`.
fn signed_claims(
    key: &VerifyingKey,
    token: &str,
    expected: &[(&'static str, &str)],
) -> Result<Map<String, Value>, JwtError> {
    let parts = Parts::split(token)?;
    if parts.header()?.kid != key.kid() {
        return Err(JwtError::BadSignature);
    }
    let signature = decode(parts.signature)?;
    key.verify(parts.message.as_bytes(), &signature)
        .map_err(|_| JwtError::BadSignature)?;
    let Claims(claims) = parse(parts.payload)?;
    for (name, value) in expected {
        if claims.get(*name).and_then(Value::as_str) != Some(value) {
            return Err(JwtError::WrongClaims(name));
        }
    }
    Ok(claims)
}

/// Reads a claim that counts seconds since 1970.
fn time_claim(claims: &Map<String, Value>, name: &'static str) -> Result<Option<i64>, JwtError> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    match value.as_i64() {
        Some(time @ 0..=LATEST_TIME) => Ok(Some(time)),
        _ => Err(JwtError::WrongClaims(name)),
    }
}

/// A token cut at its dots.
struct Parts<'a> {
    /// What the signature covers: header, dot, payload.
    message: &'a str,
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    fn split(token: &'a str) -> Result<Self, JwtError> {
        if token.len() > MAX_LENGTH {
            return Err(JwtError::Malformed);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(JwtError::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(JwtError::Malformed)?;
        if payload.contains('.') {
            return Err(JwtError::Malformed);
        }
        Ok(Self {
            message,
            header,
            payload,
            signature,
        })
    }

    fn header(&self) -> Result<Header, JwtError> {
        let Claims(members) = parse(self.header)?;
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        match (text("kid"), text("alg")) {
            (Some(kid), Some("RS256")) if !members.contains_key("crit") => Ok(Header { kid: kid.to_owned() }),
            _ => Err(JwtError::Malformed),
        }
    }
}

/// Decodes canonical base64url: no padding, no blanks, no stray bits.
fn decode(part: &str) -> Result<Vec<u8>, JwtError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtError::Malformed)
}

fn parse<T: DeserializeOwned>(part: &str) -> Result<T, JwtError> {
    serde_json::from_slice(&decode(part)?).map_err(|_| JwtError::Malformed)
}

/// A JSON object in which every name stands once.
struct Claims(Map<String, Value>);

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Map<String, Value>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object without duplicate members")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
                let mut claims = Map::new();
                while let Some((name, value)) = members.next_entry()? {
                    if claims.insert(name, value).is_some() {
                        return Err(serde::de::Error::custom("a claim stands twice"));
                    }
                }
                Ok(claims)
            }
        }

        deserializer.deserialize_map(Members).map(Claims)
    }
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;
