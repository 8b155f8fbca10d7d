//! `POST /oauth2/revoke` (RFC 7009).

use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use poolhouse_domain::oauth::TokenError;
use poolhouse_engine::TokenRequest;

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
    let revoked = match received(basic, &headers, query.as_deref(), &body) {
        Ok((parameters, basic)) => {
            let request = TokenRequest {
                pool: door.pool.as_deref(),
                parameters: &parameters,
                basic,
            };
            door.cx.revoke_by_endpoint(request).await
        }
        Err(error) => Err(error),
    };
    match revoked {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error @ TokenError::InvalidClient(_)) => refuse(StatusCode::UNAUTHORIZED, error),
        Err(error) => refuse(StatusCode::BAD_REQUEST, error),
    }
}
