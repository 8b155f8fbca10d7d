//! Second factors: authenticator apps, preferences, and the challenges that ask for them.

mod codes;
mod preferences;
mod setup;
mod sign_in;
mod software_token;

use poolhouse_tests::actors::{Pool, SignedIn, User};
use poolhouse_tests::authenticator::Authenticator;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use serde_json::{Value, json};

const EMAIL: &str = "alice@example.com";
const PHONE_NUMBER: &str = "+12345671234";

/// A pool that offers all factors.
async fn pool(lab: &Lab, mode: &str) -> Pool {
    let sender = json!({
        "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.com"
    });
    let pool = lab.pool_with(json!({ "EmailConfiguration": sender })).await;
    let factors = json!({
        "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } },
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "EmailMfaConfiguration": {},
        "MfaConfiguration": mode,
    });
    pool.call("SetUserPoolMfaConfig", factors).await.ok();
    pool
}

/// A confirmed user with a mailbox and a phone, signed in to a pool that offers all factors.
async fn alice(lab: &Lab) -> SignedIn {
    let client = pool(lab, "OPTIONAL").await.client().await;
    let contacts = json!({ "email": EMAIL, "phone_number": PHONE_NUMBER });
    client.confirmed_user_with("alice", contacts).await.sign_in().await
}

/// Gives a user's authenticator app a new secret.
async fn associate(user: &SignedIn) -> Authenticator {
    let output = user.call("AssociateSoftwareToken", json!({})).await.ok();
    Authenticator::new(output["SecretCode"].as_str().unwrap())
}

/// Shows the first code of an app.
async fn verify(user: &SignedIn, code: &str) -> Reply {
    let input = json!({ "UserCode": code, "FriendlyDeviceName": "phone" });
    user.call("VerifySoftwareToken", input).await
}

/// Registers an authenticator app, which turns nothing on.
async fn register(lab: &Lab, user: &SignedIn) -> Authenticator {
    let app = associate(user).await;
    verify(user, &app.code(&lab.clock)).await.ok();
    app
}

/// Turns factors on and off: `settings` are members of SetUserMFAPreference.
async fn prefer(user: &User, settings: Value) -> Reply {
    user.admin_call("AdminSetUserMFAPreference", settings).await
}

/// What turns a factor on, or makes it the preferred one.
fn on(preferred: bool) -> Value {
    json!({ "Enabled": true, "PreferredMfa": preferred })
}

/// The session of a challenge that must be this one.
fn challenged(output: &Value, name: &str) -> String {
    assert_eq!(output["ChallengeName"], name, "{output}");
    output["Session"].as_str().unwrap().to_owned()
}

/// Signs in with the password, to this challenge; gives its session.
async fn sign_in_to(user: &User, name: &str) -> String {
    challenged(&user.try_sign_in().await.ok(), name)
}

/// Answers a challenge for alice with one response.
async fn answer(user: &User, challenge: &str, session: &str, response: &str, value: &str) -> Reply {
    let responses = json!({ "USERNAME": user.username, response: value });
    user.client.respond(challenge, session, responses).await
}

/// Answers SOFTWARE_TOKEN_MFA.
async fn answer_totp(user: &User, session: &str, code: &str) -> Reply {
    answer(user, "SOFTWARE_TOKEN_MFA", session, "SOFTWARE_TOKEN_MFA_CODE", code).await
}
