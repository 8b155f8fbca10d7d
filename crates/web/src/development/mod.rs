//! What development mode offers to tests and to people who try things: the inbox, and the calls of
//! functions. None of it exists in production mode.

mod inbox;
mod invocations;
mod localstack;
mod query;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use poolhouse_outbound::{Inbox, Invocations};
use tokio_util::sync::CancellationToken;

use crate::fault;

/// What the handlers here share.
#[derive(Clone)]
struct Desk {
    inbox: Arc<Inbox>,
    invocations: Arc<Invocations>,
    draining: CancellationToken,
}

/// The paths of development mode.
pub fn routes<App>(inbox: Arc<Inbox>, invocations: Arc<Invocations>, draining: CancellationToken) -> Router<App> {
    Router::new()
        .route("/_poolhouse/messages", get(inbox::list).delete(inbox::clear))
        .route(
            "/_poolhouse/invocations",
            get(invocations::list).delete(invocations::clear),
        )
        .route(
            "/_aws/ses",
            get(localstack::list_mails).delete(localstack::delete_mails),
        )
        .route("/_localstack/health", get(localstack::health))
        .layer(from_fn(refuse_foreign_pages))
        .with_state(Desk {
            inbox,
            invocations,
            draining,
        })
}

/// Refuses what a browser sends on behalf of a page from elsewhere: codes are for the developer, not for the web.
async fn refuse_foreign_pages(request: Request, next: Next) -> Response {
    let foreign = |site: &http::HeaderValue| site != "same-origin" && site != "none";
    if request.headers().get("sec-fetch-site").is_some_and(foreign) {
        return fault::json(StatusCode::FORBIDDEN, "Pages of other sites may not come here.");
    }
    next.run(request).await
}
