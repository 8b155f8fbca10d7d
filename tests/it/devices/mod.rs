//! Devices of users: named at sign-in, confirmed, remembered, signed in with, and forgotten.

mod abuse;
mod confirm;
mod new;
mod refresh;
mod settings;
mod sign_in;
mod without_session;

use poolhouse_tests::actors::{Client, PASSWORD, SignedIn, Tokens, User, merge};
use poolhouse_tests::authenticator::{Authenticator, STEP};
use poolhouse_tests::device::Device;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::srp::SrpClient;
use serde_json::{Value, json};

/// The clock of a lab as clients write it.
const TIMESTAMP: &str = "Fri Jan 15 08:00:00 UTC 2027";

const INCORRECT: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");
const INVALID: (&str, &str) = ("NotAuthorizedException", "Invalid session for the user.");
const NO_DEVICE: (&str, &str) = ("ResourceNotFoundException", "Device does not exist.");
const USED: (&str, &str) = (
    "NotAuthorizedException",
    "Invalid session for the user, session can only be used once.",
);

/// Settings of a pool that keeps track of devices, in which a remembered one may stand for the second factor.
fn tracking(replaces_mfa: bool) -> Value {
    json!({ "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": replaces_mfa } })
}

/// An app client that allows all flows by password, of a new pool with these settings.
async fn client(lab: &Lab, settings: Value) -> Client {
    let flows = [
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ];
    let pool = lab.pool_with(settings).await;
    pool.client_with(json!({ "ExplicitAuthFlows": flows })).await
}

/// A confirmed user of a pool that keeps track of devices.
async fn alice(lab: &Lab, replaces_mfa: bool) -> User {
    client(lab, tracking(replaces_mfa)).await.confirmed_user("alice").await
}

/// Signs in with the password and these parameters besides.
async fn sign_in_with(user: &User, parameters: Value) -> Reply {
    let parameters = merge(
        json!({ "USERNAME": user.username, "PASSWORD": user.password }),
        parameters,
    );
    user.client.initiate_auth("USER_PASSWORD_AUTH", parameters).await
}

/// Signs in with the password from a device.
async fn sign_in_from(user: &User, key: &str) -> Reply {
    sign_in_with(user, json!({ "DEVICE_KEY": key })).await
}

/// The tokens and the new device of a finished sign-in.
fn finished(user: &User, output: &Value) -> (SignedIn, Device) {
    let tokens = Tokens::of(output);
    let user = user.clone();
    (SignedIn { user, tokens }, Device::of(output))
}

/// Signs in from a device that nobody knows yet.
async fn sign_in_anew(user: &User) -> (SignedIn, Device) {
    finished(user, &user.try_sign_in().await.ok())
}

/// Confirms a device with its verifier.
async fn confirm(signed_in: &SignedIn, device: &Device) -> Reply {
    let input = json!({ "DeviceKey": device.key, "DeviceSecretVerifierConfig": device.verifier() });
    signed_in.call("ConfirmDevice", input).await
}

/// Signs in from a new device and has it remembered.
async fn remember(user: &User) -> (SignedIn, Device) {
    let (signed_in, device) = sign_in_anew(user).await;
    let output = confirm(&signed_in, &device).await.ok();
    assert_eq!(output, json!({ "UserConfirmationNecessary": false }));
    (signed_in, device)
}

/// A user whose device is remembered.
async fn with_device(lab: &Lab, replaces_mfa: bool) -> (User, SignedIn, Device) {
    let alice = alice(lab, replaces_mfa).await;
    let (signed_in, device) = remember(&alice).await;
    (alice, signed_in, device)
}

