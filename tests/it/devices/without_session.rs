//! Clients that answer the challenges of devices without the Session, as pycognito does.

use std::time::Duration;

use poolhouse_crypto::opaque::OpaqueCodec;
use poolhouse_crypto::seal::Purpose;
use poolhouse_storage::SessionFound;
use poolhouse_tests::actors::{Tokens, User};
use poolhouse_tests::device::Device;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{
    INCORRECT, INVALID, TIMESTAMP, USED, answer_srp, answer_verifier, challenged, remember, sign_in_from, turn_on_mfa,
    with_device,
};

/// Answers a challenge without its Session.
async fn respond(user: &User, challenge: &str, responses: Value) -> Reply {
    let responses = user.client.with_secret_hash(responses);
    let input = json!({ "ChallengeName": challenge, "ChallengeResponses": responses });
    user.client.call("RespondToAuthChallenge", input).await
}

/// Answers DEVICE_SRP_AUTH without the Session.
async fn begin(user: &User, device: &Device) -> Reply {
    respond(user, "DEVICE_SRP_AUTH", device.srp_a(&user.username)).await
}

/// Answers DEVICE_PASSWORD_VERIFIER, which `output` asks for, without the Session.
async fn end(user: &User, device: &Device, output: &Value) -> Reply {
    let proof = device.proof(&user.username, &output["ChallengeParameters"], TIMESTAMP);
    respond(user, "DEVICE_PASSWORD_VERIFIER", proof).await
}

