//! Styles of managed login, and the look of the classic hosted UI.

mod create_managed_login_branding;
mod delete_managed_login_branding;
mod describe_managed_login_branding;
mod describe_managed_login_branding_by_client;
mod get_ui_customization;
mod set_ui_customization;
mod update_managed_login_branding;
