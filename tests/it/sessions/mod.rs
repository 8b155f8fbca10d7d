//! Sessions of users: what is tracked, who sees it, how many there may be, and how they end.

mod configuration;
mod limit;
mod list;
mod revoke;
mod sso;

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::header::USER_AGENT;
use poolhouse_tests::actors::{Client, PASSWORD, Pool, SignedIn, User};
use poolhouse_tests::lab::{Lab, api_request};
use poolhouse_tests::reply::Reply;
use serde_json::{Value, json};

const NOT_TRACKED: (&str, &str) = (
    "OperationNotEnabledException",
    "User session tracking is not enabled for the user pool.",
);
const NOT_FOUND: (&str, &str) = ("ResourceNotFoundException", "Session not found.");
const REVOKED_REFRESH_TOKEN: &str = "Refresh Token has been revoked";
const REVOKED_ACCESS_TOKEN: &str = "Access Token has been revoked";

/// Settings of a pool that keeps track of so many sessions per user.
fn tracking(max_per_user: i32) -> Value {
    json!({ "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": max_per_user } })
}

/// Settings of a pool that keeps track of no sessions.
fn not_tracking() -> Value {
    json!({ "UserSessionTracking": "DISABLED", "TokenSession": { "MaxPerUser": 20 } })
}

/// Replaces the settings of a pool.
async fn configure(pool: &Pool, settings: Value) {
    pool.call("SetUserPoolSessionConfiguration", settings).await.ok();
}

/// An app client of a new pool that keeps track of so many sessions per user.
async fn tracked(lab: &Lab, max_per_user: i32) -> Client {
    let pool = lab.pool().await;
    configure(&pool, tracking(max_per_user)).await;
    pool.client().await
}

/// The sessions that somebody who is signed in sees, the newest first.
async fn sessions(signed_in: &SignedIn) -> Vec<Value> {
    listed(&signed_in.call("ListUserSessions", json!({})).await)
}

/// The sessions that an administrator sees.
async fn sessions_of(user: &User) -> Vec<Value> {
    listed(&user.admin_call("AdminListUserSessions", json!({})).await)
}

#[track_caller]
fn listed(reply: &Reply) -> Vec<Value> {
    let output = reply.ok();
    assert_eq!(output["NextToken"], Value::Null);
    output["Sessions"].as_array().unwrap().clone()
}

/// The id of the session that somebody is signed in with.
async fn own_session(signed_in: &SignedIn) -> String {
    let sessions = sessions(signed_in).await;
    let current: Vec<&Value> = sessions
        .iter()
        .filter(|session| session["IsCurrentSession"] == true)
        .collect();
    assert_eq!(current.len(), 1, "{sessions:?}");
    id(current[0])
}

fn id(session: &Value) -> String {
    session["SessionId"].as_str().unwrap().to_owned()
}

fn ids(sessions: &[Value]) -> Vec<String> {
    sessions.iter().map(id).collect()
}

/// Asserts that no token of a sign-in is worth anything.
async fn assert_ended(signed_in: &SignedIn) {
    signed_in
        .get_user()
        .await
        .fault("NotAuthorizedException", REVOKED_ACCESS_TOKEN);
    signed_in
        .refresh()
        .await
        .fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);
}

/// Asserts that the tokens of a sign-in are good.
async fn assert_stands(signed_in: &SignedIn) {
    signed_in.get_user().await.ok();
    signed_in.refresh().await.ok();
}

/// Calls a public operation from this address with this user agent.
async fn call_from(lab: &Lab, (address, agent): (&str, &str), operation: &str, input: Value) -> Reply {
    let mut request = api_request(operation, &input);
    let address = SocketAddr::new(address.parse::<IpAddr>().unwrap(), 40_000);
    request.extensions_mut().insert(ConnectInfo(address));
    request.headers_mut().insert(USER_AGENT, agent.parse().unwrap());
    lab.send_call(operation, request).await
}

/// The input of InitiateAuth for a user with a password.
fn by_password(user: &User) -> Value {
    json!({
        "ClientId": user.client.id, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": user.username, "PASSWORD": PASSWORD }
    })
}
