//! The use cases behind the OAuth endpoints and managed login.

mod authorize;
mod browser;
mod exchange;
mod id_token_hint;
mod presented;
mod registration;
mod revocation;
mod token;
mod user_info;

pub use authorize::{AuthorizationRequest, Decision, Denied};
pub use browser::BrowserSignIn;
pub use exchange::{DerivedToken, Exchange, ExchangedToken, Target};
pub use id_token_hint::IdTokenHint;
pub use registration::RegisteredClient;
pub use token::{ClientProof, TokenRequest};
