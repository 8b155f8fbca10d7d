//! `GET /error`: what went wrong with a request that no client can be told of.

use axum::extract::RawQuery;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use http::{HeaderMap, StatusCode};
use poolhouse_domain::oauth::Parameters;

use crate::login::views::{Brand, ErrorPage, Href, Page, respond};
use crate::login::visit::texts;

/// The errors that the page names.
const NAMED: [&str; 1] = ["redirect_mismatch"];

/// Says that the request was wrong. Of what the address says, only errors that we know are shown.
pub async fn page(jar: CookieJar, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let query = Parameters::parse(query.as_deref().unwrap_or_default());
    let error = query.get("error");
    let brand = Brand::default();
    let view = ErrorPage {
        page: Page {
            texts: texts(&query, &jar, &headers),
            brand: &brand,
            csrf: "",
            action: Href::local("/error", None),
            session: None,
            error: None,
            notice: None,
            address: None,
        },
        code: NAMED.into_iter().find(|named| error == Some(*named)),
        sign_in: None,
    };
    respond(StatusCode::BAD_REQUEST, &view, &[])
}
