//! `POST /oauth2/register`: dynamic client registration (RFC 7591).

use axum::Json;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use axum_extra::TypedHeader;
use axum_extra::headers::Authorization;
use axum_extra::headers::authorization::Bearer;
use axum_extra::typed_header::TypedHeaderRejection;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use poolhouse_awsjson::{Operation, constraints};
use poolhouse_domain::Error;
use poolhouse_domain::oauth::{AuthMethod, ClientMetadata, RegistrationError};
use poolhouse_domain::pools::Pool;
use poolhouse_engine::RegisteredClient;
use poolhouse_model::operations::CreateUserPoolClient;
use poolhouse_model::{Secret, UserPoolClientType};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::door::Door;
use crate::fault;

/// The header of a bearer, where it is well-formed.
type BearerHeader = Result<Option<TypedHeader<Authorization<Bearer>>>, TypedHeaderRejection>;

/// What a client is told of itself (RFC 7591, section 3.2.1).
#[derive(Serialize)]
struct Registered<'a> {
    client_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a str>,
    client_id_issued_at: Option<i64>,
    /// Zero: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_expires_at: Option<i64>,
    client_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_uris: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_logout_redirect_uris: Option<&'a [String]>,
    grant_types: Vec<&'static str>,
    response_types: &'static [&'static str],
    scope: String,
    token_endpoint_auth_method: &'static str,
}

#[derive(Serialize)]
struct Refusal {
    error: String,
    error_description: String,
}

/// Makes an app client for the application that asks.
pub async fn register(door: Door, bearer: BearerHeader, headers: HeaderMap, body: Bytes) -> Response {
    let mut response = match registered(&door, bearer, &headers, &body).await {
        Ok(registered) => (StatusCode::CREATED, Json(describe(&registered))).into_response(),
        Err(error) => refuse(&error),
    };
    let uncached = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, uncached);
    response
}

async fn registered(
    door: &Door,
    bearer: BearerHeader,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<RegisteredClient, RegistrationError> {
    let pool = door.pool.as_deref().ok_or(RegistrationError::NotOffered)?;
    let bearer = bearer.map_err(|_| RegistrationError::TokenInvalid)?;
    let token = bearer.map(|TypedHeader(Authorization(bearer))| Secret::from(bearer.token()));
    let registrant = door.cx.registrant(pool, token.as_ref()).await?;
    let metadata = read(headers, body)?;
    check_constraints(pool, &metadata)?;
    door.cx.register_client(pool, registrant, metadata).await
}

fn read(headers: &HeaderMap, body: &Bytes) -> Result<ClientMetadata, RegistrationError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    if !essence.trim().eq_ignore_ascii_case("application/json") {
        return Err(RegistrationError::metadata("The body must be application/json."));
    }
    let object: Result<Map<String, Value>, _> = serde_json::from_slice(body);
    let metadata = object.and_then(|object| serde_json::from_value(Value::Object(object)));
    metadata.map_err(|_| RegistrationError::metadata("The body is not client metadata."))
}

/// Holds the metadata against what CreateUserPoolClient takes.
fn check_constraints(pool: &Pool, metadata: &ClientMetadata) -> Result<(), RegistrationError> {
    let fits = |name: &str, value: Value| {
        let mut input = json!({ "UserPoolId": pool.id(), "ClientName": "client" });
        if let Some(member) = input.as_object_mut() {
            member.insert(name.to_owned(), value);
        }
        constraints::check(CreateUserPoolClient::INPUT, &input).is_ok()
    };
    if !fits("CallbackURLs", json!(metadata.redirect_uris)) {
        return Err(RegistrationError::InvalidRedirectUri(
            "One or more of the redirect_uris is invalid.",
        ));
    }
    let scopes: Vec<&str> = metadata
        .scope
        .as_deref()
        .unwrap_or_default()
        .split_ascii_whitespace()
        .collect();
    let faulty = [
        (
            "client_name",
            "ClientName",
            json!(metadata.client_name.as_deref().unwrap_or("client")),
        ),
        (
            "post_logout_redirect_uris",
            "LogoutURLs",
            json!(metadata.post_logout_redirect_uris),
        ),
        ("scope", "AllowedOAuthScopes", json!(scopes)),
    ]
    .into_iter()
    .find(|(_, name, value)| !fits(name, value.clone()));
    match faulty {
        Some((member, ..)) => Err(RegistrationError::metadata(format!("{member} is invalid."))),
        None => Ok(()),
    }
}

fn describe(registered: &RegisteredClient) -> Value {
    let RegisteredClient { client, auth_method } = registered;
    let settings: &UserPoolClientType = &client.settings;
    let secret = client.secrets.first().map(|secret| secret.value.expose());
    let scopes = settings.allowed_oauth_scopes.as_deref().unwrap_or_default();
    let grant_types = client.grant_types();
    let described = Registered {
        client_id: client.id(),
        client_secret: secret,
        client_id_issued_at: settings.creation_date.map(poolhouse_domain::Timestamp::seconds),
        client_secret_expires_at: secret.map(|_| 0),
        client_name: settings.client_name.as_deref(),
        redirect_uris: settings.callback_urls.as_deref(),
        post_logout_redirect_uris: settings.logout_urls.as_deref(),
        response_types: if grant_types.contains(&"authorization_code") {
            &["code"]
        } else {
            &[]
        },
        grant_types,
        scope: scopes.join(" "),
        token_endpoint_auth_method: AuthMethod::as_str(*auth_method),
    };
    json!(described)
}

fn refuse(error: &RegistrationError) -> Response {
    let (status, description) = match error {
        RegistrationError::NotOffered => (StatusCode::NOT_FOUND, "The user pool registers no clients.".into()),
        RegistrationError::TokenMissing => (StatusCode::UNAUTHORIZED, "An access token is required.".into()),
        RegistrationError::TokenInvalid => (StatusCode::UNAUTHORIZED, "The access token is not valid.".into()),
        RegistrationError::TokenScope => (
            StatusCode::FORBIDDEN,
            "The access token does not have the scope aws.cognito/dcr/register.".into(),
        ),
        RegistrationError::Denied => (
            StatusCode::FORBIDDEN,
            "The user pool allows no grant types here.".into(),
        ),
        RegistrationError::InvalidRedirectUri(description) => (StatusCode::BAD_REQUEST, (*description).to_owned()),
        RegistrationError::InvalidMetadata(description) => (StatusCode::BAD_REQUEST, description.to_string()),
        RegistrationError::Other(Error::TooManyRequests) => {
            return refusal(
                StatusCode::TOO_MANY_REQUESTS,
                "temporarily_unavailable".to_owned(),
                Error::TooManyRequests.to_string(),
            );
        }
        RegistrationError::Other(error) => {
            let (status, message) = fault::words(error);
            return refusal(status, "server_error".to_owned(), message);
        }
    };
    let mut response = refusal(status, error.to_string(), description);
    let challenge = match error {
        // Without a token, no error is told (RFC 6750, section 3.1).
        RegistrationError::TokenMissing => Some("Bearer"),
        RegistrationError::TokenInvalid => Some(r#"Bearer error="invalid_token""#),
        RegistrationError::TokenScope => Some(r#"Bearer error="insufficient_scope", scope="aws.cognito/dcr/register""#),
        _ => None,
    };
    if let Some(challenge) = challenge {
        let challenge = HeaderValue::from_static(challenge);
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn refusal(status: StatusCode, error: String, error_description: String) -> Response {
    let refusal = Refusal {
        error,
        error_description,
    };
    (status, Json(refusal)).into_response()
}
