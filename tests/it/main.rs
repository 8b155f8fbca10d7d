//! Behaviour, as clients and browsers see it: every scenario on SQLite and on Postgres. Expected messages are those of
//! the recorded service, word for word.

#![cfg(test)]

mod attributes;
mod auth;
mod authorisation;
mod branding;
mod choice;
mod clients;
mod custom_auth;
mod devices;
mod domains;
mod groups;
mod login;
mod memory;
mod mfa;
mod migration;
mod oauth;
mod outbox;
mod passwords;
mod pools;
mod protocol;
mod resource_servers;
mod sessions;
mod sign_up;
mod terms;
mod tokens;
mod triggers;
mod users;
mod web;
mod webauthn;
