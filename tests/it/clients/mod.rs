//! App clients: what a new one is, what an update leaves, their secrets, flows and addresses.

mod attributes;
mod create_user_pool_client;
mod flows_and_scopes;
mod redirects;
mod secrets;
mod update_user_pool_client;
mod validity;
