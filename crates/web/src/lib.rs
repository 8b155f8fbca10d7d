//! The HTTP face of the house: the JSON API, the keys and settings that verifiers fetch, pages, and in development mode
//! the inbox. [`router()`] is the table of contents.
//!
//! A handler reads the request, asks the engine, and words the outcome. It decides nothing that the JSON API would have
//! to decide again.

mod api;
mod app;
mod brand;
mod confirm_user;
mod cors;
mod development;
mod discovery;
mod fault;
mod forwarded;
mod health;
mod login;
mod oauth;
mod request;
mod router;
mod safety;

pub use app::App;
pub use router::router;
