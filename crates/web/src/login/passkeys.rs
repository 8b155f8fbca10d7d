//! `/passkeys/add`: a signed-in user registers a passkey.

use std::sync::Arc;

use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use poolhouse_domain::oauth::Parameters;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{Caller, Cx};

use super::sign_in;
use super::views::{AddPasskey, Href};
use super::visit::{Visit, sentence};
use crate::oauth::authorize::{found, see_other};

/// Shows the page that registers a passkey, to a browser that is signed in.
pub async fn page(visit: Visit) -> Response {
    match caller(&visit).await {
        Ok(Some(caller)) => show(&visit, StatusCode::OK, &caller, None).await,
        Ok(None) => found(&visit.page_at("/login").to_string()),
        Err(error) => refused(&visit, &error),
    }
}

/// Registers the passkey that the browser made, and goes back to the client.
pub async fn submit(visit: Visit, body: Bytes) -> Response {
    let form = Parameters::parse(&String::from_utf8_lossy(&body));
    if !visit.is_own(&form) {
        return visit.restart();
    }
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
