//! `/oauth2/userInfo` of OpenID Connect.

use axum::Json;
use axum::response::{IntoResponse, Response};
use axum_extra::TypedHeader;
use axum_extra::headers::Authorization;
use axum_extra::headers::authorization::Bearer;
use axum_extra::typed_header::TypedHeaderRejection;
use http::{HeaderValue, StatusCode, header};
use poolhouse_domain::Error;
use poolhouse_model::Secret;
use serde::Serialize;

use super::door::Door;
use crate::fault;

#[derive(Serialize)]
struct Refusal {
    error: &'static str,
    error_description: &'static str,
}

/// Tells the claims of the holder of an access token. The token is taken from the header only: an address is logged.
pub async fn user_info(
    door: Door,
    bearer: Result<TypedHeader<Authorization<Bearer>>, TypedHeaderRejection>,
) -> Response {
    let Ok(TypedHeader(Authorization(bearer))) = bearer else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "Bad OAuth2 request at UserInfo Endpoint",
        );
    };
    match door
        .cx
        .user_info(door.pool.as_deref(), &Secret::from(bearer.token()))
        .await
    {
        Ok(claims) => Json(claims).into_response(),
        Err(error @ (Error::Internal(_) | Error::TooManyRequests)) => {
            let (status, message) = fault::words(&error);
            fault::json(status, message)
        }
        Err(Error::AccessTokenScopes) => refuse(
            StatusCode::FORBIDDEN,
            "insufficient_scope",
            "The access token does not have the scope openid.",
        ),
        Err(_) => refuse(
            StatusCode::UNAUTHORIZED,
            "invalid_token",
            "Access token is expired, disabled, or deleted, or the user has globally signed out.",
        ),
    }
}

/// Both words are ours: there is nothing to escape.
fn refuse(status: StatusCode, error: &'static str, description: &'static str) -> Response {
    let challenge = format!(r#"error="{error}", error_description="{description}""#);
    let body = Json(Refusal {
        error,
        error_description: description,
    });
    let mut response = (status, body).into_response();
    if let Ok(challenge) = HeaderValue::try_from(challenge) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
