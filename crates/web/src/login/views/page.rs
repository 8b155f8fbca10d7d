//! What all pages have.

use std::borrow::Cow;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use url::Url;

use super::{Brand, Href};
use crate::login::assets;
use crate::login::headers::headers;
use crate::login::texts::{Language, Texts};

/// The part of a view that all pages share.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    pub texts: Texts,
    pub brand: &'a Brand,
    /// The token that each form sends back as `_csrf`.
    pub csrf: &'a str,
    /// Where the page's main form is sent.
    pub action: Href,
    /// The sign-in that the form continues, sent back as `session`.
    pub session: Option<&'a str>,
    /// The sentence of what went wrong, as the engine says it.
    pub error: Option<&'a str>,
    /// What went well, in the language of the page.
    pub notice: Option<Cow<'a, str>>,
    /// The address at which the page can be had in another language; without it none is offered.
    pub address: Option<Href>,
}

#[expect(clippy::unused_self, reason = "templates ask the page for all that they show")]
impl Page<'_> {
    /// A message in the language of the page.
    pub fn text(&self, key: &str) -> Cow<'static, str> {
        self.texts.text(key)
    }

    /// A message with a value in it.
    pub fn text_with(&self, key: &str, name: &str, value: &str) -> String {
        self.texts.text_with(key, name, value)
    }

    /// What went wrong, in the language of the page where it has a translation.
    pub fn problem(&self) -> Option<Cow<'_, str>> {
        self.error
            .map(|sentence| self.texts.sentence(sentence).into_owned().into())
    }

    /// The path of our stylesheet.
    pub fn stylesheet(&self) -> String {
        assets::stylesheet()
    }

    /// The path of our stylesheet for the dark.
    pub fn dark_stylesheet(&self) -> String {
        assets::dark_stylesheet()
    }

    /// The path of our script.
    pub fn script(&self) -> String {
        assets::script()
    }

    /// The page in other languages, each with its address.
    pub fn languages(&self) -> Vec<(&'static Language, Href)> {
        let languages = Texts::languages().iter();
        let address = self.address.iter();
        address
            .flat_map(|address| {
                languages
                    .clone()
                    .map(|language| (language, address.with("lang", language.tag)))
            })
            .collect()
    }
}

/// Answers with a page. `redirects` are the addresses to which an answer to its forms may lead.
pub fn respond(status: StatusCode, page: &impl Template, redirects: &[Url]) -> Response {
    match page.render() {
        Ok(html) => (status, headers(redirects), Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
