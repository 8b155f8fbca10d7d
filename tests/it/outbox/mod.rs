//! Messages on their way out: written with what they speak of, delivered later, to so many and no more.

mod budgets;
mod delivery;
mod worker;

use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::lab::Lab;
use serde_json::json;

/// The address of Alice.
const ALICE: &str = "alice@example.com";

/// A client of a pool that verifies e-mail addresses, in a lab whose messages have to be delivered.
async fn stage(lab: &Lab) -> Client {
    lab.relay.take_deliveries();
    let verifying = json!({ "AutoVerifiedAttributes": ["email"] });
    lab.pool_with(verifying).await.client().await
}

/// Signs somebody up who has an address of their own.
async fn sign_up(client: &Client, username: &str) {
    let email = format!("{username}@example.com");
    client.sign_up(username, PASSWORD, json!({ "email": email })).await.ok();
}

/// How many messages wait in the outbox.
async fn waiting(lab: &Lab) -> i64 {
    let sql = "SELECT COUNT(*) FROM outbox";
    let row = lab.world().store.db().conn().read_one(sql, &[]).await.unwrap();
    row.int(0).unwrap()
}
