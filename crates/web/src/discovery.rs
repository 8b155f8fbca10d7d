//! What verifiers of tokens fetch: a pool's keys and its OpenID configuration.

use std::sync::Arc;

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use poolhouse_awsjson::{Operation, constraints};
use poolhouse_domain::issuers::Issuers;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{Cx, Mode};
use poolhouse_model::operations::DescribeUserPool;
use serde::Serialize;
use serde_json::json;

use crate::fault;
use crate::oauth::metadata::{AUTH_METHODS, StandardMetadata};
use crate::request::Context;

/// The keys that verify the tokens of a pool.
pub async fn keys(Context(cx): Context, pool_id: Result<Path<String>, PathRejection>) -> Response {
    answer(&cx, read_keys(&cx, pool_id).await)
}

/// How clients of OpenID Connect use a pool.
pub async fn configuration(Context(cx): Context, pool_id: Result<Path<String>, PathRejection>) -> Response {
    answer(&cx, read_configuration(&cx, pool_id).await)
}

#[derive(Serialize)]
struct KeySet<Key> {
    keys: Vec<Key>,
}

/// The members in alphabetical order, as Cognito has them. A pool that has no endpoints names none.
#[derive(Serialize)]
struct Configuration {
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_endpoint: Option<String>,
    code_challenge_methods_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    end_session_endpoint: Option<String>,
    id_token_signing_alg_values_supported: [&'static str; 1],
    issuer: String,
    jwks_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    response_types_supported: [&'static str; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_endpoint: Option<String>,
    scopes_supported: [&'static str; 4],
    subject_types_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    userinfo_endpoint: Option<String>,
    /// What a strict pool says besides.
    #[serde(flatten)]
    standard: Option<StandardMetadata>,
}

async fn read_keys(cx: &Cx, pool_id: Result<Path<String>, PathRejection>) -> Result<impl Serialize + use<>> {
    let pool = pool_of(cx, pool_id).await?;
    let keys = cx.keys(pool.id()).await?;
    Ok(KeySet {
        keys: vec![keys.id.jwk().clone(), keys.access.jwk().clone()],
    })
}

async fn read_configuration(cx: &Cx, pool_id: Result<Path<String>, PathRejection>) -> Result<impl Serialize + use<>> {
    let pool = pool_of(cx, pool_id).await?;
    let issuer = cx.issuer(&pool);
    let is_strict = pool.is_oidc_strict();
    let base = endpoint_base(cx, &pool);
    let endpoint = |path: &str| base.as_ref().map(|base| format!("{base}{path}"));
    Ok(Configuration {
        authorization_endpoint: endpoint("/oauth2/authorize"),
        code_challenge_methods_supported: ["S256"],
        end_session_endpoint: endpoint("/logout"),
        id_token_signing_alg_values_supported: ["RS256"],
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        issuer,
        registration_endpoint: pool.registration().and_then(|_| endpoint("/oauth2/register")),
        response_types_supported: ["code", "token"],
        revocation_endpoint: endpoint("/oauth2/revoke"),
        scopes_supported: ["openid", "email", "phone", "profile"],
        subject_types_supported: ["public"],
        token_endpoint: endpoint("/oauth2/token"),
        token_endpoint_auth_methods_supported: if is_strict {
            &AUTH_METHODS
        } else {
            &["client_secret_basic", "client_secret_post"]
        },
        userinfo_endpoint: endpoint("/oauth2/userInfo"),
        standard: is_strict.then(StandardMetadata::new),
    })
}

/// Where the endpoints of `pool` are: on this server's own address; beside issuers of AWS on the pool's domain, and
/// nowhere without one.
fn endpoint_base(cx: &Cx, pool: &Pool) -> Option<String> {
    match &cx.settings.issuers {
        Issuers::Below(_) => Some(format!("{}/{}", cx.settings.public_url, pool.id())),
        Issuers::Aws | Issuers::AwsUpdated => cx.domain_url(pool),
    }
}

/// An existing pool. The database is not asked for what can be no id.
async fn pool_of(cx: &Cx, pool_id: Result<Path<String>, PathRejection>) -> Result<Arc<Pool>> {
    let Path(pool_id) = pool_id.map_err(|_| Error::invalid_parameter("The path is not UTF-8."))?;
    if constraints::check(DescribeUserPool::INPUT, &json!({ "UserPoolId": pool_id })).is_err() {
        return Err(Error::PoolNotFound(pool_id));
    }
    cx.any_pool(&pool_id).await
}

fn answer(cx: &Cx, document: Result<impl Serialize>) -> Response {
    match document {
        Ok(document) => {
            let caching = HeaderValue::from_static(match cx.settings.mode {
                // A pool with a fixed id may be made again, with other keys.
                Mode::Development => "no-cache",
                Mode::Production => "public, max-age=86400",
            });
            ([(header::CACHE_CONTROL, caching)], Json(document)).into_response()
        }
        Err(error) => {
            let (status, message) = fault::words(&error);
            fault::json(status, message)
        }
    }
}
