//! What doesn't prove a device: wrong proofs, steps left out or taken twice, and what belongs to another sign-in.

use std::time::Duration;

use poolhouse_tests::actors::{User, merge};
use poolhouse_tests::device::Device;
use poolhouse_tests::scenario;
use poolhouse_tests::srp::SrpClient;
use serde_json::json;

use super::{
    INCORRECT, INVALID, NO_DEVICE, TIMESTAMP, USED, answer_password_verifier, answer_srp, answer_totp, answer_verifier,
    challenged, prove, prove_password, remember, sign_in_from, turn_on_mfa, with_device,
};

scenario! {
    async fn a_wrong_proof_ends_the_session_and_counts(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let wrong = Device { password: "guessed".to_owned(), ..device.clone() };
        for _ in 0..5 {
            let output = sign_in_from(&alice, &device.key).await.ok();
            let output = answer_srp(&alice, &device, &output).await.ok();
            answer_verifier(&alice, &wrong, &output).await.fault(INCORRECT.0, INCORRECT.1);
            answer_verifier(&alice, &device, &output).await.fault(USED.0, USED.1);
        }
        alice.try_sign_in().await.fault("NotAuthorizedException", "Password attempts exceeded");
        lab.clock.advance(Duration::from_secs(1));
        let output = sign_in_from(&alice, &device.key).await.ok();
        prove(&alice, &device, &output).await.ok();
    }

    async fn each_step_is_taken_once(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let first = sign_in_from(&alice, &device.key).await.ok();
        let second = answer_srp(&alice, &device, &first).await.ok();
        answer_srp(&alice, &device, &first).await.fault(USED.0, USED.1);
        answer_verifier(&alice, &device, &second).await.ok();
        answer_verifier(&alice, &device, &second).await.fault(USED.0, USED.1);
    }

    async fn of_two_answers_that_race_one_wins(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let output = sign_in_from(&alice, &device.key).await.ok();
        let answer = async || answer_srp(&alice, &device, &output).await;
        let (one, other) = tokio::join!(answer(), answer());
        let (won, lost) = if one.status.is_success() { (one, other) } else { (other, one) };
        lost.fault(USED.0, USED.1);
        let output = won.ok();
        let answer = async || answer_verifier(&alice, &device, &output).await;
        let (one, other) = tokio::join!(answer(), answer());
        let (won, lost) = if one.status.is_success() { (one, other) } else { (other, one) };
        won.ok();
        lost.fault(USED.0, USED.1);
    }

    async fn no_step_can_be_left_out(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        let app = turn_on_mfa(&lab, &signed_in).await;
        let first = sign_in_from(&alice, &device.key).await.ok();
        let other = answer_srp(&alice, &device, &first).await.ok();
        let waiting = sign_in_from(&alice, &device.key).await.ok();
        let session = challenged(&waiting, "DEVICE_SRP_AUTH");
        let proof = device.proof("alice", &other["ChallengeParameters"], TIMESTAMP);
        alice.client.respond("DEVICE_PASSWORD_VERIFIER", &session, proof).await.fault(INVALID.0, INVALID.1);
        answer_totp(&alice, &session, &app.code(&lab.clock), json!({})).await.fault(INVALID.0, INVALID.1);
        let second_factor = challenged(&alice.try_sign_in().await.ok(), "SOFTWARE_TOKEN_MFA");
        let skipped = device.srp_a("alice");
        alice.client.respond("DEVICE_SRP_AUTH", &second_factor, skipped).await.fault(INVALID.0, INVALID.1);
        prove(&alice, &device, &waiting).await.ok();
    }

    async fn a_block_belongs_to_its_session(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let begin = async || {
            let output = sign_in_from(&alice, &device.key).await.ok();
            answer_srp(&alice, &device, &output).await.ok()
        };
        let (first, second) = (begin().await, begin().await);
        let session = challenged(&second, "DEVICE_PASSWORD_VERIFIER");
        let foreign = device.proof("alice", &first["ChallengeParameters"], TIMESTAMP);
        alice.client.respond("DEVICE_PASSWORD_VERIFIER", &session, foreign).await.fault(INCORRECT.0, INCORRECT.1);
        answer_verifier(&alice, &device, &first).await.ok();
        for block in ["", "no base64!", "Z2FyYmFnZQ=="] {
            let third = begin().await;
            let session = challenged(&third, "DEVICE_PASSWORD_VERIFIER");
            let proof = device.proof("alice", &third["ChallengeParameters"], TIMESTAMP);
            let proof = merge(proof, json!({ "PASSWORD_CLAIM_SECRET_BLOCK": block }));
            let reply = alice.client.respond("DEVICE_PASSWORD_VERIFIER", &session, proof).await;
            if block.is_empty() {
                reply.fault("InvalidParameterException", "Missing required parameter PASSWORD_CLAIM_SECRET_BLOCK");
            } else {
                reply.fault(INCORRECT.0, INCORRECT.1);
            }
        }
    }

    async fn blocks_of_users_and_of_devices_are_not_those_of_the_other(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let of_user = prove_password(&alice, &alice.password).await;
        let output = sign_in_from(&alice, &device.key).await.ok();
        let output = answer_srp(&alice, &device, &output).await.ok();
        let session = challenged(&output, "DEVICE_PASSWORD_VERIFIER");
        let of_device = device.proof("alice", &output["ChallengeParameters"], TIMESTAMP);
        answer_password_verifier(&alice, &of_device, json!({})).await.fault(INCORRECT.0, INCORRECT.1);
        let foreign = merge(of_user.clone(), json!({ "USERNAME": "alice", "DEVICE_KEY": device.key }));
        alice.client.respond("DEVICE_PASSWORD_VERIFIER", &session, foreign).await.fault(INCORRECT.0, INCORRECT.1);
        answer_password_verifier(&alice, &of_user, json!({})).await.ok();
    }

    async fn a_proof_has_the_time_of_day(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let output = sign_in_from(&alice, &device.key).await.ok();
        let output = answer_srp(&alice, &device, &output).await.ok();
        let session = challenged(&output, "DEVICE_PASSWORD_VERIFIER");
        let answer = async |timestamp: &str| {
            let proof = device.proof("alice", &output["ChallengeParameters"], timestamp);
            alice.client.respond("DEVICE_PASSWORD_VERIFIER", &session, proof).await
        };
        let malformed = "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.";
        answer("2027-01-15T08:00:00Z").await.fault("InvalidParameterException", malformed);
        answer("Fri Jan 15 09:00:01 UTC 2027").await.fault(INCORRECT.0, INCORRECT.1);
        answer("Fri Jan 15 06:59:59 UTC 2027").await.fault(INCORRECT.0, INCORRECT.1);
        answer(TIMESTAMP).await.ok();
    }

    async fn another_device_does_not_answer(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let (_, other) = remember(&alice).await;
        let output = sign_in_from(&alice, &device.key).await.ok();
        answer_srp(&alice, &other, &output).await.fault(NO_DEVICE.0, NO_DEVICE.1);
        let output = answer_srp(&alice, &device, &output).await.ok();
        answer_verifier(&alice, &other, &output).await.fault(NO_DEVICE.0, NO_DEVICE.1);
        answer_verifier(&alice, &device, &output).await.ok();
    }

    async fn a_device_that_is_forgotten_meanwhile_does_not_sign_in(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        let output = sign_in_from(&alice, &device.key).await.ok();
        let second = answer_srp(&alice, &device, &output).await.ok();
        let output = sign_in_from(&alice, &device.key).await.ok();
        let status = json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "not_remembered" });
        signed_in.call("UpdateDeviceStatus", status).await.ok();
        answer_srp(&alice, &device, &output).await.fault(NO_DEVICE.0, NO_DEVICE.1);
        answer_verifier(&alice, &device, &second).await.fault(NO_DEVICE.0, NO_DEVICE.1);
        signed_in.call("ForgetDevice", json!({ "DeviceKey": device.key })).await.ok();
        answer_srp(&alice, &device, &output).await.fault(NO_DEVICE.0, NO_DEVICE.1);
        answer_verifier(&alice, &device, &second).await.fault(NO_DEVICE.0, NO_DEVICE.1);
    }

    async fn a_session_is_of_its_user_its_client_and_its_time(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let bob = alice.client.confirmed_user("bob").await;
        let output = sign_in_from(&alice, &device.key).await.ok();
        answer_srp(&bob, &device, &output).await.fault(INVALID.0, INVALID.1);
        let elsewhere = User { client: alice.client.pool.client().await, ..alice.clone() };
        answer_srp(&elsewhere, &device, &output).await.fault(INVALID.0, INVALID.1);
        let second = answer_srp(&alice, &device, &output).await.ok();
        answer_verifier(&elsewhere, &device, &second).await.fault(INVALID.0, INVALID.1);
        lab.clock.advance(Duration::from_mins(3));
        answer_verifier(&alice, &device, &second).await
            .fault("NotAuthorizedException", "Invalid session for the user, session is expired.");
        let output = sign_in_from(&alice, &device.key).await.ok();
        let password = json!({ "Password": "Another-password1", "Permanent": true });
        alice.admin_call("AdminSetUserPassword", password).await.ok();
        answer_srp(&alice, &device, &output).await.fault(INVALID.0, INVALID.1);
    }

    async fn parameters_that_are_missing_or_worthless_are_named(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let output = sign_in_from(&alice, &device.key).await.ok();
        let session = challenged(&output, "DEVICE_SRP_AUTH");
        let respond = async |challenge: &str, session: &str, responses: serde_json::Value| {
            alice.client.respond(challenge, session, responses).await
        };
        for missing in ["USERNAME", "DEVICE_KEY", "SRP_A"] {
            let responses = merge(device.srp_a("alice"), json!({ missing: "" }));
            respond("DEVICE_SRP_AUTH", &session, responses).await
                .fault("InvalidParameterException", &format!("Missing required parameter {missing}"));
        }
        for worthless in ["0", "xyz", &SrpClient::modulus()] {
            let responses = merge(device.srp_a("alice"), json!({ "SRP_A": worthless }));
            respond("DEVICE_SRP_AUTH", &session, responses).await.fault("InvalidParameterException", "Invalid SRP_A.");
        }
        let output = answer_srp(&alice, &device, &output).await.ok();
        let session = challenged(&output, "DEVICE_PASSWORD_VERIFIER");
        let proof = device.proof("alice", &output["ChallengeParameters"], TIMESTAMP);
        for missing in ["DEVICE_KEY", "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"] {
            let responses = merge(proof.clone(), json!({ missing: "" }));
            respond("DEVICE_PASSWORD_VERIFIER", &session, responses).await
                .fault("InvalidParameterException", &format!("Missing required parameter {missing}"));
        }
        respond("DEVICE_PASSWORD_VERIFIER", &session, proof).await.ok();
    }
}
