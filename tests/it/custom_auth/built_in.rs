//! The server's own challenges, named by functions.

use poolhouse_tests::actors::{PASSWORD, SignedIn, Tokens};
use poolhouse_tests::authenticator::{Authenticator, STEP};
use poolhouse_tests::device::Device;
use poolhouse_tests::scenario;
use serde_json::json;

use super::*;

const EMAIL: &str = "alice@example.com";
const PHONE_NUMBER: &str = "+12345671234";

/// A pool that offers all factors, whose functions name these challenges in turn, and alice in it.
async fn alice(lab: &Lab, challenges: &'static [&'static str]) -> SignedIn {
    let sender = json!({
        "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.com",
    });
    let functions = functions(lab, &name_in_turn(lab, challenges));
    let pool = pool(lab, functions, json!({ "EmailConfiguration": sender })).await;
    let factors = json!({
        "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } },
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "EmailMfaConfiguration": {},
        "MfaConfiguration": "OPTIONAL",
    });
    pool.call("SetUserPoolMfaConfig", factors).await.ok();
    let client = client_of(&pool, json!({})).await;
    let contacts = json!({ "email": EMAIL, "phone_number": PHONE_NUMBER });
    client.confirmed_user_with("alice", contacts).await.sign_in().await
}

/// Registers an authenticator app, which turns nothing on.
async fn register(lab: &Lab, alice: &SignedIn) -> Authenticator {
    let output = alice.call("AssociateSoftwareToken", json!({})).await.ok();
    let app = Authenticator::new(output["SecretCode"].as_str().unwrap());
    let code = json!({ "UserCode": app.code(&lab.clock) });
    alice.call("VerifySoftwareToken", code).await.ok();
    lab.clock.advance(STEP);
    app
}

/// Answers a challenge, which must be what `output` asks for, with one response.
async fn respond(client: &Client, output: &Value, challenge: &str, (response, value): (&str, &str)) -> Reply {
    let session = challenged(output, challenge);
    let responses = json!({ "USERNAME": "alice", response: value });
    client.respond(challenge, &session, responses).await
}

