//! The use cases that every door of the house shares: the JSON API, the OAuth endpoints and the pages call these, so a
//! rule holds everywhere or nowhere.
//!
//! A use case *gathers* what it needs from the store, *decides* with the rules of `domain`, *writes* in one
//! transaction, and *announces* what happened. Nothing waits for the network while a transaction is open.

mod attempts;
mod attributes;
mod branding;
mod callers;
mod changes;
mod clients;
mod codes;
mod cx;
mod devices;
mod domains;
mod invitations;
mod known;
mod lookups;
mod messages;
mod mfa;
mod migration;
mod oauth;
mod outbox;
mod pages;
mod passkeys;
mod password_reset;
mod passwords;
mod refresh;
mod resource_servers;
mod sign_in;
mod sign_up;
mod terms;
mod tokens;
mod triggers;
mod user_sessions;
mod world;

pub use branding::BrandImage;
pub use callers::Caller;
pub use changes::retried;
pub use cx::{Cx, Request};
pub use invitations::{Invitation, Mediums};
pub use oauth::{
    AuthorizationRequest, BrowserSignIn, ClientProof, Decision, Denied, DerivedToken, Exchange, ExchangedToken,
    IdTokenHint, RegisteredClient, Target, TokenRequest,
};
pub use outbox::Budgets;
pub use pages::Page;
pub use passkeys::ProvedPasskey;
pub use sign_in::{CustomStart, Outcome, Parameters, Response, SignIn, Start, StepUp};
pub use sign_up::{Confirmation, Registered, Registration};
pub use triggers::Handed;
pub use world::{CUSTOM_ID, Mode, Parts, Settings, World};
