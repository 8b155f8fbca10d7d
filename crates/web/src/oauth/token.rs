//! `POST /oauth2/token`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use axum_extra::TypedHeader;
use axum_extra::headers::Authorization;
use axum_extra::headers::authorization::Basic;
use axum_extra::typed_header::TypedHeaderRejection;
use http::{HeaderMap, StatusCode, header};
use poolhouse_domain::Error;
use poolhouse_domain::oauth::{Parameters, TokenError};
use poolhouse_engine::{ClientProof, TokenRequest};
use poolhouse_model::Secret;
use serde::Serialize;

use super::door::Door;
use crate::fault;

/// The header of HTTP Basic, where it is well-formed.
pub type BasicHeader = Result<Option<TypedHeader<Authorization<Basic>>>, TypedHeaderRejection>;

/// The members in the order in which Cognito writes them.
#[derive(Serialize)]
struct Tokens<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    access_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    expires_in: Option<i32>,
    token_type: Option<&'a str>,
}

#[derive(Serialize)]
struct Refusal {
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<&'static str>,
}

/// Gives tokens for a code, a refresh token, or a client's own credentials.
pub async fn token(
    door: Door,
    basic: BasicHeader,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let given = match received(basic, &headers, query.as_deref(), &body) {
        Ok((parameters, basic)) => {
            let request = TokenRequest {
                pool: door.pool.as_deref(),
                parameters: &parameters,
                basic,
            };
            door.cx.token(request).await
        }
        Err(error) => Err(error),
    };
    match given {
        Ok(tokens) => {
            let text = |token: &Option<Secret>| token.as_ref().map(|token| token.expose().to_owned());
            let (id, access) = (text(&tokens.id_token), text(&tokens.access_token));
            let refresh = text(&tokens.refresh_token);
            Json(Tokens {
                id_token: id.as_deref(),
                access_token: access.as_deref(),
                refresh_token: refresh.as_deref(),
                expires_in: tokens.expires_in,
                token_type: tokens.token_type.as_deref(),
            })
            .into_response()
        }
        Err(error) => refuse(StatusCode::BAD_REQUEST, error),
    }
}

/// The parameters of a request, which may stand in its form or in its query, and what HTTP Basic says of the client.
pub fn received(
    basic: BasicHeader,
    headers: &HeaderMap,
    query: Option<&str>,
    body: &Bytes,
) -> Result<(Parameters, Option<ClientProof>), TokenError> {
    let invalid = TokenError::InvalidRequest;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_form = kind.is_none_or(|kind| {
        let essence = kind.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    });
    if !is_form && !body.is_empty() {
        return Err(invalid("The body must be application/x-www-form-urlencoded."));
    }
    let body = std::str::from_utf8(body).map_err(|_| invalid("The body is not UTF-8."))?;
    let parameters = Parameters::parse(query.unwrap_or_default()).with(Parameters::parse(body));
    let basic = basic.map_err(|_| invalid("The Authorization header is not HTTP Basic."))?;
    let proof = basic.map(|TypedHeader(Authorization(basic))| ClientProof {
        client_id: basic.username().to_owned(),
        secret: Secret::from(basic.password()),
    });
    Ok((parameters, proof))
}

/// Words a refusal; `status` is that of a fault of the client.
pub fn refuse(status: StatusCode, error: TokenError) -> Response {
    let (status, error, description) = match &error {
        TokenError::Other(Error::TooManyRequests) => (
            StatusCode::TOO_MANY_REQUESTS,
            "temporarily_unavailable".to_owned(),
            None,
        ),
        TokenError::Other(other) => {
            let (status, _) = fault::words(other);
            let name = if status.is_server_error() {
                "server_error"
            } else {
                "invalid_request"
            };
            (status, name.to_owned(), None)
        }
        error => (status, error.to_string(), error.description()),
    };
    let refusal = Refusal {
        error,
        error_description: description,
    };
    (status, Json(refusal)).into_response()
}
