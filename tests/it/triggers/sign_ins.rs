//! Which triggers run when somebody signs in or refreshes, and in what order.

use poolhouse_tests::actors::{Client, PASSWORD, User, merge};
use poolhouse_tests::device::Device;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{
    ALICE, TEMPORARY_PASSWORD, admin_sign_in, alice, answer_new_password, challenged, invite, listeners, pool_with,
    sources_during,
};
use crate::auth::srp;

const PRE: &str = "PreAuthentication_Authentication";
const POST: &str = "PostAuthentication_Authentication";
const TOKENS: &str = "TokenGeneration_Authentication";
const MESSAGE: &str = "CustomMessage_Authentication";
const NOTHING: [&str; 0] = [];

/// A client that allows every flow, of a pool with functions that listen at all triggers.
async fn client(lab: &Lab, settings: Value) -> Client {
    let flows = [
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ];
    let developer = json!({ "EmailConfiguration": {
        "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.com",
    } });
    let pool = pool_with(lab, listeners(lab), merge(developer, settings)).await;
    pool.client_with(json!({ "ExplicitAuthFlows": flows })).await
}

/// Begins a choice-based sign-in.
async fn choose(lab: &Lab, user: &User, parameters: Value) -> (Value, Vec<String>) {
    let parameters = merge(json!({ "USERNAME": user.username }), parameters);
    let (reply, sources) = sources_during(lab, user.client.initiate_auth("USER_AUTH", parameters)).await;
    (reply.ok(), sources)
}

/// Answers a challenge.
async fn answer(lab: &Lab, user: &User, challenge: &Value, responses: Value) -> (Value, Vec<String>) {
    let name = challenge["ChallengeName"].as_str().unwrap();
    let session = challenge["Session"].as_str().unwrap();
    let responses = merge(json!({ "USERNAME": user.username }), responses);
    let (reply, sources) = sources_during(lab, user.client.respond(name, session, responses)).await;
    (reply.ok(), sources)
}