scenario! {
    async fn codes_are_sent_and_their_answers_are_told(lab: Lab) {
        let alice = alice(&lab, &["SMS_MFA", "EMAIL_OTP", "CUSTOM_CHALLENGE"]).await;
        let client = &alice.user.client;
        let asked = start(client, "alice").await.ok();
        assert_eq!(asked["ChallengeParameters"], json!({
            "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "CODE_DELIVERY_DESTINATION": "+*******1234",
            "USER_ID_FOR_SRP": "alice",
        }));
        let wrong = respond(client, &asked, "SMS_MFA", ("SMS_MFA_CODE", "000000x")).await;
        wrong.fault("CodeMismatchException", "Invalid code or auth state for the user.");
        assert_eq!(sessions(&lab), [json!([])]);
        let code = lab.mailbox.code_for(PHONE_NUMBER).await;
        let output = respond(client, &asked, "SMS_MFA", ("SMS_MFA_CODE", &code)).await.ok();
        respond(client, &asked, "SMS_MFA", ("SMS_MFA_CODE", &code)).await.fault(NOT_AUTHORIZED, USED);
        let code = lab.mailbox.code_for(EMAIL).await;
        let asked = respond(client, &output, "EMAIL_OTP", ("EMAIL_OTP_CODE", &code)).await.ok();
        let output = answer(client, "alice", &asked, "4").await.ok();
        client.pool.verify(&Tokens::of(&output).access).await;
        let expected = json!([
            result("SMS_MFA", true, None),
            result("EMAIL_OTP", true, None),
            result("CUSTOM_CHALLENGE", true, Some("SUM")),
        ]);
        assert_eq!(sessions(&lab).pop(), Some(expected));
    }

    async fn an_app_proves_itself_once(lab: Lab) {
        let alice = alice(&lab, &["SOFTWARE_TOKEN_MFA"]).await;
        let client = &alice.user.client;
        let app = register(&lab, &alice).await;
        let code = app.code(&lab.clock);
        let asked = start(client, "alice").await.ok();
        let answer = ("SOFTWARE_TOKEN_MFA_CODE", code.as_str());
        let output = respond(client, &asked, "SOFTWARE_TOKEN_MFA", answer).await.ok();
        client.pool.verify(&Tokens::of(&output).access).await;
        assert_eq!(sessions(&lab), [json!([]), json!([result("SOFTWARE_TOKEN_MFA", true, None)])]);
        let asked = start(client, "alice").await.ok();
        let replayed = respond(client, &asked, "SOFTWARE_TOKEN_MFA", answer).await;
        replayed.fault("ExpiredCodeException", "Your software token has already been used once.");
    }

    async fn what_was_proved_is_spent_before_functions_hear_of_it(lab: Lab) {
        let alice = alice(&lab, &["SOFTWARE_TOKEN_MFA"]).await;
        let client = &alice.user.client;
        let app = register(&lab, &alice).await;
        let code = app.code(&lab.clock);
        let asked = start(client, "alice").await.ok();
        lab.functions.failing("define", "out of order");
        let answer = ("SOFTWARE_TOKEN_MFA_CODE", code.as_str());
        let sentence = "DefineAuthChallenge failed with error out of order.";
        let reply = respond(client, &asked, "SOFTWARE_TOKEN_MFA", answer).await;
        reply.fault("UserLambdaValidationException", sentence);
        respond(client, &asked, "SOFTWARE_TOKEN_MFA", answer).await.fault(NOT_AUTHORIZED, USED);
        name_in_turn(&lab, &["SOFTWARE_TOKEN_MFA"]);
        let asked = start(client, "alice").await.ok();
        let replayed = respond(client, &asked, "SOFTWARE_TOKEN_MFA", answer).await;
        replayed.fault("ExpiredCodeException", "Your software token has already been used once.");
    }

    async fn a_user_who_has_several_factors_chooses(lab: Lab) {
        let alice = alice(&lab, &["SELECT_MFA_TYPE"]).await;
        let client = &alice.user.client;
        let on = json!({ "Enabled": true });
        let both = json!({ "SMSMfaSettings": on, "EmailMfaSettings": on });
        alice.user.admin_call("AdminSetUserMFAPreference", both).await.ok();
        let asked = start(client, "alice").await.ok();
        let asked = respond(client, &asked, "SELECT_MFA_TYPE", ("ANSWER", "EMAIL_OTP")).await.ok();
        let code = lab.mailbox.code_for(EMAIL).await;
        let output = respond(client, &asked, "EMAIL_OTP", ("EMAIL_OTP_CODE", &code)).await.ok();
        client.pool.verify(&Tokens::of(&output).access).await;
        assert_eq!(sessions(&lab).pop(), Some(json!([result("SELECT_MFA_TYPE", true, None)])));
    }

    async fn a_new_password_is_asked_for_where_one_is_due(lab: Lab) {
        let alice = alice(&lab, &["PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED", "CUSTOM_CHALLENGE"]).await;
        let client = &alice.user.client;
        let invited = json!({ "Username": "bob", "TemporaryPassword": "Temporary-1!", "MessageAction": "SUPPRESS" });
        client.pool.call("AdminCreateUser", invited).await.ok();
        let output = start_with_srp(client, "bob").await.ok();
        let asked = prove_password(client, &output, "Temporary-1!", json!({})).await.ok();
        let session = challenged(&asked, "NEW_PASSWORD_REQUIRED");
        let responses = json!({ "USERNAME": "bob", "NEW_PASSWORD": PASSWORD });
        let asked = client.respond("NEW_PASSWORD_REQUIRED", &session, responses).await.ok();
        let output = answer(client, "bob", &asked, "4").await.ok();
        client.pool.verify(&Tokens::of(&output).access).await;

        let output = start_with_srp(client, "alice").await.ok();
        let (name, message) = UNRECOGNIZABLE;
        prove_password(client, &output, PASSWORD, json!({})).await.fault(name, message);
    }

    async fn what_cannot_be_asked_is_no_answer(lab: Lab) {
        let alice = alice(&lab, &[]).await;
        let client = &alice.user.client;
        let (name, message) = UNRECOGNIZABLE;
        for challenge in [
            "SOFTWARE_TOKEN_MFA", "SELECT_MFA_TYPE", "MFA_SETUP", "NEW_PASSWORD_REQUIRED", "DEVICE_SRP_AUTH",
            "DEVICE_PASSWORD_VERIFIER", "ADMIN_NO_SRP_AUTH", "SELECT_CHALLENGE", "PASSWORD", "PASSWORD_SRP",
            "WEB_AUTHN", "SMS_OTP",
        ] {
            name_always(&lab, challenge);
            start(client, "alice").await.fault(name, message);
        }
        client.confirmed_user("bob").await;
        for challenge in ["SMS_MFA", "EMAIL_OTP"] {
            name_always(&lab, challenge);
            start(client, "bob").await.fault(name, message);
        }
    }

    async fn a_remembered_device_proves_itself_after_the_functions(lab: Lab) {
        let (client, device) = with_device(&lab, &["CUSTOM_CHALLENGE"]).await;
        let parameters = json!({ "USERNAME": "alice", "DEVICE_KEY": device.key });
        let asked = client.initiate_auth("CUSTOM_AUTH", parameters).await.ok();
        let asked = answer(&client, "alice", &asked, "4").await.ok();
        assert_eq!(asked["ChallengeParameters"], json!({ "USERNAME": "alice", "DEVICE_KEY": device.key }));
        let output = prove_device(&client, &device, &asked).await.ok();
        let claims = client.pool.verify(&Tokens::of(&output).access).await;
        assert_eq!(claims["device_key"], device.key);
        assert_eq!(sessions(&lab).len(), 2);
    }

    async fn or_where_they_say(lab: Lab) {
        let (client, device) = with_device(&lab, &["DEVICE_SRP_AUTH", "UNUSED", "CUSTOM_CHALLENGE"]).await;
        let parameters = json!({ "USERNAME": "alice", "DEVICE_KEY": device.key });
        let asked = client.initiate_auth("CUSTOM_AUTH", parameters).await.ok();
        let asked = prove_device(&client, &device, &asked).await.ok();
        let output = answer(&client, "alice", &asked, "4").await.ok();
        let claims = client.pool.verify(&Tokens::of(&output).access).await;
        assert_eq!(claims["device_key"], device.key);
        let expected = json!([
            result("DEVICE_SRP_AUTH", true, None),
            result("DEVICE_PASSWORD_VERIFIER", true, None),
            result("CUSTOM_CHALLENGE", true, Some("SUM")),
        ]);
        assert_eq!(sessions(&lab).pop(), Some(expected));
    }

    async fn a_new_device_gets_its_name(lab: Lab) {
        let (client, device) = with_device(&lab, &["CUSTOM_CHALLENGE"]).await;
        let asked = start(&client, "alice").await.ok();
        let output = answer(&client, "alice", &asked, "4").await.ok();
        let new = output["AuthenticationResult"]["NewDeviceMetadata"]["DeviceKey"].as_str().unwrap();
        assert_ne!(new, device.key);
        let asked = start(&client, "alice").await.ok();
        let session = challenged(&asked, "CUSTOM_CHALLENGE");
        let unknown = "us-east-1_00000000-0000-4000-8000-000000000000";
        let responses = json!({ "USERNAME": "alice", "ANSWER": "4", "DEVICE_KEY": unknown });
        let reply = client.respond("CUSTOM_CHALLENGE", &session, responses).await;
        reply.fault("ResourceNotFoundException", "Device does not exist.");
    }
}

