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
