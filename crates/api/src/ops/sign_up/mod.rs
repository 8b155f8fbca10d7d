//! Signing up, and confirming it.

#[expect(clippy::module_inception, reason = "the operation has the name of its aggregate")]
mod sign_up;

mod admin_confirm_sign_up;
mod confirm_sign_up;
mod resend_confirmation_code;
