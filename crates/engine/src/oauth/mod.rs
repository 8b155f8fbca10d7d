//! The use cases behind the OAuth endpoints and managed login.

mod authorize;
mod browser;
mod revocation;
mod token;
mod user_info;

pub use authorize::{AuthorizationRequest, Decision, Denied};
pub use browser::BrowserSignIn;
pub use token::{ClientProof, TokenRequest};
