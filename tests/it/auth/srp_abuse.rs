//! What must not work with SRP.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::clock::minutes;
use poolhouse_tests::scenario;
use poolhouse_tests::srp::SrpClient;
use serde_json::json;

use super::INCORRECT;
use super::srp::{answer, challenge, proof, sign_in, with_srp};

scenario! {
    async fn a_public_value_that_makes_the_password_superfluous_is_refused(lab: Lab) {
        let client = lab.pool().await.client_with(with_srp(json!({}))).await;
        client.confirmed_user("alice").await;
        let modulus = SrpClient::modulus();
        let twice = SrpClient::multiple_of_modulus(2);
        let long = "f".repeat(10_000);
        for srp_a in ["0", "00000", modulus.as_str(), twice.as_str(), "COFFEEG", "-5", " 5", long.as_str()] {
            client.initiate_auth("USER_SRP_AUTH", json!({ "USERNAME": "alice", "SRP_A": srp_a })).await
                .fault("InvalidParameterException", "Invalid SRP_A.");
        }
        for parameters in [json!({ "USERNAME": "alice" }), json!({ "USERNAME": "alice", "SRP_A": "" })] {
            client.initiate_auth("USER_SRP_AUTH", parameters).await
                .fault("InvalidParameterException", "Missing required parameter SRP_A");
        }
    }

    async fn a_block_is_answered_once(lab: Lab) {
        let client = lab.pool().await.client_with(with_srp(json!({}))).await;
        client.confirmed_user("alice").await;
        let responses = proof(&client.pool, &challenge(&client, "alice").await, PASSWORD);
        answer(&client, responses.clone()).await.ok();
        answer(&client, responses).await
            .fault("NotAuthorizedException", "Invalid session for the user, session can only be used once.");
    }

    async fn of_two_answers_that_race_one_wins(lab: Lab) {
        let client = lab.pool().await.client_with(with_srp(json!({}))).await;
        client.confirmed_user("alice").await;
        let responses = proof(&client.pool, &challenge(&client, "alice").await, PASSWORD);
        let (one, other) = tokio::join!(answer(&client, responses.clone()), answer(&client, responses));
        let won = [&one, &other].iter().filter(|reply| reply.status == 200).count();
        assert_eq!(won, 1);
    }

    async fn a_block_belongs_to_its_user_and_its_client(lab: Lab) {
        let pool = lab.pool().await;
        let (client, other) = (pool.client_with(with_srp(json!({}))).await, pool.client_with(with_srp(json!({}))).await);
        client.confirmed_user("alice").await;
        client.confirmed_user("bob").await;
        let begun = challenge(&client, "alice").await;
        let responses = proof(&pool, &begun, PASSWORD);
        let mut as_bob = responses.clone();
        as_bob["USERNAME"] = json!("bob");
        answer(&client, as_bob).await.fault("NotAuthorizedException", INCORRECT);
        answer(&other, responses.clone()).await.fault("NotAuthorizedException", INCORRECT);
        for block in ["AAAA", "", "not base64!"] {
            let mut tampered = responses.clone();
            tampered["PASSWORD_CLAIM_SECRET_BLOCK"] = json!(block);
            let reply = answer(&client, tampered).await;
            if block.is_empty() {
                let sentence = "Missing required parameter PASSWORD_CLAIM_SECRET_BLOCK";
                reply.fault("InvalidParameterException", sentence);
            } else {
                reply.fault("NotAuthorizedException", INCORRECT);
            }
        }
        answer(&client, responses).await.ok();
    }

    async fn a_block_in_which_a_letter_is_changed_is_none(lab: Lab) {
        let client = lab.pool().await.client_with(with_srp(json!({}))).await;
        client.confirmed_user("alice").await;
        let responses = proof(&client.pool, &challenge(&client, "alice").await, PASSWORD);
        let block = responses["PASSWORD_CLAIM_SECRET_BLOCK"].as_str().unwrap();
        for place in [0, 20, block.len() / 2, block.len() - 5] {
            let mut altered = block.as_bytes().to_vec();
            altered[place] = if altered[place] == b'Q' { b'R' } else { b'Q' };
            let mut tampered = responses.clone();
            tampered["PASSWORD_CLAIM_SECRET_BLOCK"] = json!(String::from_utf8(altered).unwrap());
            answer(&client, tampered).await.fault("NotAuthorizedException", INCORRECT);
        }
        answer(&client, responses).await.ok();
    }

    async fn a_block_lasts_as_long_as_a_session(lab: Lab) {
        let client = lab.pool().await.client_with(with_srp(json!({ "AuthSessionValidity": 5 }))).await;
        client.confirmed_user("alice").await;
        let (early, late) = (challenge(&client, "alice").await, challenge(&client, "alice").await);
        lab.clock.advance(minutes(4));
        answer(&client, proof(&client.pool, &early, PASSWORD)).await.ok();
        lab.clock.advance(minutes(1));
        answer(&client, proof(&client.pool, &late, PASSWORD)).await
            .fault("NotAuthorizedException", "Invalid session for the user, session is expired.");
    }

    async fn a_claim_is_whole_and_of_its_time(lab: Lab) {
        let client = lab.pool().await.client_with(with_srp(json!({}))).await;
        client.confirmed_user("alice").await;
        let responses = proof(&client.pool, &challenge(&client, "alice").await, PASSWORD);
        let with = |name: &str, value: &str| {
            let mut changed = responses.clone();
            changed[name] = json!(value);
            changed
        };
        for timestamp in ["2027-01-15T08:00:00Z", "Ven Jan 15 08:00:00 UTC 2027", "Fri Jan 15 08:00:00 GMT 2027", "x"] {
            answer(&client, with("TIMESTAMP", timestamp)).await.fault(
                "InvalidParameterException",
                "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.",
            );
        }
        answer(&client, with("TIMESTAMP", "Thu Jan 14 08:00:00 UTC 2027")).await
            .fault("NotAuthorizedException", INCORRECT);
        // None of these used the block up; a wrong claim does.
        answer(&client, with("PASSWORD_CLAIM_SIGNATURE", "AAAA")).await.fault("NotAuthorizedException", INCORRECT);
        answer(&client, responses).await
            .fault("NotAuthorizedException", "Invalid session for the user, session can only be used once.");
    }

    async fn wrong_proofs_earn_the_same_pauses_as_wrong_passwords(lab: Lab) {
        let client = lab.pool().await.client_with(with_srp(json!({}))).await;
        client.confirmed_user("alice").await;
        for _ in 0..3 {
            sign_in(&client, "alice", "Wrong-password1").await.fault("NotAuthorizedException", INCORRECT);
        }
        for _ in 0..2 {
            client.sign_in("alice", "Wrong-password1").await.fault("NotAuthorizedException", INCORRECT);
        }
        sign_in(&client, "alice", PASSWORD).await.fault("NotAuthorizedException", "Password attempts exceeded");
    }
}
