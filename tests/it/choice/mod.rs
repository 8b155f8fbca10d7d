//! Choice-based sign-in: USER_AUTH with passwords and one-time codes, sign-ups that go over into it, and step-up.

mod one_time_codes;
mod races;
mod sign_in;
mod sign_up;
mod step_up;
mod unknown_users;
mod user_changes;

use poolhouse_tests::actors::{Client, Pool, SignedIn, Tokens, User, merge};
use poolhouse_tests::authenticator::Authenticator;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use serde_json::{Value, json};

const EMAIL: &str = "alice@example.com";
const PHONE_NUMBER: &str = "+12345671234";
const INCORRECT: &str = "Incorrect username or password.";
const INVALID: &str = "Invalid session for the user.";
const USED: &str = "Invalid session for the user, session can only be used once.";
const EXPIRED: &str = "Invalid session for the user, session is expired.";
const MISMATCH: &str = "Invalid code or auth state for the user.";
const TOO_MANY: &str = "Attempt limit exceeded, please try after some time.";

/// A pool with these members whose users may begin with a password or a code.
async fn pool_with(lab: &Lab, settings: Value) -> Pool {
    let base = json!({
        "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"] } },
        "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" },
        "AutoVerifiedAttributes": ["email"],
        "EmailConfiguration": {
            "EmailSendingAccount": "DEVELOPER",
            "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.com",
        },
    });
    lab.pool_with(merge(base, settings)).await
}

/// What a client has to say to sign in by choice.
fn with_choice(settings: Value) -> Value {
    let flows = [
        "ALLOW_USER_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ];
    merge(json!({ "ExplicitAuthFlows": flows }), settings)
}

/// A client of a pool whose users may begin with a password or a code.
async fn client(lab: &Lab) -> Client {
    pool_with(lab, json!({}))
        .await
        .client_with(with_choice(json!({})))
        .await
}

/// The same, which doesn't tell who exists.
async fn discreet(lab: &Lab) -> Client {
    let settings = with_choice(json!({ "PreventUserExistenceErrors": "ENABLED" }));
    pool_with(lab, json!({})).await.client_with(settings).await
}

/// Offers all second factors to the users of a pool.
async fn offer_mfa(pool: &Pool) {
    let factors = json!({
        "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } },
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "EmailMfaConfiguration": {},
        "MfaConfiguration": "OPTIONAL",
    });
    pool.call("SetUserPoolMfaConfig", factors).await.ok();
}

/// Alice, who has a password, a mailbox and a phone.
async fn alice(client: &Client) -> User {
    let contacts = json!({ "email": EMAIL, "phone_number": PHONE_NUMBER });
    client.confirmed_user_with("alice", contacts).await
}

/// Registers an authenticator app, which turns nothing on.
async fn register_app(lab: &Lab, user: &SignedIn) -> Authenticator {
    let output = user.call("AssociateSoftwareToken", json!({})).await.ok();
    let app = Authenticator::new(output["SecretCode"].as_str().unwrap());
    let code = app.code(&lab.clock);
    user.call("VerifySoftwareToken", json!({ "UserCode": code })).await.ok();
    app
}

/// Begins a choice-based sign-in with these parameters.
async fn begin(client: &Client, username: &str, parameters: Value) -> Reply {
    let parameters = merge(json!({ "USERNAME": username }), parameters);
    client.initiate_auth("USER_AUTH", parameters).await
}

/// Begins with a preferred challenge, which must be posed; gives its session.
async fn begin_with(client: &Client, username: &str, challenge: &str) -> String {
    let output = begin(client, username, json!({ "PREFERRED_CHALLENGE": challenge }))
        .await
        .ok();
    challenged(&output, challenge)
}

/// The session of a challenge that must be this one.
#[track_caller]
fn challenged(output: &Value, name: &str) -> String {
    assert_eq!(output["ChallengeName"], name, "{output}");
    assert_eq!(output.get("AuthenticationResult"), None);
    output["Session"].as_str().unwrap().to_owned()
}

/// Answers a challenge for a user.
async fn answer(client: &Client, username: &str, challenge: &str, session: &str, responses: Value) -> Reply {
    let responses = merge(json!({ "USERNAME": username }), responses);
    client.respond(challenge, session, responses).await
}

/// Answers SELECT_CHALLENGE.
async fn select(client: &Client, username: &str, session: &str, selected: &str) -> Reply {
    answer(
        client,
        username,
        "SELECT_CHALLENGE",
        session,
        json!({ "ANSWER": selected }),
    )
    .await
}

/// Answers EMAIL_OTP.
async fn answer_email(client: &Client, username: &str, session: &str, code: &str) -> Reply {
    answer(
        client,
        username,
        "EMAIL_OTP",
        session,
        json!({ "EMAIL_OTP_CODE": code }),
    )
    .await
}

/// Digits that aren't those of `code`.
fn wrong(code: &str) -> String {
    code.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect()
}

/// A user who signed in by this answer.
fn signed_in(user: &User, output: &Value) -> SignedIn {
    SignedIn {
        user: user.clone(),
        tokens: Tokens::of(output),
    }
}
