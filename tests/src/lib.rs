//! What Poolhouse's tests share.
//!
//! A [`Lab`](lab::Lab) is a whole server in process; [`scenario!`] runs the same body against one on SQLite and one on
//! Postgres; the [`actors`] speak. From outside there are throw-away [`database`]s, and the built [`program`].

pub mod actors;
pub mod authenticator;
pub mod browser;
pub mod clock;
pub mod connection;
pub mod custom_sender;
pub mod database;
pub mod device;
pub mod functions;
mod invariants;
pub mod lab;
mod log;
pub mod mailbox;
mod opened;
pub mod passkeys;
pub mod program;
pub mod reply;
mod scenario;
pub mod sigv4;
pub mod srp;
