//! Users who are known somewhere else: by a function, or by the user pool that they come from.

mod answers;
mod flows;
mod forgotten;
mod former_pool;
mod sign_in;
mod welcome;

use poolhouse_tests::actors::{Client, Pool, merge};
use poolhouse_tests::lab::Lab;
use serde_json::{Value, json};

/// A password that no policy of these pools allows.
const OLD: &str = "weak but long known";
const ALICE: &str = "alice@example.com";
const PHONE_NUMBER: &str = "+12345671234";
const INCORRECT: &str = "Incorrect username or password.";
const UNKNOWN: &str = "User does not exist.";

/// What the function says of Alice, who goes on with her password.
fn alice() -> Value {
    json!({
        "userAttributes": { "email": ALICE, "email_verified": "true", "name": "Alice" },
        "finalUserStatus": "CONFIRMED",
        "messageAction": "SUPPRESS",
    })
}

/// A pool with these settings that asks the function `arn`.
async fn pool(lab: &Lab, arn: &str, settings: Value) -> Pool {
    let base = json!({ "LambdaConfig": { "UserMigration": arn } });
    lab.pool_with(merge(base, settings)).await
}

/// A client of a pool whose function gives this response, whoever it is asked about.
async fn client(lab: &Lab, response: Value) -> Client {
    let arn = lab.functions.answering("migrate", response);
    pool(lab, &arn, json!({})).await.client().await
}

/// How often the function was asked.
fn asked(lab: &Lab) -> usize {
    lab.functions.events("migrate").len()
}

/// Makes sure that `username` is nobody.
async fn assert_nobody(pool: &Pool, username: &str) {
    pool.call("AdminGetUser", json!({ "Username": username }))
        .await
        .fault("UserNotFoundException", UNKNOWN);
}

/// The attributes of a user but `sub`, as administrators see them.
fn attributes_of(user: &Value) -> Value {
    let attributes = user["UserAttributes"].as_array().unwrap().iter();
    attributes
        .filter(|attribute| attribute["Name"] != "sub")
        .map(|attribute| {
            (
                attribute["Name"].as_str().unwrap().to_owned(),
                attribute["Value"].clone(),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}
