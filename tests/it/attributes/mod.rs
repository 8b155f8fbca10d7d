mod aliases;
mod authority;
mod deletion;
mod races;
mod update;
mod verification;
mod verification_before_update;

use poolhouse_tests::actors::{Client, SignedIn, User, attributes};
use poolhouse_tests::reply::Reply;
use serde_json::{Value, json};

/// Updates a user's own attributes; `changes` is an object of names and values.
async fn update(user: &SignedIn, changes: Value) -> Reply {
    user.call(
        "UpdateUserAttributes",
        json!({ "UserAttributes": attributes(&changes) }),
    )
    .await
}

/// Updates a user's attributes as an administrator.
async fn admin_update(user: &User, changes: Value) -> Reply {
    user.admin_call(
        "AdminUpdateUserAttributes",
        json!({ "UserAttributes": attributes(&changes) }),
    )
    .await
}

/// Deletes some of a user's own attributes.
async fn delete(user: &SignedIn, names: &[&str]) -> Reply {
    user.call("DeleteUserAttributes", json!({ "UserAttributeNames": names }))
        .await
}

/// Deletes attributes as an administrator.
async fn admin_delete(user: &User, names: &[&str]) -> Reply {
    user.admin_call("AdminDeleteUserAttributes", json!({ "UserAttributeNames": names }))
        .await
}

/// Sends the code that verifies an attribute.
async fn request_code(user: &SignedIn, attribute: &str) -> Reply {
    user.call(
        "GetUserAttributeVerificationCode",
        json!({ "AttributeName": attribute }),
    )
    .await
}

/// Verifies an attribute by code.
async fn verify(user: &SignedIn, attribute: &str, code: &str) -> Reply {
    user.call(
        "VerifyUserAttribute",
        json!({ "AttributeName": attribute, "Code": code }),
    )
    .await
}

/// A code that is not `code`.
fn other_code(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

/// A user with a verified e-mail address.
async fn verified_user(client: &Client, username: &str, email: &str) -> User {
    let user = client.confirmed_user(username).await;
    admin_update(&user, json!({ "email": email, "email_verified": "true" }))
        .await
        .ok();
    user
}

/// The value of an attribute of a user.
async fn value(user: &User, name: &str) -> Option<String> {
    user.client.pool.attribute(&user.username, name).await
}
