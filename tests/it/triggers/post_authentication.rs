//! PostAuthentication: hears of finished sign-ins, before they give tokens.

use poolhouse_tests::actors::{Client, PASSWORD, User};
use poolhouse_tests::device::Device;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{
    ALICE, TEMPORARY_PASSWORD, admin_sign_in, alice, answer_new_password, challenged, event, invite, pool_with, status,
    stored,
};
use crate::auth::srp;

const TRIGGER: &str = "PostAuthentication";
const SOURCE: &str = "PostAuthentication_Authentication";
const REFUSAL: (&str, &str) = (
    "UserLambdaValidationException",
    "PostAuthentication failed with error Not today.",
);

/// A client of a pool with a function that listens, and with these settings.
async fn client(lab: &Lab, settings: Value) -> Client {
    let functions = json!({ TRIGGER: lab.functions.listening(TRIGGER) });
    pool_with(lab, functions, settings).await.client().await
}

fn refuse(lab: &Lab) {
    lab.functions.failing(TRIGGER, "Not today");
}

/// The members of a sign-in from this device.
async fn sign_in_from(user: &User, device: &Device) -> Value {
    let parameters = json!({ "USERNAME": user.username, "PASSWORD": PASSWORD, "DEVICE_KEY": device.key });
    user.client.initiate_auth("USER_PASSWORD_AUTH", parameters).await.ok()
}

scenario! {
    async fn the_function_learns_who_signed_in(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let alice = alice(&client).await;
        alice.sign_in().await;
        let attributes = stored(&alice.sub, "CONFIRMED", json!({ "email": ALICE, "email_verified": "false" }));
        let request = json!({ "userAttributes": attributes, "newDeviceUsed": false, "clientMetadata": {} });
        assert_eq!(lab.functions.event(TRIGGER), event(&client.pool, &client.id, SOURCE, "alice", request, json!({})));
    }

    async fn who_set_a_new_password_is_confirmed_in_the_event(lab: Lab) {
        let client = client(&lab, json!({})).await;
        invite(&client.pool, "alice", json!({})).await.ok();
        let session = challenged(&client.sign_in("alice", TEMPORARY_PASSWORD).await.ok(), "NEW_PASSWORD_REQUIRED");
        answer_new_password(&client, "alice", &session).await.ok();
        let event = lab.functions.event(TRIGGER);
        assert_eq!(event["request"]["userAttributes"]["cognito:user_status"], "CONFIRMED");
    }

    async fn a_new_device_is_told_from_a_known_one(lab: Lab) {
        let client = client(&lab, json!({ "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": false } })).await;
        let alice = alice(&client).await;
        let output = alice.try_sign_in().await.ok();
        assert_eq!(lab.functions.event(TRIGGER)["request"]["newDeviceUsed"], true);
        let device = Device::of(&output);
        let confirmation = json!({
            "AccessToken": output["AuthenticationResult"]["AccessToken"],
            "DeviceKey": device.key, "DeviceSecretVerifierConfig": device.verifier(),
        });
        lab.call("ConfirmDevice", confirmation).await.ok();
        let output = sign_in_from(&alice, &device).await;
        let session = challenged(&output, "DEVICE_SRP_AUTH");
        let output = client.respond("DEVICE_SRP_AUTH", &session, device.srp_a("alice")).await.ok();
        let session = challenged(&output, "DEVICE_PASSWORD_VERIFIER");
        let proof = device.proof("alice", &output["ChallengeParameters"], srp::TIMESTAMP);
        client.respond("DEVICE_PASSWORD_VERIFIER", &session, proof).await.ok();
        let events = lab.functions.events(TRIGGER);
        assert_eq!((events.len(), &events[1]["request"]["newDeviceUsed"]), (2, &json!(false)));
    }

    async fn a_refusal_gives_no_tokens_and_leaves_no_sign_in(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let tracking = json!({ "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": 5 } });
        client.pool.call("SetUserPoolSessionConfiguration", tracking).await.ok();
        let alice = alice(&client).await;
        refuse(&lab);
        alice.try_sign_in().await.fault(REFUSAL.0, REFUSAL.1);
        admin_sign_in(&alice, json!({})).await.fault(REFUSAL.0, REFUSAL.1);
        let sessions = alice.admin_call("AdminListUserSessions", json!({})).await.ok();
        assert_eq!(sessions["Sessions"], json!([]));
    }

    async fn a_refusal_names_no_new_device(lab: Lab) {
        let client = client(&lab, json!({ "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": false } })).await;
        let alice = alice(&client).await;
        refuse(&lab);
        alice.try_sign_in().await.fault(REFUSAL.0, REFUSAL.1);
        assert_eq!(alice.admin_call("AdminListDevices", json!({})).await.ok(), json!({ "Devices": [] }));
    }

    async fn a_refused_challenge_can_be_answered_again(lab: Lab) {
        let client = client(&lab, json!({})).await;
        invite(&client.pool, "alice", json!({})).await.ok();
        let session = challenged(&client.sign_in("alice", TEMPORARY_PASSWORD).await.ok(), "NEW_PASSWORD_REQUIRED");
        refuse(&lab);
        answer_new_password(&client, "alice", &session).await.fault(REFUSAL.0, REFUSAL.1);
        assert_eq!(status(&client.pool, "alice").await, "FORCE_CHANGE_PASSWORD");
        lab.functions.listening(TRIGGER);
        answer_new_password(&client, "alice", &session).await.ok();
        assert_eq!(status(&client.pool, "alice").await, "CONFIRMED");
    }

    async fn a_right_password_that_is_refused_ends_no_pause(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let alice = alice(&client).await;
        refuse(&lab);
        for _ in 0..4 {
            client.sign_in("alice", "Wrong-Horse-1").await.fault("NotAuthorizedException", "Incorrect username or password.");
            alice.try_sign_in().await.fault(REFUSAL.0, REFUSAL.1);
        }
        client.sign_in("alice", "Wrong-Horse-1").await.fault("NotAuthorizedException", "Incorrect username or password.");
        alice.try_sign_in().await.fault("NotAuthorizedException", "Password attempts exceeded");
    }

    async fn a_wrong_password_tells_nobody(lab: Lab) {
        let client = client(&lab, json!({})).await;
        alice(&client).await;
        client.sign_in("alice", "Wrong-Horse-1").await.fault("NotAuthorizedException", "Incorrect username or password.");
        assert!(lab.functions.events(TRIGGER).is_empty());
    }

    async fn refreshing_tells_nobody(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let alice = alice(&client).await.sign_in().await;
        refuse(&lab);
        alice.refresh().await.ok();
        assert_eq!(lab.functions.events(TRIGGER).len(), 1);
    }
}
