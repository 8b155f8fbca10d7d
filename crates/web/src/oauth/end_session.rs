//! Signing out as OpenID Connect RP-Initiated Logout 1.0 has it: what `/logout` does in a strict pool.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use http::{HeaderMap, StatusCode};
use poolhouse_domain::clients::Client;
use poolhouse_domain::oauth::{Authorization, PageError, Parameters, ResponseType};
use poolhouse_domain::pools::Pool;
use poolhouse_engine::Denied;

use super::authorize::{refuse, see_other};
use super::door::Door;
use super::error_page::plain_page;
use crate::login::views::{Brand, SignedOut, respond};
use crate::login::visit::texts;

/// Ends the browser's session, and sends it to the client's address for that, or says that it is signed out.
pub async fn end_session(door: &Door, jar: CookieJar, headers: &HeaderMap, parameters: &Parameters) -> Response {
    match end(door, &jar, parameters).await {
        Ok((Some(location), pool)) => (jar.add(door.ended_session_cookie(&pool)), see_other(&location)).into_response(),
        Ok((None, pool)) => {
            let brand = Brand::default();
            let view = SignedOut {
                page: plain_page(texts(parameters, &jar, headers), &brand),
                sign_in: None,
            };
            let page = respond(StatusCode::OK, &view, &[]);
            (jar.add(door.ended_session_cookie(&pool)), page).into_response()
        }
        Err(denied) => refuse(door, parameters, denied),
    }
}

async fn end(door: &Door, jar: &CookieJar, parameters: &Parameters) -> Result<(Option<String>, Arc<Pool>), Denied> {
    if parameters.repeats() {
        return Err(Denied::Page(PageError::RequestInvalid));
    }
    let (pool, client, sub) = whom(door, parameters).await?;
    let state = parameters.get("state").map(|state| ("state", state));
    let location = match parameters.get("post_logout_redirect_uri") {
        None => None,
        Some(uri) if client.as_ref().is_some_and(|client| client.has_logout_url(uri)) => Some(match state {
            Some(state) => Authorization::location(uri, ResponseType::Code, &[state]),
            None => uri.to_owned(),
        }),
        Some(_) => return Err(Denied::Page(PageError::RedirectMismatch)),
    };
    if let Some(cookie) = door.session_cookie(jar, &pool) {
        let session = door.cx.browser_session(&pool, cookie).await?;
        if session.is_some_and(|(session, _)| sub.is_some_and(|sub| sub != session.sub)) {
            return Err(Denied::Page(PageError::RequestInvalid));
        }
        door.cx.end_browser_session(&pool, cookie).await?;
    }
    Ok((location, pool))
}

/// The pool, the client and the user that a request names: by its hint, its `client_id`, or the door alone.
async fn whom(
    door: &Door,
    parameters: &Parameters,
) -> Result<(Arc<Pool>, Option<Arc<Client>>, Option<String>), Denied> {
    let invalid = || Denied::Page(PageError::RequestInvalid);
    let client_id = parameters.get("client_id");
    let named = match client_id {
        Some(id) => Some(
            door.cx
                .oauth_client(door.pool.as_deref(), id)
                .await
                .map_err(|_| invalid())?,
        ),
        None => None,
    };
    let pool = named.as_ref().map(|(pool, _)| pool).or(door.pool.as_ref());
    let pool = Arc::clone(pool.ok_or(Denied::Page(PageError::ParametersMissing))?);
    let Some(token) = parameters.get("id_token_hint") else {
        return Ok((pool, named.map(|(_, client)| client), None));
    };
    let hint = door.cx.id_token_hint(&pool, token).await?.ok_or_else(invalid)?;
    if client_id.is_some_and(|id| id != hint.client_id) {
        return Err(invalid());
    }
    let client = door.cx.hinted_client(&pool, &hint).await?;
    Ok((pool, client, Some(hint.sub)))
}
