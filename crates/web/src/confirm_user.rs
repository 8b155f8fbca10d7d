//! The page behind the link in a verification mail.

use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::response::Response;
use http::{HeaderMap, HeaderName, StatusCode, header};
use poolhouse_awsjson::{Operation, constraints};
use poolhouse_domain::oauth::Parameters;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::Confirmation;
use poolhouse_model::operations::ConfirmSignUp;
use serde_json::json;

use crate::fault;
use crate::login::texts::Texts;
use crate::login::views::{Brand, ConfirmLink, Href, Notice, Page, respond};
use crate::oauth::door::Door;
use crate::oauth::error_page::plain_page;

/// The headers in which browsers say that they fetch a page that nobody has asked for yet.
const PREFETCHING: [HeaderName; 3] = [
    HeaderName::from_static("sec-purpose"),
    HeaderName::from_static("purpose"),
    HeaderName::from_static("x-moz"),
];

/// What the link says.
struct Link<'a> {
    client_id: &'a str,
    username: &'a str,
    code: &'a str,
}

impl<'a> Link<'a> {
    /// Reads the parameters; the rules are those of ConfirmSignUp.
    fn read(parameters: &'a Parameters) -> Result<Self> {
        let invalid = || Error::invalid_parameter("The link is not complete. Please use it exactly as it was sent.");
        let parameter = |name| parameters.get(name).ok_or_else(invalid);
        let link = Self {
            client_id: parameter("client_id")?,
            username: parameter("user_name")?,
            code: parameter("confirmation_code")?,
        };
        let input = json!({
            "ClientId": link.client_id, "Username": link.username, "ConfirmationCode": link.code,
        });
        match constraints::check(ConfirmSignUp::INPUT, &input) {
            Ok(()) => Ok(link),
            Err(_) => Err(invalid()),
        }
    }
}

/// Confirms the sign-up that the link belongs to, and says how it went. A browser that only prepares for a click is given
/// a button.
pub async fn page(door: Door, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let parameters = Parameters::parse(query.as_deref().unwrap_or_default());
    if is_prefetch(&headers)
        && let Ok(link) = Link::read(&parameters)
    {
        return ask(&door, texts(&headers), &link);
    }
    confirm(&door, &headers, &parameters).await
}

/// Confirms the sign-up by the button.
pub async fn submit(door: Door, headers: HeaderMap, body: Bytes) -> Response {
    let parameters = Parameters::parse(&String::from_utf8_lossy(&body));
    confirm(&door, &headers, &parameters).await
}

async fn confirm(door: &Door, headers: &HeaderMap, parameters: &Parameters) -> Response {
    let texts = texts(headers);
    match try_confirm(door, parameters).await {
        Ok(()) => render(StatusCode::OK, texts, "confirmed-title", &texts.text("confirmed-text")),
        Err(error) => {
            let (status, message) = fault::words(&error);
            let title = if error.is_of_trigger() {
                // The sign-up is confirmed for all that.
                "error-title"
            } else {
                "not-confirmed-title"
            };
            render(status, texts, title, &texts.sentence(&message))
        }
    }
}

async fn try_confirm(door: &Door, parameters: &Parameters) -> Result<()> {
    let link = Link::read(parameters)?;
    let (pool, client) = door.cx.oauth_client(door.pool.as_deref(), link.client_id).await?;
    let confirmation = Confirmation {
        username: link.username,
        code: link.code,
        force_alias_creation: false,
        session: None,
        is_browser: false,
    };
    door.cx.confirm_sign_up(&pool, &client, confirmation).await.map(drop)
}

fn is_prefetch(headers: &HeaderMap) -> bool {
    let says = |name| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.contains("prefetch") || value.contains("prerender"))
    };
    PREFETCHING.iter().any(says)
}

fn texts(headers: &HeaderMap) -> Texts {
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    Texts::for_request(None, None, accepted.and_then(|value| value.to_str().ok()))
}

fn ask(door: &Door, texts: Texts, link: &Link<'_>) -> Response {
    let brand = Brand::default();
    let action = Href::local(&door.path("/confirmUser", ""), None);
    let view = ConfirmLink {
        page: page_at(texts, &brand, action),
        client_id: link.client_id,
        username: link.username,
        code: link.code,
    };
    respond(StatusCode::OK, &view, &[])
}

/// Shows what happened.
fn render(status: StatusCode, texts: Texts, title: &str, text: &str) -> Response {
    let brand = Brand::default();
    let view = Notice {
        page: page_at(texts, &brand, Href::local("/", None)),
        title: &texts.text(title),
        text,
        next: None,
    };
    respond(status, &view, &[])
}

fn page_at(texts: Texts, brand: &Brand, action: Href) -> Page<'_> {
    Page {
        action,
        ..plain_page(texts, brand)
    }
}
