//! Users and their state.

mod admin_create_user;
mod admin_delete_user;
mod admin_disable_user;
mod admin_enable_user;
mod admin_get_user;
mod admin_set_user_settings;
mod delete_user;
mod get_user;
mod list_users;
mod set_user_settings;
