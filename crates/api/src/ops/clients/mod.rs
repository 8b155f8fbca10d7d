//! App clients and their secrets.

mod add_user_pool_client_secret;
mod create_user_pool_client;
mod delete_user_pool_client;
mod delete_user_pool_client_secret;
mod describe_user_pool_client;
mod get_user_pool_client_session_configuration;
mod list_user_pool_client_secrets;
mod list_user_pool_clients;
mod set_user_pool_client_session_configuration;
mod update_user_pool_client;

use poolhouse_engine::Cx;
use poolhouse_model::Secret;

/// The length of a generated secret.
const SECRET_LENGTH: usize = 52;

fn generate_secret(cx: &Cx) -> Secret {
    Secret::from(cx.entropy.alphanumeric_lower(SECRET_LENGTH))
}
