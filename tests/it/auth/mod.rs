//! Signing in, refreshing, revoking, signing out.

mod addresses;
mod flows;
mod load;
mod lockout;
mod missing_parts;
mod new_password;
mod new_password_sessions;
mod refresh;
mod revoke_token;
mod rotation;
mod same_work;
mod secret_hash;
mod sign_out;
pub(crate) mod srp;
mod srp_abuse;
mod states;
mod user_states;

use poolhouse_tests::actors::{Client, Pool, merge};
use poolhouse_tests::reply::Reply;
use serde_json::{Value, json};

/// The refusal of a wrong password, and of everything that must look like one.
const INCORRECT: &str = "Incorrect username or password.";
const INVALID_REFRESH_TOKEN: &str = "Invalid Refresh Token";
const REVOKED_REFRESH_TOKEN: &str = "Refresh Token has been revoked";
const REVOKED_ACCESS_TOKEN: &str = "Access Token has been revoked";
const TEMPORARY_PASSWORD: &str = "Temporary-1!";

/// Calls AdminInitiateAuth with these parameters and no others.
async fn admin_initiate(client: &Client, flow: &str, parameters: Value) -> Reply {
    let input = json!({ "ClientId": client.id, "AuthFlow": flow, "AuthParameters": parameters });
    client.pool.call("AdminInitiateAuth", input).await
}

/// Calls InitiateAuth with these parameters and no others.
async fn initiate(client: &Client, flow: &str, parameters: Value) -> Reply {
    let input = json!({ "AuthFlow": flow, "AuthParameters": parameters });
    client.call("InitiateAuth", input).await
}

/// Refreshes through GetTokensFromRefreshToken.
async fn get_tokens(client: &Client, token: &str) -> Reply {
    let mut input = json!({ "RefreshToken": token });
    if let Some(secret) = &client.secret {
        input["ClientSecret"] = secret.as_str().into();
    }
    client.call("GetTokensFromRefreshToken", input).await
}

/// Creates a user with a temporary password.
async fn invite(pool: &Pool, username: &str, members: Value) {
    let input = json!({ "Username": username, "TemporaryPassword": TEMPORARY_PASSWORD, "MessageAction": "SUPPRESS" });
    pool.call("AdminCreateUser", merge(input, members)).await.ok();
}

/// The session of the challenge that a temporary password brings.
async fn new_password_session(client: &Client, username: &str) -> String {
    let output = client.sign_in(username, TEMPORARY_PASSWORD).await.ok();
    assert_eq!(output["ChallengeName"], "NEW_PASSWORD_REQUIRED", "{output}");
    output["Session"].as_str().unwrap().to_owned()
}

/// The names of an object's members.
fn members(object: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}
