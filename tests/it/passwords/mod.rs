//! Setting, changing and forgetting passwords.

mod admin_reset_user_password;
mod admin_set_user_password;
mod change_password;
mod confirm_forgot_password;
mod existence;
mod forgot_password;
mod history;

use poolhouse_tests::actors::{Client, User, attributes};
use poolhouse_tests::lab::Lab;
use serde_json::{Value, json};

/// The address of Alice.
const ALICE: &str = "alice@example.com";
/// The phone number of Alice.
const PHONE: &str = "+12345679934";
/// A password that fits every policy here.
const NEW: &str = "Another-Horse-2";

const MISMATCH: &str = "Invalid verification code provided, please try again.";
const EXPIRED: &str = "Invalid code provided, please request a code again.";
const LIMIT: &str = "Attempt limit exceeded, please try after some time.";
const INCORRECT: &str = "Incorrect username or password.";
const UNREACHABLE: &str = "Cannot reset password for the user as there is no registered/verified email or phone_number";
const STATE: &str = "User password cannot be reset in the current state.";

/// A confirmed user with these attributes, all of whose contacts are verified. Nothing was sent to them.
async fn reachable(client: &Client, username: &str, contacts: Value) -> User {
    let user = client.confirmed_user_with(username, contacts.clone()).await;
    let verified: Value = contacts
        .as_object()
        .unwrap()
        .keys()
        .map(|name| json!({ "Name": format!("{name}_verified"), "Value": "true" }))
        .collect();
    user.admin_call("AdminUpdateUserAttributes", json!({ "UserAttributes": verified }))
        .await
        .ok();
    user
}

/// Alice, with a verified address, in a pool of her own.
async fn alice(lab: &Lab) -> User {
    reachable(&lab.pool().await.client().await, "alice", json!({ "email": ALICE })).await
}

/// Asks for a reset of Alice's password, and answers the code that she got.
async fn forget(lab: &Lab, alice: &User) -> String {
    alice.client.forgot_password("alice").await.ok();
    lab.mailbox.code_for(ALICE).await
}

/// A code of the same form as `code` that is another.
fn other_than(code: &str) -> &'static str {
    if code == "123456" { "654321" } else { "123456" }
}

/// The status of a user as administrators see it.
async fn status(user: &User) -> String {
    let shown = user.client.pool.user(&user.username).await;
    shown["UserStatus"].as_str().unwrap().to_owned()
}

/// Writes attributes as an administrator does.
async fn write(user: &User, changes: Value) {
    user.admin_call(
        "AdminUpdateUserAttributes",
        json!({ "UserAttributes": attributes(&changes) }),
    )
    .await
    .ok();
}
