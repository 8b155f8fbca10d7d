mod admin_create_user;
mod aliases;
mod delivery;
mod invitations;
mod list_users;
mod lookup;
mod names;
mod passwordless;
mod state;

use poolhouse_tests::actors::{Pool, attributes, merge};
use poolhouse_tests::reply::Reply;
use serde_json::{Value, json};

/// Creates a user without a message; `user_attributes` is an object of names and values.
async fn create(pool: &Pool, username: &str, user_attributes: Value) -> Reply {
    create_with(pool, username, user_attributes, json!({})).await
}

/// The same, with more members of AdminCreateUser.
async fn create_with(pool: &Pool, username: &str, user_attributes: Value, members: Value) -> Reply {
    let input = json!({
        "Username": username,
        "UserAttributes": attributes(&user_attributes),
        "MessageAction": "SUPPRESS",
    });
    pool.call("AdminCreateUser", merge(input, members)).await
}
