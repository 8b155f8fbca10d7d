//! Sessions of users.

mod admin_list_user_sessions;
mod admin_revoke_user_session;
mod list_user_sessions;
mod revoke_user_session;
