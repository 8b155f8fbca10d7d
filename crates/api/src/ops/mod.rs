//! The operations, by aggregate: `ops/<aggregate>/<operation>.rs`.

mod attributes;
mod auth;
mod branding;
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
mod terms;
mod users;
mod webauthn;
