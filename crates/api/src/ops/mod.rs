//! The operations, by aggregate: `ops/<aggregate>/<operation>.rs`.

mod attributes;
mod auth;
mod clients;
mod devices;
mod domains;
mod groups;
mod mfa;
mod passwords;
mod pools;
mod resource_servers;
mod sessions;
mod sign_up;
mod users;
mod webauthn;
