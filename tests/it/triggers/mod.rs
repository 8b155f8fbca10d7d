//! Lambda triggers: which functions run when, what they receive, and what comes of their answers.

mod access_tokens;
mod calling_back;
mod custom_message;
mod custom_senders;
mod derived_tokens;
mod failures;
mod forbidden_claims;
mod hosted;
mod machines;
mod metadata;
mod post_authentication;
mod post_confirmation;
mod pre_authentication;
mod pre_sign_up;
mod pre_token_generation;
mod refusing;
mod sequences;
mod sign_ins;
mod wording;

use poolhouse_tests::actors::{Client, PASSWORD, Pool, User, merge};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use serde_json::{Map, Value, json};

const ALICE: &str = "alice@example.com";
const BOB: &str = "bob@example.com";
const PHONE_NUMBER: &str = "+12345671234";
const NEW_PASSWORD: &str = "Another-Horse-2";
const TEMPORARY_PASSWORD: &str = "Temporary-1!";

/// The triggers of which a pool names the function and nothing else.
const TRIGGERS: [&str; 6] = [
    "PreSignUp",
    "CustomMessage",
    "PostConfirmation",
    "PreAuthentication",
    "PostAuthentication",
    "PreTokenGeneration",
];

/// Functions that only listen at all triggers, each called as its trigger.
fn listeners(lab: &Lab) -> Value {
    let listener = |trigger: &str| (trigger.to_owned(), lab.functions.listening(trigger).into());
    TRIGGERS.into_iter().map(listener).collect::<Map<_, _>>().into()
}

/// The settings of a pool where a code by e-mail lets in.
fn by_email_code() -> Value {
    json!({
        "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } },
        "EmailConfiguration": {
            "EmailSendingAccount": "DEVELOPER",
            "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.com",
        },
    })
}

/// A pool that verifies e-mail addresses, with these functions.
async fn pool(lab: &Lab, functions: Value) -> Pool {
    pool_with(lab, functions, json!({})).await
}

/// The same, with these other settings.
async fn pool_with(lab: &Lab, functions: Value, settings: Value) -> Pool {
    let base = json!({
        "AutoVerifiedAttributes": ["email"], "LambdaConfig": functions,
        "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" },
    });
    lab.pool_with(merge(base, settings)).await
}

/// The version of PreTokenGeneration that changes access tokens, or another, with the function at this address.
fn versioned(version: &str, function: &str) -> Value {
    json!({ "PreTokenGenerationConfig": { "LambdaVersion": version, "LambdaArn": function } })
}

/// What a function receives on behalf of `client_id`.
fn event(pool: &Pool, client_id: &str, source: &str, user_name: &str, request: Value, response: Value) -> Value {
    let mut event = json!({
        "version": "1",
        "triggerSource": source,
        "region": "us-east-1",
        "userPoolId": pool.id,
        "userName": user_name,
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client_id },
    });
    event["request"] = request;
    event["response"] = response;
    event
}

/// The id of the app client in events of administrators.
const NO_CLIENT: &str = "CLIENT_ID_NOT_APPLICABLE";

/// The `userAttributes` of a stored user who has these besides.
fn stored(sub: &str, status: &str, attributes: Value) -> Value {
    merge(json!({ "sub": sub, "cognito:user_status": status }), attributes)
}

/// The sources of what functions receive during `action`.
async fn sources_during<T>(lab: &Lab, action: impl Future<Output = T>) -> (T, Vec<String>) {
    let before = lab.functions.sources().len();
    let outcome = action.await;
    (outcome, lab.functions.sources().split_off(before))
}

/// Alice, confirmed, with an address that is not verified.
async fn alice(client: &Client) -> User {
    client.confirmed_user_with("alice", json!({ "email": ALICE })).await
}

/// Calls AdminInitiateAuth with the password.
async fn admin_sign_in(user: &User, members: Value) -> Reply {
    let input = json!({
        "ClientId": user.client.id, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": user.username, "PASSWORD": user.password },
    });
    user.client.pool.call("AdminInitiateAuth", merge(input, members)).await
}

/// Creates a user with a temporary password whom nothing is sent.
async fn invite(pool: &Pool, username: &str, members: Value) -> Reply {
    let input = json!({ "Username": username, "TemporaryPassword": TEMPORARY_PASSWORD, "MessageAction": "SUPPRESS" });
    pool.call("AdminCreateUser", merge(input, members)).await
}

/// The session of a challenge that must be this one.
#[track_caller]
fn challenged(output: &Value, name: &str) -> String {
    assert_eq!(output["ChallengeName"], name, "{output}");
    output["Session"].as_str().unwrap().to_owned()
}

/// Answers NEW_PASSWORD_REQUIRED.
async fn answer_new_password(client: &Client, username: &str, session: &str) -> Reply {
    let responses = json!({ "USERNAME": username, "NEW_PASSWORD": PASSWORD });
    client.respond("NEW_PASSWORD_REQUIRED", session, responses).await
}

/// The status of a user as administrators see it.
async fn status(pool: &Pool, username: &str) -> Value {
    pool.user(username).await["UserStatus"].clone()
}

/// Asserts that nobody has this name.
async fn assert_nobody(pool: &Pool, username: &str) {
    let input = json!({ "Username": username });
    let reply = pool.call("AdminGetUser", input).await;
    reply.fault("UserNotFoundException", "User does not exist.");
}
