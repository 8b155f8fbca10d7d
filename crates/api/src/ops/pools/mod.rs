//! User pools and their settings.

mod add_custom_attributes;
mod create_user_pool;
mod custom_id;
mod delete_user_pool;
mod describe_user_pool;
mod get_user_pool_mfa_config;
mod get_user_pool_session_configuration;
mod list_user_pools;
mod set_user_pool_mfa_config;
mod set_user_pool_session_configuration;
mod update_user_pool;
