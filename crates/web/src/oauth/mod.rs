//! The endpoints of OAuth 2.0 and OpenID Connect. They answer on a pool's domain, and on the server's own address with
//! or without the pool's id in front.

pub mod authorize;
pub mod cookies;
pub mod door;
pub mod error_page;
pub mod logout;
pub mod revoke;
pub mod token;
pub mod user_info;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use http::header::{EXPIRES, PRAGMA, STRICT_TRANSPORT_SECURITY, X_FRAME_OPTIONS};
use http::{HeaderName, HeaderValue};

use crate::App;
use crate::cors::cors;
use crate::login::{accounts, challenges, passkeys, sign_in};

/// The longest form, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// The endpoints, below the root and below `/<pool id>`.
pub fn routes() -> Router<App> {
    let endpoints = Router::new()
        .route("/oauth2/authorize", get(authorize::authorize))
        .route("/authorize", get(authorize::authorize))
        .route("/oauth2/token", post(token::token).layer(cors()))
        .route(
            "/oauth2/userInfo",
            get(user_info::user_info).post(user_info::user_info).layer(cors()),
        )
        .route("/oauth2/revoke", post(revoke::revoke).layer(cors()))
        .route("/logout", get(logout::logout))
        .route("/error", get(error_page::page))
        .route("/login", get(sign_in::page).post(sign_in::submit))
        .route("/challenge/{challenge}", post(challenges::submit))
        .route("/signup", get(accounts::sign_up_page).post(accounts::sign_up))
        .route("/confirm", post(accounts::confirm))
        .route("/resendcode", post(accounts::resend_code))
        .route(
            "/forgotPassword",
            get(accounts::forgot_password_page).post(accounts::forgot_password),
        )
        .route("/confirmforgotPassword", post(accounts::confirm_forgot_password))
        .route("/passkeys/add", get(passkeys::page).post(passkeys::submit))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(headers));
    Router::new().nest("/{pool_id}", endpoints.clone()).merge(endpoints)
}

/// The headers that every answer of a pool's domain has.
async fn headers(request: Request, next: Next) -> Response {
    const FIXED: [(HeaderName, HeaderValue); 4] = [
        (PRAGMA, HeaderValue::from_static("no-cache")),
        (EXPIRES, HeaderValue::from_static("0")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000 ; includeSubDomains"),
        ),
    ];
    let mut response = next.run(request).await;
    for (name, value) in FIXED {
        response.headers_mut().insert(name, value);
    }
    response
}