scenario! {
    async fn neither_step_needs_the_session(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        turn_on_mfa(&lab, &signed_in).await;
        challenged(&sign_in_from(&alice, &device.key).await.ok(), "DEVICE_SRP_AUTH");
        let output = begin(&alice, &device).await.ok();
        challenged(&output, "DEVICE_PASSWORD_VERIFIER");
        let claims = alice.client.pool.verify(&Tokens::of(&end(&alice, &device, &output).await.ok()).access).await;
        assert_eq!(claims["device_key"], device.key);
        begin(&alice, &device).await.fault(USED.0, USED.1);
        end(&alice, &device, &output).await.fault(USED.0, USED.1);
    }

    async fn either_step_may_name_it_all_the_same(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let output = sign_in_from(&alice, &device.key).await.ok();
        let output = answer_srp(&alice, &device, &output).await.ok();
        Tokens::of(&end(&alice, &device, &output).await.ok());
        sign_in_from(&alice, &device.key).await.ok();
        let output = begin(&alice, &device).await.ok();
        Tokens::of(&answer_verifier(&alice, &device, &output).await.ok());
    }

    async fn the_newest_sign_in_of_the_device_is_meant(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let older = sign_in_from(&alice, &device.key).await.ok();
        let newer = sign_in_from(&alice, &device.key).await.ok();
        let output = begin(&alice, &device).await.ok();
        answer_srp(&alice, &device, &newer).await.fault(USED.0, USED.1);
        // The one before goes on by its session only.
        begin(&alice, &device).await.fault(USED.0, USED.1);
        let other = answer_srp(&alice, &device, &older).await.ok();
        Tokens::of(&end(&alice, &device, &other).await.ok());
        Tokens::of(&end(&alice, &device, &output).await.ok());
    }

    async fn sign_ins_from_one_device_at_once_all_succeed_with_their_sessions(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let sign_in = async || {
            let output = sign_in_from(&alice, &device.key).await.ok();
            let output = answer_srp(&alice, &device, &output).await.ok();
            Tokens::of(&answer_verifier(&alice, &device, &output).await.ok())
        };
        let (one, two, three, four) = tokio::join!(sign_in(), sign_in(), sign_in(), sign_in());
        let refresh_tokens = [one, two, three, four].map(|tokens| tokens.refresh);
        for (number, token) in refresh_tokens.iter().enumerate() {
            assert!(!refresh_tokens[..number].contains(token));
        }
    }

    async fn of_two_that_answer_without_the_session_one_goes_on(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        sign_in_from(&alice, &device.key).await.ok();
        let (one, other) = tokio::join!(begin(&alice, &device), begin(&alice, &device));
        let (won, lost) = if one.status.is_success() { (one, other) } else { (other, one) };
        lost.fault(USED.0, USED.1);
        let output = won.ok();
        let (one, other) = tokio::join!(end(&alice, &device, &output), end(&alice, &device, &output));
        let (won, lost) = if one.status.is_success() { (one, other) } else { (other, one) };
        Tokens::of(&won.ok());
        lost.fault(USED.0, USED.1);
    }

    async fn a_session_is_implied_for_its_user_its_client_its_device_and_its_time(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let (_, other) = remember(&alice).await;
        let bob = alice.client.confirmed_user("bob").await;
        begin(&alice, &device).await.fault(INVALID.0, INVALID.1);
        sign_in_from(&alice, &device.key).await.ok();
        begin(&alice, &other).await.fault(INVALID.0, INVALID.1);
        begin(&bob, &device).await.fault(INVALID.0, INVALID.1);
        let nobody = User { username: "nobody".to_owned(), ..alice.clone() };
        begin(&nobody, &device).await.fault(INVALID.0, INVALID.1);
        let elsewhere = User { client: alice.client.pool.client().await, ..alice.clone() };
        begin(&elsewhere, &device).await.fault(INVALID.0, INVALID.1);
        lab.clock.advance(Duration::from_mins(3));
        begin(&alice, &device).await.fault(INVALID.0, INVALID.1);

        sign_in_from(&alice, &device.key).await.ok();
        let output = begin(&alice, &device).await.ok();
        end(&elsewhere, &device, &output).await.fault(INVALID.0, INVALID.1);
        end(&bob, &device, &output).await.fault(INVALID.0, INVALID.1);
        let mut proof = device.proof("alice", &output["ChallengeParameters"], TIMESTAMP);
        let block = std::mem::replace(&mut proof["PASSWORD_CLAIM_SECRET_BLOCK"], json!("AAAA"));
        respond(&alice, "DEVICE_PASSWORD_VERIFIER", proof.clone()).await.fault(INCORRECT.0, INCORRECT.1);
        proof["PASSWORD_CLAIM_SECRET_BLOCK"] = block;
        Tokens::of(&respond(&alice, "DEVICE_PASSWORD_VERIFIER", proof).await.ok());
    }

    async fn a_wrong_proof_uses_the_session_up(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        sign_in_from(&alice, &device.key).await.ok();
        let output = begin(&alice, &device).await.ok();
        let wrong = Device { password: "guessed".to_owned(), ..device.clone() };
        end(&alice, &wrong, &output).await.fault(INCORRECT.0, INCORRECT.1);
        end(&alice, &device, &output).await.fault(USED.0, USED.1);
    }

    async fn what_leads_to_a_session_is_none_itself(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        let output = sign_in_from(&alice, &device.key).await.ok();
        let parts = [alice.client.id.as_bytes(), alice.sub.as_bytes(), device.key.as_bytes()];
        let id = lab.sealer().keyed_hash(Purpose::new("device session"), &parts).to_base64url();
        let world = lab.world();
        let found = world.store.sessions().get(&id, world.clock.now()).await.unwrap();
        let SessionFound::Open(pointer) = found else { panic!("nothing leads to the session") };
        assert!(pointer.state.leads_to.is_some());
        let ticket = json!({ "id": id }).to_string();
        let codec = OpaqueCodec::new(lab.sealer().clone(), Purpose::new("auth session"));
        let forged = codec.encode(ticket.as_bytes(), &*world.entropy).unwrap();
        let reply = alice.client.respond("DEVICE_SRP_AUTH", &forged, device.srp_a("alice")).await;
        reply.fault(INVALID.0, INVALID.1);
        // The same ticket of a real session is good.
        let real = json!({ "id": pointer.state.leads_to }).to_string();
        let real = codec.encode(real.as_bytes(), &*world.entropy).unwrap();
        alice.client.respond("DEVICE_SRP_AUTH", &real, device.srp_a("alice")).await.ok();
        answer_srp(&alice, &device, &output).await.fault(USED.0, USED.1);
    }
}
