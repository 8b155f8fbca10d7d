//! `POST /oauth2/token`.

use std::borrow::Cow;

use axum::Json;
use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use axum_extra::TypedHeader;
use axum_extra::headers::Authorization;
use axum_extra::headers::authorization::Basic;
use axum_extra::typed_header::TypedHeaderRejection;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use percent_encoding::percent_decode_str;
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
    error_description: Option<String>,
}

/// Gives tokens for a code, a refresh token, or a client's own credentials.
pub async fn token(
    door: Door,
    basic: BasicHeader,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let received = received(&door, basic, &headers, query.as_deref(), &body).await;
    let given = match received.checked {
        Ok(()) => door.cx.token(received.request(&door)).await,
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
        Err(error) => refuse(StatusCode::BAD_REQUEST, &error, received.is_strict),
    }
}

/// A request to an endpoint that authenticates clients.
pub struct Received {
    pub parameters: Parameters,
    /// What HTTP Basic says of the client.
    pub basic: Option<ClientProof>,
    /// Whether it is for a pool that keeps to the standard.
    pub is_strict: bool,
    /// Whether it is well-formed.
    pub checked: Result<(), TokenError>,
}

impl Received {
    pub fn request<'a>(&'a self, door: &'a Door) -> TokenRequest<'a> {
        TokenRequest {
            pool: door.pool.as_deref(),
            parameters: &self.parameters,
            basic: self.basic.as_ref(),
        }
    }
}

/// Reads a request. Its parameters may stand in its form or, as Cognito has it, in its query, where a strict pool doesn't
/// take them: addresses are logged (RFC 6749, section 2.3.1).
pub async fn received(
    door: &Door,
    basic: BasicHeader,
    headers: &HeaderMap,
    query: Option<&str>,
    body: &Bytes,
) -> Received {
    let invalid = TokenError::InvalidRequest;
    let mut checked = Ok(());
    let form = std::str::from_utf8(body).unwrap_or_else(|_| {
        checked = Err(invalid("The body is not UTF-8."));
        ""
    });
    if !body.is_empty() && !is_form(headers) {
        checked = Err(invalid("The body must be application/x-www-form-urlencoded."));
    }
    let basic = basic.unwrap_or_else(|_| {
        checked = Err(invalid("The Authorization header is not HTTP Basic."));
        None
    });
    let basic = basic.map(|TypedHeader(Authorization(basic))| ClientProof {
        client_id: unescaped(basic.username()),
        secret: Secret::from(unescaped(basic.password())),
    });
    let form = Parameters::parse(form);
    let everything = form.clone().with(Parameters::parse(query.unwrap_or_default()));
    let client_id = basic.as_ref().map(|proof| proof.client_id.as_str());
    let client_id = client_id.or_else(|| everything.get("client_id"));
    let is_strict = door.cx.is_for_strict_pool(door.pool.as_deref(), client_id).await;
    let parameters = if is_strict { form } else { everything };
    if checked.is_ok() && parameters.repeats() {
        checked = Err(invalid("A parameter is given more than once."));
    }
    Received {
        parameters,
        basic,
        is_strict,
        checked,
    }
}

/// Whether a body is a form, or doesn't say what it is.
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_none_or(|kind| {
        let essence = kind.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

/// Clients that follow RFC 6749 escape their id and secret before they encode them; neither can hold a percent sign.
fn unescaped(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Words a refusal; `status` is that of a fault of the client. A strict pool asks a client that failed to prove who it is
/// for HTTP Basic.
pub fn refuse(status: StatusCode, error: &TokenError, is_strict: bool) -> Response {
    let asks_for_proof = is_strict && matches!(error, TokenError::InvalidClient(_));
    let status = if asks_for_proof {
        StatusCode::UNAUTHORIZED
    } else {
        status
    };
    let (status, error, description) = match error {
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
        error if is_strict => (
            status,
            error.to_string(),
            error.standard_description().map(Cow::into_owned),
        ),
        error => (status, error.to_string(), error.description().map(str::to_owned)),
    };
    let refusal = Refusal {
        error,
        error_description: description,
    };
    let mut response = (status, Json(refusal)).into_response();
    if asks_for_proof {
        let challenge = HeaderValue::from_static(r#"Basic realm="token""#);
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
