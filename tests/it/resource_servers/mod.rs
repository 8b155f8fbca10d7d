//! Resource servers and the custom scopes that they define.

mod clients;
mod paging;
mod settings;
