//! Keys, signatures, password hashing, proofs of passwords and codes, sealing at rest and randomness.
//!
//! Knows nothing of user pools or storage. Every primitive comes from a library (AWS-LC, `argon2`, `crypto-bigint`);
//! this crate decides which one, under which key, and what the bytes look like.

pub mod entropy;
pub mod hmac;
pub mod jwt;
pub mod key_reserve;
pub mod key_text;
pub mod keys;
pub mod opaque;
pub mod password;
pub mod refresh_token;
pub mod seal;
pub mod srp;
mod token_cipher;
pub mod totp;
pub mod webauthn;
pub mod workers;
