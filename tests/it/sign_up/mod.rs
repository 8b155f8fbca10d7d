//! Signing up, and confirming it.

mod admin_confirm_sign_up;
mod attributes;
mod confirm_sign_up;
mod delivery;
mod existence;
mod messages;
mod names;
mod resend_confirmation_code;
#[expect(clippy::module_inception, reason = "the operation has the name of its aggregate")]
mod sign_up;

use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::lab::Lab;
use serde_json::{Value, json};

/// The address of Alice.
const ALICE: &str = "alice@example.com";

/// A client of a pool that verifies e-mail addresses, with these other settings.
async fn verifying_client(lab: &Lab, settings: Value) -> Client {
    let verifying = json!({ "AutoVerifiedAttributes": ["email"] });
    lab.pool_with(poolhouse_tests::actors::merge(verifying, settings))
        .await
        .client()
        .await
}

/// Signs Alice up with her address, and answers the code that she got.
async fn sign_alice_up(lab: &Lab, client: &Client) -> String {
    client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
    lab.mailbox.code_for(ALICE).await
}

/// A code of the same form as `code` that is another.
fn other_than(code: &str) -> &'static str {
    if code == "123456" { "654321" } else { "123456" }
}

/// The status of a user as administrators see it.
async fn status(client: &Client, username: &str) -> String {
    client.pool.user(username).await["UserStatus"]
        .as_str()
        .unwrap()
        .to_owned()
}
