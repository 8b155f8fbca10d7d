//! The endpoints of OAuth 2.0 and OpenID Connect. They answer on a pool's domain, and on the server's own address with
//! or without the pool's id in front.

pub mod authorize;
pub mod cookies;
pub mod door;
pub mod end_session;
pub mod error_page;
pub mod logout;
pub mod metadata;
pub mod register;
pub mod revoke;
pub mod token;
pub mod user_info;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, EXPIRES, PRAGMA, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_FRAME_OPTIONS,
    X_XSS_PROTECTION,
};
use http::{HeaderName, HeaderValue, StatusCode};
use poolhouse_engine::Mode;

use crate::App;
use crate::cors::cors;
use crate::login::{accounts, challenges, passkeys, sign_in};

/// The longest form, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// The endpoints, below the root and below `/<pool id>`.
pub fn routes(mode: Mode) -> Router<App> {
    let authorize = get(authorize::authorize)
        .post(authorize::authorize_by_form)
        .fallback(authorize::get_only);
    let endpoints = Router::new()
        .route("/oauth2/authorize", authorize.clone())
        .route("/authorize", authorize)
        .route("/oauth2/token", post(token::token).fallback(post_only).layer(cors()))
        .route(
            "/oauth2/userInfo",
            get(user_info::user_info).post(user_info::user_info).layer(cors()),
        )
        .route("/oauth2/register", post(register::register).layer(cors()))
        .route("/oauth2/revoke", post(revoke::revoke).fallback(post_only).layer(cors()))
        .route("/logout", get(logout::logout).post(logout::logout_by_form))
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
        .layer(from_fn(move |request, next| headers(mode, request, next)));
    Router::new().nest("/{pool_id}", endpoints.clone()).merge(endpoints)
}

/// Refuses a request by another method than POST.
async fn post_only() -> impl IntoResponse {
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")])
}

/// The headers that every answer of a pool's domain has. Browsers are held to HTTPS in production only: they would hold
/// everything on the developer's machine to it.
async fn headers(mode: Mode, request: Request, next: Next) -> Response {
    const FIXED: [(HeaderName, HeaderValue); 5] = [
        (PRAGMA, HeaderValue::from_static("no-cache")),
        (EXPIRES, HeaderValue::from_static("0")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (X_XSS_PROTECTION, HeaderValue::from_static("1; mode=block")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    const UNCACHED: HeaderValue = HeaderValue::from_static("no-cache, no-store, max-age=0, must-revalidate");
    const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000 ; includeSubDomains");
    const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, value);
    }
    headers.entry(CACHE_CONTROL).or_insert(UNCACHED);
    if mode == Mode::Production {
        headers.insert(STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
    }
    if headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json") {
        headers.insert(CONTENT_TYPE, JSON);
    }
    response
}
