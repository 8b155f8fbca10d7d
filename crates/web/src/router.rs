//! The table of contents: every path, and what surrounds all of them.

use axum::Router;
use axum::body::Body;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use http::request::Parts;
use poolhouse_awsjson::Fault;
use poolhouse_engine::Mode;

use crate::cors::cors;
use crate::login::{assets, brand as client_brand};
use crate::{App, api, brand, confirm_user, development, discovery, health, oauth, request, safety};

/// Everything that the server answers.
///
/// Requests should carry the client's address as [`axum::extract::ConnectInfo`] of a socket address.
pub fn router(app: App) -> Router {
    // HEAD is for programs that look at links; it must not follow this one.
    let confirm_user = get(confirm_user::page).head(not_understood).post(confirm_user::submit);
    let routes = Router::new()
        .route("/", post(api::call).fallback(not_understood).layer(cors()))
        .route(
            "/{pool_id}/.well-known/jwks.json",
            get(discovery::keys).fallback(not_understood).layer(cors()),
        )
        .route(
            "/{pool_id}/.well-known/openid-configuration",
            get(discovery::configuration).fallback(not_understood).layer(cors()),
        )
        .route("/confirmUser", confirm_user.clone())
        .route("/{pool_id}/confirmUser", confirm_user)
        .route("/assets/{name}", get(assets::file))
        .route("/brand/{pool_id}/{name}", get(brand::image))
        .route(
            "/brand/{pool_id}/style/{client_id}/{hash}",
            get(client_brand::stylesheet),
        )
        .route("/health", get(health::ready))
        .route("/readyz", get(health::ready))
        .route("/livez", get(health::live))
        .merge(oauth::routes(app.world.settings.mode));
    let routes = match (app.world.settings.mode, &app.inbox) {
        (Mode::Development, Some(inbox)) => routes.merge(development::routes(
            inbox.clone(),
            app.invocations.clone(),
            app.draining.clone(),
        )),
        _ => routes,
    };
    routes
        .method_not_allowed_fallback(not_understood)
        .fallback(not_understood)
        .layer(safety::panics())
        .layer(from_fn(safety::headers))
        .layer(from_fn_with_state(app.clone(), request::identify))
        .with_state(app)
}

/// Answers what is at no path, or a path by another method.
async fn not_understood(parts: Parts) -> Response {
    Fault::not_understood()
        .into_response(request::id(&parts))
        .map(Body::from)
}
