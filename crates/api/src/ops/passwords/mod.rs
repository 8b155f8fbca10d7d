//! Setting, changing and forgetting passwords.

mod admin_reset_user_password;
mod admin_set_user_password;
mod change_password;
mod confirm_forgot_password;
mod forgot_password;
