//! What the pages show: one struct for each page, filled by the handlers and rendered on the server.
//!
//! Templates escape every value. Addresses are [`Href`]s, so none can run anything; colours and rules of a [`Brand`] were
//! checked before.

mod account;
mod brand;
mod factors;
mod href;
mod page;
mod passkeys;
mod password;
mod plain;
#[cfg(test)]
mod samples;
mod sign_in;
#[cfg(test)]
mod tests;

pub use account::{Confirm, ConfirmByLink, ConfirmForgotPassword, ConfirmLink, Field, ForgotPassword, SignUp};
pub use brand::{Brand, Scheme};
pub use factors::{MfaSetupChoice, MfaSetupContact, MfaSetupTotp, OneTimeCode, SelectMfa};
pub use href::Href;
pub use page::{Page, respond};
pub use passkeys::{AddPasskey, PasskeySignIn};
pub use password::{NewPassword, PasswordRules};
pub use plain::{ErrorPage, Notice, SignedOut};
pub use sign_in::{Choice, Factor, LoginName, Password, Provider, SignIn};
