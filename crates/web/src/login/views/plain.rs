//! Pages without a form.

use askama::Template;

use super::{Href, Page};

/// What happened, in a title and a sentence of the page's language.
#[derive(Debug, Template)]
#[template(path = "login/notice.html")]
pub struct Notice<'a> {
    pub page: Page<'a>,
    pub title: &'a str,
    pub text: &'a str,
    /// Where to go on: the words of the link and its address.
    pub next: Option<(&'a str, Href)>,
}

/// The end of a session.
#[derive(Debug, Template)]
#[template(path = "login/signed_out.html")]
pub struct SignedOut<'a> {
    pub page: Page<'a>,
    pub sign_in: Option<Href>,
}

/// What could not be done. The page's error is the sentence; without one it says no more than that.
#[derive(Debug, Template)]
#[template(path = "login/error.html")]
pub struct ErrorPage<'a> {
    pub page: Page<'a>,
    /// The code of the error, such as `redirect_mismatch`.
    pub code: Option<&'a str>,
    pub sign_in: Option<Href>,
}
