//! Who may call what: signatures, access tokens, and forgeries of them.

mod classes;
mod forged_claims;
mod forged_signatures;
mod forgery;
mod issuers;

const INVALID: &str = "Invalid Access Token";
