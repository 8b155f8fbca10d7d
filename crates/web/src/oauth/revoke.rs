//! `POST /oauth2/revoke` (RFC 7009).

use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use poolhouse_domain::oauth::TokenError;

use super::door::Door;
use super::token::{BasicHeader, received, refuse};

/// Revokes a refresh token.
pub async fn revoke(
    door: Door,
    basic: BasicHeader,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let received = received(&door, basic, &headers, query.as_deref(), &body).await;
    let revoked = match received.checked {
        Ok(()) => door.cx.revoke_by_endpoint(received.request(&door)).await,
        Err(error) => Err(error),
    };
    match revoked {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error @ TokenError::InvalidClient(_)) => refuse(StatusCode::UNAUTHORIZED, &error, received.is_strict),
        Err(error) => refuse(StatusCode::BAD_REQUEST, &error, received.is_strict),
    }
}
