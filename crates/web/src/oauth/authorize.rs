//! `/oauth2/authorize`: where every sign-in of a browser begins.

use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use http::{StatusCode, header};
use poolhouse_domain::oauth::{PageError, Parameters};
use poolhouse_engine::{Decision, Denied};
use url::form_urlencoded;

use super::door::Door;
use crate::fault;

/// Answers with a code or tokens, with a refusal, or by sending the browser to the sign-in page.
pub async fn authorize(door: Door, jar: CookieJar, RawQuery(query): RawQuery) -> Response {
    let parameters = Parameters::parse(query.as_deref().unwrap_or_default());
    answer(&door, &jar, &parameters, StatusCode::FOUND).await
}

/// Answers the same request in a form, which a strict pool takes (OpenID Connect Core, section 3.1.2.1).
pub async fn authorize_by_form(door: Door, jar: CookieJar, body: Bytes) -> Response {
    let parameters = Parameters::parse(&String::from_utf8_lossy(&body));
    let client_id = parameters.get("client_id");
    if door.cx.is_for_strict_pool(door.pool.as_deref(), client_id).await {
        answer(&door, &jar, &parameters, StatusCode::SEE_OTHER).await
    } else {
        get_only().await
    }
}

/// Refuses a request by another method than GET.
pub async fn get_only() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")]).into_response()
}

async fn answer(door: &Door, jar: &CookieJar, parameters: &Parameters, redirects: StatusCode) -> Response {
    match decide(door, jar, parameters).await {
        Ok(Decision::Redirect(location)) => redirect(redirects, &location),
        Ok(Decision::SignIn) => redirect(redirects, &door.path("/login", &parameters.to_query())),
        Err(denied) => refuse(door, parameters, denied),
    }
}

async fn decide(door: &Door, jar: &CookieJar, parameters: &Parameters) -> Result<Decision, Denied> {
    let request = door.cx.authorization(door.pool.as_deref(), parameters).await?;
    let session = match door.session_cookie(jar, &request.pool) {
        Some(cookie) => door.cx.browser_session(&request.pool, cookie).await?,
        None => None,
    };
    Ok(door.cx.decide(&request, session.as_ref()).await?)
}

/// Tells of a refusal: to the client at its address, or to the user on a page.
pub fn refuse(door: &Door, parameters: &Parameters, denied: Denied) -> Response {
    match denied {
        Denied::Redirect(location) => found(&location),
        Denied::Page(error) => found(&door.path("/error", &page_query(error, parameters))),
        Denied::Other(error) => {
            let (status, message) = fault::words(&error);
            fault::json(status, message)
        }
    }
}

/// What the error page is told.
fn page_query(error: PageError, parameters: &Parameters) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let name = match error {
        PageError::ParametersMissing => "Required parameters missing",
        PageError::ClientUnknown => "Client does not exist",
        PageError::RedirectMismatch => "redirect_mismatch",
        PageError::RequestInvalid => "invalid_request",
    };
    query.append_pair("error", name);
    if let (PageError::RedirectMismatch, Some(client_id)) = (error, parameters.get("client_id")) {
        query.append_pair("client_id", client_id);
    }
    query.finish()
}

/// Sends the browser to `location`.
pub fn found(location: &str) -> Response {
    redirect(StatusCode::FOUND, location)
}

/// Sends the browser to `location`, which it asks for anew: after a form.
pub fn see_other(location: &str) -> Response {
    redirect(StatusCode::SEE_OTHER, location)
}

fn redirect(status: StatusCode, location: &str) -> Response {
    (status, [(header::LOCATION, location.to_owned())]).into_response()
}
