//! Groups and who is in them.

mod membership;
mod settings;
