//! `/oauth2/userInfo` of OpenID Connect.

use axum::Json;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use axum_extra::TypedHeader;
use axum_extra::headers::Authorization;
use axum_extra::headers::authorization::Bearer;
use axum_extra::typed_header::TypedHeaderRejection;
use http::{HeaderValue, Method, StatusCode, header};
use poolhouse_domain::Error;
use poolhouse_domain::oauth::Parameters;
use poolhouse_model::Secret;
use serde::Serialize;

use super::door::Door;
use crate::fault;

/// The header of a bearer token, where it is well-formed.
type BearerHeader = Result<TypedHeader<Authorization<Bearer>>, TypedHeaderRejection>;

#[derive(Serialize)]
struct Refusal {
    error: &'static str,
    error_description: &'static str,
}

/// Tells the claims of the holder of an access token. The token is taken from the header, never from the address, which is
/// logged. A strict pool also takes it from a form (RFC 6750, section 2.2).
pub async fn user_info(door: Door, bearer: BearerHeader, method: Method, body: Bytes) -> Response {
    let is_strict = door.pool.as_ref().is_some_and(|pool| pool.is_oidc_strict());
    let form = if is_strict && method == Method::POST {
        Parameters::parse(&String::from_utf8_lossy(&body))
    } else {
        Parameters::default()
    };
    let refuse = |status, error, description| refuse(status, error, description, is_strict);
    let token = match (&bearer, form.get("access_token")) {
        (Ok(TypedHeader(Authorization(bearer))), None) => Secret::from(bearer.token()),
        (Err(rejected), Some(token)) if rejected.is_missing() => Secret::from(token),
        (Err(rejected), None) if is_strict && rejected.is_missing() => return ask_for_token(),
        _ => {
            return refuse(
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "Bad OAuth2 request at UserInfo Endpoint",
            );
        }
    };
    match door.cx.user_info(door.pool.as_deref(), &token).await {
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

/// Asks a request without a token for one: it isn't told of an error (RFC 6750, section 3.1).
fn ask_for_token() -> Response {
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response()
}

/// Both words are ours: there is nothing to escape. Cognito leaves out the scheme, the standard doesn't.
fn refuse(status: StatusCode, error: &'static str, description: &'static str, is_strict: bool) -> Response {
    let scheme = if is_strict { "Bearer " } else { "" };
    let challenge = format!(r#"{scheme}error="{error}", error_description="{description}""#);
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
