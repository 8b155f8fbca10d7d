//! The endpoints of OAuth 2.0 and the operations that give its tokens.

pub(crate) mod app;
mod authorize;
mod client_credentials;
mod client_token;
mod code;
mod doors;
mod exchange;
mod exchange_abuse;
mod implicit;
mod logout;
mod oidc_basic;
mod oidc_logout;
mod pkce;
mod refresh;
mod registration;
mod revoke;
mod sessions;
pub(crate) mod stage;
mod strict;
mod token;
mod triggers;
mod user_info;

use http::Request;
use http::header::{CONTENT_TYPE, HOST};
use poolhouse_tests::actors::Pool;
use poolhouse_tests::lab::{Lab, PUBLIC_HOST};
use poolhouse_tests::reply::Reply;
use serde_json::{Value, json};
use url::form_urlencoded;

use self::stage::Stage;

/// Gives the pool a resource server with these scopes.
pub(crate) async fn define(pool: &Pool, identifier: &str, scopes: &[&str]) {
    let scope = |name: &&str| json!({ "ScopeName": name, "ScopeDescription": "What it allows" });
    let scopes: Vec<Value> = scopes.iter().map(scope).collect();
    let input = json!({ "Identifier": identifier, "Name": "Server", "Scopes": scopes });
    pool.call("CreateResourceServer", input).await.ok();
}

/// Sends a form.
pub(crate) async fn post_form(lab: &Lab, path: &str, fields: &[(&str, &str)]) -> Reply {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let request = Request::post(path)
        .header(HOST, PUBLIC_HOST)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    lab.send(request.body(body.into_bytes()).unwrap()).await
}
