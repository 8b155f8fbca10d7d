//! SQLite in memory has one connection: whoever asks the store beside an open transaction would wait for ever.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::database::Backend;
use poolhouse_tests::lab::Lab;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_life_from_sign_up_to_deletion_needs_one_connection() {
    let lab = Lab::new(Backend::SqliteMemory).await;
    let pool = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await;
    let client = pool.client_with(json!({ "GenerateSecret": true })).await;
    client
        .sign_up("alice", PASSWORD, json!({ "email": "alice@example.com" }))
        .await
        .ok();
    let code = lab.mailbox.code_for("alice@example.com").await;
    client.confirm_sign_up("alice", &code).await.ok();

    pool.call("CreateGroup", json!({ "GroupName": "staff" })).await.ok();
    pool.call(
        "AdminAddUserToGroup",
        json!({ "GroupName": "staff", "Username": "alice" }),
    )
    .await
    .ok();
    client.forgot_password("alice").await.ok();
    let code = lab.mailbox.code_for("alice@example.com").await;
    client
        .confirm_forgot_password("alice", &code, "Another-Horse-2")
        .await
        .ok();

    client
        .sign_in("alice", PASSWORD)
        .await
        .fault("NotAuthorizedException", "Incorrect username or password.");
    let (one, other) = tokio::join!(
        client.sign_in("alice", "Another-Horse-2"),
        client.sign_in("alice", "Another-Horse-2")
    );
    other.ok();
    let tokens = poolhouse_tests::actors::Tokens::of(&one.ok());
    assert_eq!(pool.verify(&tokens.access).await["cognito:groups"], json!(["staff"]));
    let refresh = json!({ "REFRESH_TOKEN": tokens.refresh, "SECRET_HASH": client.secret_hash("alice") });
    client
        .call(
            "InitiateAuth",
            json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": refresh }),
        )
        .await
        .ok();
    lab.call("DeleteUser", json!({ "AccessToken": tokens.access }))
        .await
        .ok();
    pool.call("DeleteUserPool", json!({})).await.ok();
}
