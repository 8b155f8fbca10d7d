//! The page behind the link in a verification mail.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use poolhouse_awsjson::{Operation, constraints};
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{Confirmation, Cx};
use poolhouse_model::operations::ConfirmSignUp;
use serde::Deserialize;
use serde_json::json;

use crate::fault;
use crate::request::Context;

/// What a page without any resources allows: nothing. The address holds a code, and is told to nobody.
const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];

/// The query of the link.
#[derive(Deserialize)]
pub struct Link {
    client_id: String,
    user_name: String,
    confirmation_code: String,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Notice<'a> {
    title: &'a str,
    text: &'a str,
}

/// Confirms the sign-up that the link belongs to, and says how it went.
pub async fn page(Context(cx): Context, link: Result<Query<Link>, QueryRejection>) -> Response {
    match confirm(&cx, link).await {
        Ok(()) => render(
            StatusCode::OK,
            "Your registration has been confirmed!",
            "You can sign in now.",
        ),
        Err(error) => {
            let (status, message) = fault::words(&error);
            render(status, "Your registration could not be confirmed", &message)
        }
    }
}

/// The rules are those of ConfirmSignUp.
async fn confirm(cx: &Cx, link: Result<Query<Link>, QueryRejection>) -> Result<()> {
    let invalid = || Error::invalid_parameter("The link is not complete. Please use it exactly as it was sent.");
    let Query(link) = link.map_err(|_| invalid())?;
    let input = json!({
        "ClientId": link.client_id, "Username": link.user_name, "ConfirmationCode": link.confirmation_code,
    });
    constraints::check(ConfirmSignUp::INPUT, &input).map_err(|_| invalid())?;
    let (pool, client) = cx.client(&link.client_id).await?;
    let confirmation = Confirmation {
        username: &link.user_name,
        code: &link.confirmation_code,
        force_alias_creation: false,
        session: None,
        is_browser: false,
    };
    cx.confirm_sign_up(&pool, &client, confirmation).await.map(drop)
}

pub fn render(status: StatusCode, title: &str, text: &str) -> Response {
    match (Notice { title, text }).render() {
        Ok(page) => (status, HEADERS, Html(page)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_says_is_text_and_never_markup() {
        let notice = Notice {
            title: "<script>",
            text: "\"'&<img src=x onerror=alert(1)>",
        };
        let page = notice.render().unwrap();
        assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
        assert!(page.contains("<h1>&#60;script&#62;</h1>"), "{page}");
    }
}
