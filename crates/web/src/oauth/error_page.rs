//! `GET /error`: what went wrong with a request that no client can be told of.

use axum::response::Response;
use http::StatusCode;

use crate::confirm_user::render;

/// Says that the request was wrong. What the address says of it is shown to nobody.
pub async fn page() -> Response {
    render(
        StatusCode::BAD_REQUEST,
        "An error was encountered with the requested page.",
        "The application sent you here with a request that can't be answered.",
    )
}
