//! `GET /error`: what went wrong with a request that no client can be told of.

use axum::extract::RawQuery;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use http::{HeaderMap, StatusCode};
use poolhouse_domain::oauth::Parameters;

use crate::login::texts::Texts;
use crate::login::views::{Brand, ErrorPage, Href, Page, respond};
use crate::login::visit::texts;

/// The errors that the page names.
const NAMED: [&str; 2] = ["redirect_mismatch", "invalid_request"];

/// Says that the request was wrong. Of what the address says, only errors that we know are shown.
pub async fn page(jar: CookieJar, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let query = Parameters::parse(query.as_deref().unwrap_or_default());
    let error = query.get("error");
    let brand = Brand::default();
    let view = ErrorPage {
        page: plain_page(texts(&query, &jar, &headers), &brand),
        code: NAMED.into_iter().find(|named| error == Some(*named)),
        sign_in: None,
    };
    respond(StatusCode::BAD_REQUEST, &view, &[])
}

/// What a page has that belongs to no client and has no form.
pub fn plain_page(texts: Texts, brand: &Brand) -> Page<'_> {
    Page {
        texts,
        brand,
        csrf: "",
        action: Href::local("/", None),
        session: None,
        error: None,
        notice: None,
        address: None,
    }
}
