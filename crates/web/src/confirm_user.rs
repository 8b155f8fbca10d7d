//! The page behind the link in a verification mail.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use poolhouse_awsjson::{Operation, constraints};
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{Confirmation, Cx};
use poolhouse_model::operations::ConfirmSignUp;
use serde::Deserialize;
use serde_json::json;

use crate::fault;
use crate::login::texts::Texts;
use crate::login::views::{Brand, Href, Notice, Page, respond};
use crate::request::Context;

/// The query of the link.
#[derive(Deserialize)]
pub struct Link {
    client_id: String,
    user_name: String,
    confirmation_code: String,
}

/// Confirms the sign-up that the link belongs to, and says how it went.
pub async fn page(Context(cx): Context, headers: HeaderMap, link: Result<Query<Link>, QueryRejection>) -> Response {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let texts = Texts::for_request(None, None, accepted);
    match confirm(&cx, link).await {
        Ok(()) => render(StatusCode::OK, texts, "confirmed-title", &texts.text("confirmed-text")),
        Err(error) => {
            let (status, message) = fault::words(&error);
            render(status, texts, "not-confirmed-title", &texts.sentence(&message))
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

pub fn render(status: StatusCode, texts: Texts, title: &str, text: &str) -> Response {
    let page = Page {
        texts,
        brand: &Brand::default(),
        csrf: "",
        action: Href::local("/confirmUser", None),
        session: None,
        error: None,
        notice: None,
        address: None,
    };
    let title = &texts.text(title);
    let next = None;
    respond(
        status,
        &Notice {
            page,
            title,
            text,
            next,
        },
        &[],
    )
}
