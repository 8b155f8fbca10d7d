//! `GET /logout`: ends the browser's session and sends it on.

use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use http::HeaderMap;
use poolhouse_domain::Error;
use poolhouse_domain::oauth::{PageError, Parameters};
use poolhouse_engine::Denied;

use super::authorize::{found, get_only, refuse};
use super::door::Door;
use super::end_session::end_session;

/// Signs the browser out. With `logout_uri` it goes there, or else to the sign-in page for `redirect_uri`; both must be
/// the client's.
///
/// In a strict pool a request without either is one of OpenID Connect.
pub async fn logout(door: Door, jar: CookieJar, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let parameters = Parameters::parse(query.as_deref().unwrap_or_default());
    let is_cognitos = ["logout_uri", "redirect_uri"]
        .iter()
        .any(|name| parameters.get(name).is_some());
    if !is_cognitos && is_strict(&door, &parameters).await {
        return end_session(&door, jar, &headers, &parameters).await;
    }
    match sign_out(&door, &jar, &parameters).await {
        Ok((location, jar)) => (jar, found(&location)).into_response(),
        Err(denied) => refuse(&door, &parameters, denied),
    }
}

/// Signs the browser out of a strict pool, for a client that sends a form.
pub async fn logout_by_form(door: Door, jar: CookieJar, headers: HeaderMap, body: Bytes) -> Response {
    let parameters = Parameters::parse(&String::from_utf8_lossy(&body));
    if is_strict(&door, &parameters).await {
        end_session(&door, jar, &headers, &parameters).await
    } else {
        get_only().await
    }
}

async fn is_strict(door: &Door, parameters: &Parameters) -> bool {
    let client_id = parameters.get("client_id");
    door.cx.is_for_strict_pool(door.pool.as_deref(), client_id).await
}

async fn sign_out(door: &Door, jar: &CookieJar, parameters: &Parameters) -> Result<(String, CookieJar), Denied> {
    let page = Denied::Page;
    let client_id = parameters
        .one("client_id")
        .map_err(|_| page(PageError::ClientUnknown))?;
    let client_id = client_id.ok_or(page(PageError::ParametersMissing))?;
    let found = door.cx.oauth_client(door.pool.as_deref(), client_id).await;
    let (pool, client) = found.map_err(|error| match error {
        Error::ClientNotFound(_) => page(PageError::ClientUnknown),
        other => Denied::Other(other),
    })?;
    let one = |name| parameters.one(name).map_err(|_| page(PageError::RedirectMismatch));
    let location = match (one("logout_uri")?, one("redirect_uri")?) {
        (Some(logout_uri), _) if client.has_logout_url(logout_uri) => logout_uri.to_owned(),
        (None, Some(redirect_uri)) if client.has_callback(redirect_uri) => {
            door.path("/login", &sign_in_again(parameters, client.allowed_scopes()).to_query())
        }
        (None, None) => return Err(page(PageError::ParametersMissing)),
        _ => return Err(page(PageError::RedirectMismatch)),
    };
    if let Some(cookie) = door.session_cookie(jar, &pool) {
        door.cx.end_browser_session(&pool, cookie).await?;
    }
    Ok((location, jar.clone().add(door.ended_session_cookie(&pool))))
}

/// The request of the sign-in that follows a sign-out: for all of the client's scopes when it names none.
fn sign_in_again(parameters: &Parameters, scopes: &[String]) -> Parameters {
    if parameters.get("scope").is_some() {
        return parameters.clone();
    }
    parameters.without("scope").and("scope", &scopes.join(" "))
}
