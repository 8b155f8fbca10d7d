//! `/passkeys/add`: a signed-in user registers a passkey.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequestParts, RawQuery};
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use poolhouse_domain::oauth::Parameters;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{Caller, Cx};
use poolhouse_model::OAuthFlowType;

use super::sign_in;
use super::views::{AddPasskey, Href};
use super::visit::{Visit, sentence};
use crate::App;
use crate::oauth::authorize::{found, see_other};
use crate::oauth::door::Door;

/// A visit to the page. Its address need not be a whole authorization request: it may name the client and where to go
/// afterwards, and nothing else.
pub struct Enrolment(Visit);

impl FromRequestParts<App> for Enrolment {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let door = Door::from_request_parts(parts, app).await?;
        let Ok(RawQuery(query)) = RawQuery::from_request_parts(parts, app).await;
        let mut query = Parameters::parse(query.as_deref().unwrap_or_default());
        if query.get("response_type").is_none() {
            let response_type = response_type(&door, &query).await;
            query = query.and("response_type", response_type);
        }
        Visit::open(door, query, &parts.headers).await.map(Self)
    }
}

/// How the client is answered when its user has to sign in first.
async fn response_type(door: &Door, query: &Parameters) -> &'static str {
    let id = query.get("client_id").unwrap_or_default();
    match door.cx.oauth_client(door.pool.as_deref(), id).await {
        Ok((_, client)) if !client.allows_oauth_flow(OAuthFlowType::Code) => "token",
        _ => "code",
    }
}

/// Shows the page that registers a passkey, to a browser that is signed in.
pub async fn page(Enrolment(visit): Enrolment) -> Response {
    match caller(&visit).await {
        Ok(Some(caller)) => show(&visit, StatusCode::OK, &caller, None).await,
        Ok(None) => found(&visit.page_at("/login").to_string()),
        Err(error) => refused(&visit, &error),
    }
}

/// Registers the passkey that the browser made, and goes back to the client.
pub async fn submit(Enrolment(visit): Enrolment, body: Bytes) -> Response {
    let Some(form) = visit.form(&body) else {
        return visit.restart();
    };
    let caller = match caller(&visit).await {
        Ok(Some(caller)) => caller,
        Ok(None) => return see_other(&visit.page_at("/login").to_string()),
        Err(error) => return refused(&visit, &error),
    };
    let credential = serde_json::from_str(form.get("credential").unwrap_or_default());
    let completed = match credential {
        Ok(credential) => visit.cx().complete_passkey_registration(&caller, &credential).await,
        Err(_) => Err(Error::invalid_parameter("The credential is not JSON.")),
    };
    match completed {
        Ok(()) => see_other(&visit.request.authorization.redirect_uri),
        Err(error) => {
            let (status, message) = sentence(&error);
            show(&visit, status, &caller, Some(&message)).await
        }
    }
}

/// The user of the browser's session.
async fn caller(visit: &Visit) -> Result<Option<Caller>> {
    let pool = &visit.request.pool;
    let Some(cookie) = visit.door.session_cookie(&visit.jar, pool) else {
        return Ok(None);
    };
    let session = visit.cx().browser_session(pool, cookie).await?;
    let client = Arc::clone(&visit.request.client);
    Ok(session.map(|(_, user)| Cx::browser_caller(Arc::clone(pool), client, user)))
}

async fn show(visit: &Visit, status: StatusCode, caller: &Caller, error: Option<&str>) -> Response {
    let options = match visit.cx().start_passkey_registration(caller).await {
        Ok(options) => options.to_string(),
        Err(error) => return refused(visit, &error),
    };
    let view = AddPasskey {
        page: visit.page("/passkeys/add", error),
        username: &caller.user.username,
        options: &options,
        skip: Href::web(&visit.request.authorization.redirect_uri),
    };
    visit.show(status, &view)
}

fn refused(visit: &Visit, error: &Error) -> Response {
    let (status, message) = sentence(error);
    sign_in::show(visit, status, "", Some(&message))
}