/// Makes every sign-in of a user ask for the code of an app.
pub(crate) async fn turn_on_mfa(lab: &Lab, signed_in: &SignedIn) -> Authenticator {
    let pool = &signed_in.user.client.pool;
    let factors = json!({ "SoftwareTokenMfaConfiguration": { "Enabled": true }, "MfaConfiguration": "OPTIONAL" });
    pool.call("SetUserPoolMfaConfig", factors).await.ok();
    let output = signed_in.call("AssociateSoftwareToken", json!({})).await.ok();
    let app = Authenticator::new(output["SecretCode"].as_str().unwrap());
    let code = json!({ "UserCode": app.code(&lab.clock) });
    signed_in.call("VerifySoftwareToken", code).await.ok();
    let preference = json!({ "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    signed_in.call("SetUserMFAPreference", preference).await.ok();
    lab.clock.advance(STEP);
    app
}

/// Answers SOFTWARE_TOKEN_MFA with the code of an app and these responses besides.
async fn answer_totp(user: &User, session: &str, code: &str, responses: Value) -> Reply {
    let code = json!({ "USERNAME": user.username, "SOFTWARE_TOKEN_MFA_CODE": code });
    user.client
        .respond("SOFTWARE_TOKEN_MFA", session, merge(code, responses))
        .await
}

/// The session of a challenge that must be this one.
#[track_caller]
fn challenged(output: &Value, name: &str) -> String {
    assert_eq!(output["ChallengeName"], name, "{output}");
    output["Session"].as_str().unwrap().to_owned()
}

/// Answers DEVICE_SRP_AUTH, which must be what `output` asks for.
async fn answer_srp(user: &User, device: &Device, output: &Value) -> Reply {
    let session = challenged(output, "DEVICE_SRP_AUTH");
    let responses = device.srp_a(&user.username);
    user.client.respond("DEVICE_SRP_AUTH", &session, responses).await
}

/// Answers DEVICE_PASSWORD_VERIFIER, which must be what `output` asks for.
async fn answer_verifier(user: &User, device: &Device, output: &Value) -> Reply {
    let responses = device.proof(&user.username, &output["ChallengeParameters"], TIMESTAMP);
    let session = challenged(output, "DEVICE_PASSWORD_VERIFIER");
    user.client
        .respond("DEVICE_PASSWORD_VERIFIER", &session, responses)
        .await
}

/// Proves the device that `output` asks for.
async fn prove(user: &User, device: &Device, output: &Value) -> Reply {
    let output = answer_srp(user, device, output).await.ok();
    answer_verifier(user, device, &output).await
}

/// Begins a sign-in by SRP; gives the responses that prove the password.
async fn prove_password(user: &User, password: &str) -> Value {
    let client = &user.client;
    let parameters = json!({ "USERNAME": user.username, "SRP_A": SrpClient::default().srp_a() });
    let challenge = client.initiate_auth("USER_SRP_AUTH", parameters).await.ok();
    let parameters = &challenge["ChallengeParameters"];
    let name = parameters["USER_ID_FOR_SRP"].as_str().unwrap();
    let (_, pool_name) = client.pool.id.split_once('_').unwrap();
    let claim = SrpClient::default().claim((pool_name, name), password, parameters, TIMESTAMP);
    merge(claim, json!({ "USERNAME": name }))
}

/// Answers PASSWORD_VERIFIER with a proof and these responses besides.
async fn answer_password_verifier(user: &User, proof: &Value, responses: Value) -> Reply {
    let responses = merge(proof.clone(), responses);
    let input = json!({ "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": responses });
    user.client.call("RespondToAuthChallenge", input).await
}

/// Calls one of the operations that administrators continue sign-ins with.
async fn admin_auth(user: &User, operation: &str, input: Value) -> Reply {
    let input = merge(json!({ "ClientId": user.client.id }), input);
    user.client.pool.call(operation, input).await
}

/// Starts a sign-in with the password as an administrator.
async fn admin_sign_in(user: &User, parameters: Value) -> Reply {
    let parameters = merge(json!({ "USERNAME": user.username, "PASSWORD": PASSWORD }), parameters);
    let input = json!({ "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": parameters });
    admin_auth(user, "AdminInitiateAuth", input).await
}

/// The device as its user sees it.
async fn device_of(signed_in: &SignedIn, key: &str) -> Value {
    let output = signed_in.call("GetDevice", json!({ "DeviceKey": key })).await.ok();
    output["Device"].clone()
}

/// The value of an attribute of a device.
fn attribute(device: &Value, name: &str) -> Option<String> {
    let attributes = device["DeviceAttributes"].as_array().unwrap();
    let found = attributes.iter().find(|attribute| attribute["Name"] == name)?;
    Some(found["Value"].as_str().unwrap().to_owned())
}
