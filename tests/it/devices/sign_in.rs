//! DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER: a remembered device signs in.

use std::time::Duration;

use poolhouse_tests::actors::{Tokens, User, merge};
use poolhouse_tests::authenticator::STEP;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{
    NO_DEVICE, TIMESTAMP, USED, admin_auth, admin_sign_in, answer_password_verifier, answer_srp, answer_totp,
    answer_verifier, attribute, challenged, confirm, device_of, finished, prove, prove_password, remember,
    sign_in_anew, sign_in_from, tracking, turn_on_mfa, with_device,
};

scenario! {
    async fn a_remembered_device_stands_for_the_second_factor(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        turn_on_mfa(&lab, &signed_in).await;
        challenged(&alice.try_sign_in().await.ok(), "SOFTWARE_TOKEN_MFA");

        let output = sign_in_from(&alice, &device.key).await.ok();
        let named = json!({ "USERNAME": "alice", "DEVICE_KEY": device.key });
        assert_eq!(output["ChallengeParameters"], named);
        let output = answer_srp(&alice, &device, &output).await.ok();
        let parameters = output["ChallengeParameters"].as_object().unwrap();
        let names: Vec<&str> = parameters.keys().map(String::as_str).collect();
        assert_eq!(names, ["DEVICE_KEY", "SALT", "SECRET_BLOCK", "SRP_B", "USERNAME"]);
        assert_eq!(merge(named.clone(), output["ChallengeParameters"].clone()), output["ChallengeParameters"]);

        let output = answer_verifier(&alice, &device, &output).await.ok();
        assert_eq!(output["AuthenticationResult"].get("NewDeviceMetadata"), None);
        let claims = alice.client.pool.verify(&Tokens::of(&output).access).await;
        assert_eq!(claims["device_key"], device.key);
    }

    async fn where_the_pool_does_not_say_so_the_second_factor_comes_after(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, false).await;
        let output = sign_in_from(&alice, &device.key).await.ok();
        Tokens::of(&prove(&alice, &device, &output).await.ok());

        let app = turn_on_mfa(&lab, &signed_in).await;
        let output = sign_in_from(&alice, &device.key).await.ok();
        let session = challenged(&prove(&alice, &device, &output).await.ok(), "SOFTWARE_TOKEN_MFA");
        // Another device can't be put in the place of the one that has proved itself.
        let other = json!({ "DEVICE_KEY": "us-east-1_11111111-2222-4333-8444-555555555555" });
        let output = answer_totp(&alice, &session, &app.code(&lab.clock), other).await.ok();
        let claims = alice.client.pool.verify(&Tokens::of(&output).access).await;
        assert_eq!(claims["device_key"], device.key);
    }

    async fn a_device_that_is_not_remembered_stands_for_nothing(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        let app = turn_on_mfa(&lab, &signed_in).await;
        let status = json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "not_remembered" });
        signed_in.call("UpdateDeviceStatus", status).await.ok();
        let session = challenged(&sign_in_from(&alice, &device.key).await.ok(), "SOFTWARE_TOKEN_MFA");
        let output = answer_totp(&alice, &session, &app.code(&lab.clock), json!({})).await.ok();
        assert_eq!(output["AuthenticationResult"].get("NewDeviceMetadata"), None);
        let claims = alice.client.pool.verify(&Tokens::of(&output).access).await;
        assert_eq!(claims["device_key"], device.key);
    }

    async fn a_device_signs_in_after_a_password_by_srp(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        turn_on_mfa(&lab, &signed_in).await;
        let key = json!({ "DEVICE_KEY": device.key });
        let proof = prove_password(&alice, &alice.password).await;
        let output = answer_password_verifier(&alice, &proof, key).await.ok();
        Tokens::of(&prove(&alice, &device, &output).await.ok());
    }

    async fn a_device_may_be_named_with_the_second_factor(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        let app = turn_on_mfa(&lab, &signed_in).await;
        let session = challenged(&alice.try_sign_in().await.ok(), "SOFTWARE_TOKEN_MFA");
        let key = json!({ "DEVICE_KEY": device.key });
        let output = answer_totp(&alice, &session, &app.code(&lab.clock), key).await.ok();
        Tokens::of(&prove(&alice, &device, &output).await.ok());
    }

    async fn a_device_may_be_named_with_the_new_password(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let temporary = json!({ "Password": "Temporary-1", "Permanent": false });
        alice.admin_call("AdminSetUserPassword", temporary).await.ok();
        let session = challenged(&alice.client.sign_in("alice", "Temporary-1").await.ok(), "NEW_PASSWORD_REQUIRED");
        let responses = json!({ "USERNAME": "alice", "NEW_PASSWORD": "Own-password-1", "DEVICE_KEY": device.key });
        let output = alice.client.respond("NEW_PASSWORD_REQUIRED", &session, responses).await.ok();
        Tokens::of(&prove(&alice, &device, &output).await.ok());
    }

    async fn a_device_may_be_named_with_the_choice_of_the_password(lab: Lab) {
        let pool = lab.pool_with(tracking(true)).await;
        let flows = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"] });
        let alice = pool.client_with(flows).await.confirmed_user("alice").await;
        let (_, device) = remember(&alice).await;
        let begin = async |parameters: Value| {
            let parameters = merge(json!({ "USERNAME": "alice" }), parameters);
            alice.client.initiate_auth("USER_AUTH", parameters).await.ok()
        };
        let session = challenged(&begin(json!({})).await, "SELECT_CHALLENGE");
        let password = json!({ "USERNAME": "alice", "PASSWORD": alice.password });
        let selected = merge(password.clone(), json!({ "ANSWER": "PASSWORD", "DEVICE_KEY": device.key }));
        let output = alice.client.respond("SELECT_CHALLENGE", &session, selected).await.ok();
        Tokens::of(&prove(&alice, &device, &output).await.ok());

        let named = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "DEVICE_KEY": device.key });
        let session = challenged(&begin(named).await, "PASSWORD");
        let output = alice.client.respond("PASSWORD", &session, password).await.ok();
        Tokens::of(&prove(&alice, &device, &output).await.ok());
    }

    async fn administrators_sign_in_from_devices_too(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let output = admin_sign_in(&alice, json!({ "DEVICE_KEY": device.key })).await.ok();
        let session = challenged(&output, "DEVICE_SRP_AUTH");
        let respond = async |challenge: &str, session: &str, responses: Value| {
            let input = json!({ "ChallengeName": challenge, "Session": session, "ChallengeResponses": responses });
            admin_auth(&alice, "AdminRespondToAuthChallenge", input).await.ok()
        };
        let output = respond("DEVICE_SRP_AUTH", &session, device.srp_a("alice")).await;
        let session = challenged(&output, "DEVICE_PASSWORD_VERIFIER");
        let proof = device.proof("alice", &output["ChallengeParameters"], TIMESTAMP);
        Tokens::of(&respond("DEVICE_PASSWORD_VERIFIER", &session, proof).await);
    }

    async fn a_client_whose_device_is_gone_answers_the_same_challenge_without_it(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        signed_in.call("ForgetDevice", json!({ "DeviceKey": device.key })).await.ok();
        for without in [json!({}), json!({ "DEVICE_KEY": null })] {
            let proof = prove_password(&alice, &alice.password).await;
            let key = json!({ "DEVICE_KEY": device.key });
            answer_password_verifier(&alice, &proof, key.clone()).await.fault(NO_DEVICE.0, NO_DEVICE.1);
            let output = answer_password_verifier(&alice, &proof, without).await.ok();
            assert_ne!(finished(&alice, &output).1.key, device.key);
            answer_password_verifier(&alice, &proof, json!({})).await.fault(USED.0, USED.1);

            let wrong = prove_password(&alice, "Wrong-password1").await;
            answer_password_verifier(&alice, &wrong, key).await
                .fault("NotAuthorizedException", "Incorrect username or password.");
        }
    }

    async fn a_forgotten_device_is_asked_for_the_second_factor_again(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        let app = turn_on_mfa(&lab, &signed_in).await;
        let other = {
            let session = challenged(&alice.try_sign_in().await.ok(), "SOFTWARE_TOKEN_MFA");
            let output = answer_totp(&alice, &session, &app.code(&lab.clock), json!({})).await.ok();
            let (signed_in, other) = finished(&alice, &output);
            confirm(&signed_in, &other).await.ok();
            other
        };
        lab.clock.advance(STEP);
        alice.admin_call("AdminForgetDevice", json!({ "DeviceKey": device.key })).await.ok();
        sign_in_from(&alice, &device.key).await.fault(NO_DEVICE.0, NO_DEVICE.1);
        let session = challenged(&alice.try_sign_in().await.ok(), "SOFTWARE_TOKEN_MFA");
        let key = json!({ "DEVICE_KEY": device.key });
        answer_totp(&alice, &session, &app.code(&lab.clock), key).await.fault(NO_DEVICE.0, NO_DEVICE.1);
        let output = answer_totp(&alice, &session, &app.code(&lab.clock), json!({})).await.ok();
        assert_ne!(finished(&alice, &output).1.key, device.key);
        challenged(&sign_in_from(&alice, &other.key).await.ok(), "DEVICE_SRP_AUTH");
    }

    async fn a_pool_that_stops_tracking_ignores_old_keys(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        turn_on_mfa(&lab, &signed_in).await;
        let waiting = sign_in_from(&alice, &device.key).await.ok();
        let waiting = answer_srp(&alice, &device, &waiting).await.ok();
        alice.client.pool.call("UpdateUserPool", json!({ "MfaConfiguration": "OPTIONAL" })).await.ok();
        challenged(&sign_in_from(&alice, &device.key).await.ok(), "SOFTWARE_TOKEN_MFA");
        // Its proof stands for nothing where devices count no more.
        challenged(&answer_verifier(&alice, &device, &waiting).await.ok(), "SOFTWARE_TOKEN_MFA");
        alice.client.pool.call("UpdateUserPool", merge(tracking(true), json!({ "MfaConfiguration": "OPTIONAL" })))
            .await.ok();
        challenged(&sign_in_from(&alice, &device.key).await.ok(), "DEVICE_SRP_AUTH");
    }

    async fn a_sign_in_says_when_and_from_where_a_device_was_used(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        lab.clock.advance(Duration::from_secs(90));
        let there = User { client: alice.client.at(&lab.from_address("203.0.113.7")), ..alice.clone() };
        let output = sign_in_from(&there, &device.key).await.ok();
        prove(&there, &device, &output).await.ok();
        let found = device_of(&signed_in, &device.key).await;
        assert_eq!(attribute(&found, "last_ip_used").unwrap(), "203.0.113.7");
        assert_eq!(found["DeviceLastAuthenticatedDate"], 1_800_000_090);
        assert_eq!(found["DeviceLastModifiedDate"], 1_800_000_000);
    }

    async fn sign_ins_from_one_device_at_once_all_succeed(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let begin = async || {
            let output = sign_in_from(&alice, &device.key).await.ok();
            answer_srp(&alice, &device, &output).await.ok()
        };
        let [first, second, third] = [begin().await, begin().await, begin().await];
        let end = async |output: &Value| Tokens::of(&answer_verifier(&alice, &device, output).await.ok());
        tokio::join!(end(&first), end(&second), end(&third));
    }

    async fn a_sign_in_that_races_the_end_of_its_device_leaves_no_token_that_refreshes(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        let output = sign_in_from(&alice, &device.key).await.ok();
        let output = answer_srp(&alice, &device, &output).await.ok();
        let (proved, forgotten) = tokio::join!(
            answer_verifier(&alice, &device, &output),
            signed_in.call("ForgetDevice", json!({ "DeviceKey": device.key })),
        );
        forgotten.ok();
        if !proved.status.is_success() {
            return proved.fault(NO_DEVICE.0, NO_DEVICE.1);
        }
        let parameters = json!({ "REFRESH_TOKEN": Tokens::of(&proved.ok()).refresh, "DEVICE_KEY": device.key });
        alice.client.initiate_auth("REFRESH_TOKEN_AUTH", parameters).await
            .fault("NotAuthorizedException", "Invalid Refresh Token");
    }

    async fn every_user_has_devices_of_their_own(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let bob = alice.client.confirmed_user("bob").await;
        let (_, foreign) = remember(&bob).await;
        sign_in_from(&bob, &device.key).await.fault(NO_DEVICE.0, NO_DEVICE.1);
        let output = sign_in_from(&bob, &foreign.key).await.ok();
        answer_srp(&bob, &device, &output).await.fault(NO_DEVICE.0, NO_DEVICE.1);
        Tokens::of(&prove(&bob, &foreign, &output).await.ok());
        let (_, another) = sign_in_anew(&bob).await;
        assert_ne!(another.key, foreign.key);
    }
}
