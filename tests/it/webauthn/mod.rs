//! Passkeys: registering, listing and deleting them, and what a sign-in makes of their proofs.

mod challenges;
mod credentials;
mod preferences;
mod proofs;
mod registration;
mod sign_in;

use poolhouse_tests::actors::{Pool, SignedIn};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::passkeys::Authenticator;
use poolhouse_tests::reply::Reply;
use serde_json::{Value, json};

const ORIGIN: &str = "http://localhost:3000";

/// A pool whose users may sign in by passkey, with this passkey configuration.
async fn pool_with(lab: &Lab, configuration: Value) -> Pool {
    let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] } });
    let pool = lab.pool_with(json!({ "Policies": policies })).await;
    pool.call(
        "SetUserPoolMfaConfig",
        json!({ "WebAuthnConfiguration": configuration }),
    )
    .await
    .ok();
    pool
}

/// The same for pages of developers.
async fn pool(lab: &Lab) -> Pool {
    pool_with(lab, json!({ "RelyingPartyId": "localhost" })).await
}

/// Somebody who is signed in to a pool for pages of developers.
async fn alice(lab: &Lab) -> SignedIn {
    pool(lab)
        .await
        .client()
        .await
        .confirmed_user("alice")
        .await
        .sign_in()
        .await
}

/// The options for a new passkey.
async fn start(user: &SignedIn) -> Value {
    user.call("StartWebAuthnRegistration", json!({})).await.ok()["CredentialCreationOptions"].take()
}

/// Hands a credential in.
async fn complete(user: &SignedIn, credential: Value) -> Reply {
    user.call("CompleteWebAuthnRegistration", json!({ "Credential": credential }))
        .await
}

/// Tries to register the passkey of an authenticator.
async fn register(user: &SignedIn, authenticator: &mut Authenticator) -> Reply {
    let options = start(user).await;
    complete(user, authenticator.create(&options)).await
}

/// A new authenticator whose passkey the user has registered.
async fn registered(user: &SignedIn) -> Authenticator {
    let mut authenticator = Authenticator::new(ORIGIN);
    register(user, &mut authenticator).await.ok();
    authenticator
}

/// The user's passkeys.
async fn credentials(user: &SignedIn) -> Value {
    user.call("ListWebAuthnCredentials", json!({})).await.ok()["Credentials"].take()
}