/// An app client of a pool that keeps track of devices, and alice's remembered one.
async fn with_device(lab: &Lab, challenges: &'static [&'static str]) -> (Client, Device) {
    let functions = functions(lab, &name_in_turn(lab, challenges));
    let tracking = json!({ "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": true } });
    let client = client_of(&pool(lab, functions, tracking).await, json!({})).await;
    let user = client.confirmed_user("alice").await;
    let output = user.try_sign_in().await.ok();
    let (tokens, device) = (Tokens::of(&output), Device::of(&output));
    let signed_in = SignedIn { user, tokens };
    let input = json!({ "DeviceKey": device.key, "DeviceSecretVerifierConfig": device.verifier() });
    signed_in.call("ConfirmDevice", input).await.ok();
    (client, device)
}

/// Proves a device, which must be what `output` asks for.
async fn prove_device(client: &Client, device: &Device, output: &Value) -> Reply {
    let session = challenged(output, "DEVICE_SRP_AUTH");
    let output = client
        .respond("DEVICE_SRP_AUTH", &session, device.srp_a("alice"))
        .await
        .ok();
    let session = challenged(&output, "DEVICE_PASSWORD_VERIFIER");
    let proof = device.proof("alice", &output["ChallengeParameters"], TIMESTAMP);
    client.respond("DEVICE_PASSWORD_VERIFIER", &session, proof).await
}
