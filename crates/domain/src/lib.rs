//! The entities of a user pool and the rules that hold for them.
//!
//! Nothing here waits, reads or writes: time, randomness and stored facts come in as arguments. Settings of pools and
//! app clients keep the types of the public service model, because they are stored and echoed as they are; things with
//! behaviour are types of this crate.

pub mod assurance;
pub mod attributes;
pub mod branding;
pub mod clients;
pub mod clock;
pub mod codes;
mod contacts;
pub mod custom_sign_in;
pub mod delivery;
pub mod devices;
pub mod domains;
pub mod error;
pub mod filter;
pub mod groups;
pub mod issuers;
pub mod lockout;
pub mod mfa;
pub mod names;
pub mod oauth;
pub mod passkeys;
pub mod password_policy;
pub mod permissions;
pub mod pools;
pub mod resource_servers;
pub mod schema;
pub mod sessions;
pub mod sign_in;
pub mod templates;
pub mod terms;
#[cfg(test)]
mod testing;
pub mod tokens;
pub mod triggers;
pub mod user_sessions;
pub mod users;

pub use clock::{Clock, SystemClock};
pub use error::{Error, Result};
pub use poolhouse_model::Timestamp;

/// One second in milliseconds.
pub const SECOND: i64 = 1_000;
/// One minute in milliseconds.
pub const MINUTE: i64 = 60 * SECOND;
/// One hour in milliseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// One day in milliseconds.
pub const DAY: i64 = 24 * HOUR;
