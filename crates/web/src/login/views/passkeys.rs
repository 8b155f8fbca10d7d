//! Passkeys. Both forms send what the browser says, as JSON, in the field `credential`.

use askama::Template;

use super::{Href, Page};

/// Signing in with a passkey.
#[derive(Debug, Template)]
#[template(path = "login/passkey.html")]
pub struct PasskeySignIn<'a> {
    pub page: Page<'a>,
    pub username: &'a str,
    /// `PublicKeyCredentialRequestOptions` in JSON.
    pub options: &'a str,
    /// Back to the choice of factors, where there are others.
    pub other_ways: Option<Href>,
    pub restart: Href,
}

/// Adding a passkey, at `/passkeys/add`.
#[derive(Debug, Template)]
#[template(path = "login/add_passkey.html")]
pub struct AddPasskey<'a> {
    pub page: Page<'a>,
    pub username: &'a str,
    /// `PublicKeyCredentialCreationOptions` in JSON.
    pub options: &'a str,
    /// Where to go on without one.
    pub skip: Option<Href>,
}
