//! The operations, by aggregate: `ops/<aggregate>/<operation>.rs`.

mod attributes;
mod auth;
mod clients;
mod devices;
mod groups;
mod mfa;
mod passwords;
mod pools;
mod sessions;
mod sign_up;
mod users;
mod webauthn;