scenario! {
    async fn by_password(lab: Lab) {
        let alice = alice(&client(&lab, json!({})).await).await;
        let (reply, sources) = sources_during(&lab, alice.try_sign_in()).await;
        reply.ok();
        assert_eq!(sources, [PRE, POST, TOKENS]);
        let (reply, sources) = sources_during(&lab, admin_sign_in(&alice, json!({}))).await;
        reply.ok();
        assert_eq!(sources, [PRE, POST, TOKENS]);
        let (reply, sources) = sources_during(&lab, alice.client.sign_in("alice", "Wrong-Horse-1")).await;
        reply.fault("NotAuthorizedException", "Incorrect username or password.");
        assert_eq!(sources, [PRE]);
    }

    async fn by_srp(lab: Lab) {
        let client = client(&lab, json!({})).await;
        alice(&client).await;
        let (challenge, sources) = sources_during(&lab, srp::challenge(&client, "alice")).await;
        assert_eq!(sources, [PRE]);
        let proof = srp::proof(&client.pool, &challenge, PASSWORD);
        let (reply, sources) = sources_during(&lab, srp::answer(&client, proof)).await;
        reply.ok();
        assert_eq!(sources, [POST, TOKENS]);
    }

    async fn by_a_choice_of_the_password(lab: Lab) {
        let alice = alice(&client(&lab, json!({})).await).await;
        let (output, sources) = choose(&lab, &alice, json!({})).await;
        challenged(&output, "SELECT_CHALLENGE");
        assert_eq!(sources, [PRE]);
        let (output, sources) = answer(&lab, &alice, &output, json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD })).await;
        assert!(output["AuthenticationResult"].is_object(), "{output}");
        assert_eq!(sources, [POST, TOKENS]);

        let at_once = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
        assert_eq!(choose(&lab, &alice, at_once).await.1, [PRE, POST, TOKENS]);
    }

    async fn by_a_choice_of_a_code(lab: Lab) {
        let settings = json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } } });
        let alice = alice(&client(&lab, settings).await).await;
        let (output, sources) = choose(&lab, &alice, json!({})).await;
        assert_eq!(sources, [PRE]);
        let (output, sources) = answer(&lab, &alice, &output, json!({ "ANSWER": "EMAIL_OTP" })).await;
        assert_eq!(sources, [MESSAGE], "it is still the same sign-in");
        let code = lab.mailbox.code_for(ALICE).await;
        let (_, sources) = answer(&lab, &alice, &output, json!({ "EMAIL_OTP_CODE": code })).await;
        assert_eq!(sources, [POST, TOKENS]);
    }

    async fn with_a_code_that_confirms_the_sign_up(lab: Lab) {
        let settings = json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } } });
        let client = client(&lab, settings).await;
        let output = client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        let sub = output["UserSub"].as_str().unwrap().to_owned();
        let alice = User { client, username: "alice".into(), password: PASSWORD.into(), sub };
        let (output, sources) = choose(&lab, &alice, json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await;
        assert_eq!(sources, [PRE, MESSAGE]);
        let code = lab.mailbox.code_for(ALICE).await;
        let (_, mut sources) = answer(&lab, &alice, &output, json!({ "EMAIL_OTP_CODE": code })).await;
        sources.sort_unstable();
        assert_eq!(sources, [POST, "PostConfirmation_ConfirmSignUp", TOKENS]);
    }

    async fn with_the_session_of_a_sign_up(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let output = client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        let code = lab.mailbox.code_for(ALICE).await;
        let confirmation = json!({ "ConfirmationCode": code, "Session": output["Session"] });
        let output = client.call_for("ConfirmSignUp", "alice", confirmation).await.ok();
        let input = json!({
            "AuthFlow": "USER_AUTH", "AuthParameters": { "USERNAME": "alice" }, "Session": output["Session"]
        });
        let (reply, sources) = sources_during(&lab, client.call("InitiateAuth", input)).await;
        assert!(reply.ok()["AuthenticationResult"].is_object());
        assert_eq!(sources, [PRE, POST, TOKENS]);
    }

    async fn with_a_new_password(lab: Lab) {
        let client = client(&lab, json!({})).await;
        invite(&client.pool, "alice", json!({})).await.ok();
        let (reply, sources) = sources_during(&lab, client.sign_in("alice", TEMPORARY_PASSWORD)).await;
        assert_eq!(sources, [PRE]);
        let session = challenged(&reply.ok(), "NEW_PASSWORD_REQUIRED");
        let (reply, sources) = sources_during(&lab, answer_new_password(&client, "alice", &session)).await;
        reply.ok();
        assert_eq!(sources, [POST, "TokenGeneration_NewPasswordChallenge"]);
    }

    async fn with_a_second_factor(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let factors = json!({ "EmailMfaConfiguration": {}, "MfaConfiguration": "OPTIONAL" });
        client.pool.call("SetUserPoolMfaConfig", factors).await.ok();
        let alice = alice(&client).await;
        let on = json!({ "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true } });
        alice.admin_call("AdminSetUserMFAPreference", on).await.ok();
        let (reply, sources) = sources_during(&lab, alice.try_sign_in()).await;
        let output = reply.ok();
        challenged(&output, "EMAIL_OTP");
        assert_eq!(sources, [PRE, MESSAGE]);
        let code = lab.mailbox.code_for(ALICE).await;
        let (_, sources) = answer(&lab, &alice, &output, json!({ "EMAIL_OTP_CODE": code })).await;
        assert_eq!(sources, [POST, TOKENS]);
    }

    async fn from_a_remembered_device(lab: Lab) {
        let tracking = json!({ "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": true } });
        let alice = alice(&client(&lab, tracking).await).await;
        let output = alice.try_sign_in().await.ok();
        let device = Device::of(&output);
        let confirmation = json!({
            "AccessToken": output["AuthenticationResult"]["AccessToken"],
            "DeviceKey": device.key, "DeviceSecretVerifierConfig": device.verifier(),
        });
        lab.call("ConfirmDevice", confirmation).await.ok();

        let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD, "DEVICE_KEY": device.key });
        let (reply, sources) = sources_during(&lab, alice.client.initiate_auth("USER_PASSWORD_AUTH", parameters)).await;
        let output = reply.ok();
        challenged(&output, "DEVICE_SRP_AUTH");
        assert_eq!(sources, [PRE]);
        let (output, sources) = answer(&lab, &alice, &output, device.srp_a("alice")).await;
        challenged(&output, "DEVICE_PASSWORD_VERIFIER");
        assert_eq!(sources, NOTHING);
        let proof = device.proof("alice", &output["ChallengeParameters"], srp::TIMESTAMP);
        let (_, sources) = answer(&lab, &alice, &output, proof).await;
        assert_eq!(sources, [POST, "TokenGeneration_AuthenticateDevice"]);
    }

    async fn refreshing(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let alice = alice(&client).await.sign_in().await;
        let (reply, sources) = sources_during(&lab, alice.refresh()).await;
        reply.ok();
        assert_eq!(sources, ["TokenGeneration_RefreshTokens"]);
        let input = json!({
            "ClientId": client.id, "AuthFlow": "REFRESH_TOKEN", "AuthParameters": { "REFRESH_TOKEN": alice.tokens.refresh }
        });
        let (reply, sources) = sources_during(&lab, client.pool.call("AdminInitiateAuth", input)).await;
        reply.ok();
        assert_eq!(sources, ["TokenGeneration_RefreshTokens"]);
        let input = json!({ "RefreshToken": alice.tokens.refresh });
        let (reply, sources) = sources_during(&lab, client.call("GetTokensFromRefreshToken", input)).await;
        reply.ok();
        assert_eq!(sources, [TOKENS]);
        let wrong = json!({ "RefreshToken": "wrong" });
        let (reply, sources) = sources_during(&lab, client.call("GetTokensFromRefreshToken", wrong)).await;
        reply.fault("NotAuthorizedException", "Invalid Refresh Token");
        assert_eq!(sources, NOTHING);
    }
}
