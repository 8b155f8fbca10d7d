//! The session between a temporary password and the new one: whose it is, how long it lasts, and that it works once.

use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::clock::{minutes, seconds};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{INVALID_REFRESH_TOKEN, TEMPORARY_PASSWORD, initiate, invite, new_password_session};

const INVALID: &str = "Invalid session for the user.";
const USED: &str = "Invalid session for the user, session can only be used once.";
const EXPIRED: &str = "Invalid session for the user, session is expired.";

async fn answer(client: &Client, username: &str, session: &str) -> Reply {
    let responses = json!({ "USERNAME": username, "NEW_PASSWORD": PASSWORD });
    client.respond("NEW_PASSWORD_REQUIRED", session, responses).await
}

async fn invited(client: &Client) -> String {
    invite(&client.pool, "alice", json!({})).await;
    new_password_session(client, "alice").await
}

scenario! {
    async fn a_session_lasts_three_minutes(lab: Lab) {
        let client = lab.pool().await.client().await;
        let session = invited(&client).await;
        lab.clock.advance(seconds(3 * 60 - 1));
        let later = new_password_session(&client, "alice").await;
        lab.clock.advance(seconds(1));
        answer(&client, "alice", &session).await.fault("NotAuthorizedException", EXPIRED);
        answer(&client, "alice", &later).await.ok();
    }

    async fn a_client_says_how_long_its_sessions_last(lab: Lab) {
        let client = lab.pool().await.client_with(json!({ "AuthSessionValidity": 15 })).await;
        let session = invited(&client).await;
        lab.clock.advance(seconds(15 * 60 - 1));
        let later = new_password_session(&client, "alice").await;
        lab.clock.advance(seconds(1));
        answer(&client, "alice", &session).await.fault("NotAuthorizedException", EXPIRED);
        answer(&client, "alice", &later).await.ok();
    }

    async fn a_session_works_once(lab: Lab) {
        let client = lab.pool().await.client().await;
        let session = invited(&client).await;
        let other = new_password_session(&client, "alice").await;
        answer(&client, "alice", &session).await.ok();
        answer(&client, "alice", &session).await.fault("NotAuthorizedException", USED);
        answer(&client, "alice", &other).await.fault("NotAuthorizedException", INVALID);
        lab.clock.advance(minutes(4));
        answer(&client, "alice", &session).await.fault("NotAuthorizedException", USED);
    }

    async fn of_two_answers_at_the_same_time_one_wins(lab: Lab) {
        let client = lab.pool().await.client().await;
        for round in 0..4 {
            let username = format!("alice{round}");
            invite(&client.pool, &username, json!({})).await;
            let session = new_password_session(&client, &username).await;
            let answers = [0, 1].map(|_| {
                let (client, username, session) = (client.clone(), username.clone(), session.clone());
                tokio::spawn(async move { answer(&client, &username, &session).await })
            });
            let mut won = 0;
            for answer in answers {
                let reply = answer.await.unwrap();
                if reply.status.is_success() {
                    won += 1;
                } else {
                    let (name, message) = reply.error();
                    assert_eq!(name, "NotAuthorizedException");
                    // The one who comes late finds the session used, or the user done.
                    assert!([USED, INVALID].contains(&message.as_str()), "{message}");
                }
            }
            assert_eq!(won, 1);
        }
    }

    async fn who_does_not_know_the_temporary_password_is_asked_for_no_other(lab: Lab) {
        let client = lab.pool().await.client().await;
        invite(&client.pool, "alice", json!({})).await;
        client.sign_in("alice", "Wrong-Horse-1").await
            .fault("NotAuthorizedException", "Incorrect username or password.");
        let input = json!({
            "ChallengeName": "NEW_PASSWORD_REQUIRED",
            "ChallengeResponses": { "USERNAME": "alice", "NEW_PASSWORD": "Own-password-1" },
        });
        client.call("RespondToAuthChallenge", input).await
            .fault("InvalidParameterException", "Missing required parameter Session");
        assert_eq!(client.pool.user("alice").await["UserStatus"], "FORCE_CHANGE_PASSWORD");
    }

    async fn garbage_is_no_session(lab: Lab) {
        let client = lab.pool().await.client().await;
        let session = invited(&client).await;
        let alice = client.confirmed_user("bob").await.sign_in().await;
        let mut altered = session.clone().into_bytes();
        altered[30] = if altered[30] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        let padded = format!("{session}=");
        let cut = &session[..session.len() - 1];
        let zeros = "0".repeat(4096);
        let garbage = [altered.as_str(), &padded, cut, &zeros, "................................"];
        for text in garbage.into_iter().chain([alice.tokens.refresh.as_str(), &alice.tokens.access]) {
            answer(&client, "alice", text).await.fault("NotAuthorizedException", INVALID);
        }
        answer(&client, "alice", &session).await.ok();
    }

    async fn a_session_belongs_to_its_client_and_its_user(lab: Lab) {
        let client = lab.pool().await.client().await;
        let sibling = client.pool.client().await;
        let foreign = lab.pool().await.client().await;
        let session = invited(&client).await;
        invite(&client.pool, "bob", json!({})).await;
        for stranger in [&sibling, &foreign] {
            answer(stranger, "alice", &session).await.fault("NotAuthorizedException", INVALID);
        }
        for name in ["bob", "nobody"] {
            answer(&client, name, &session).await.fault("NotAuthorizedException", INVALID);
        }
        answer(&client, "alice", &session).await.ok();
    }

    async fn an_answer_names_the_user_as_the_sign_in_did_or_by_username_or_sub(lab: Lab) {
        let pool = lab.pool_with(json!({ "AliasAttributes": ["email"], "UsernameConfiguration": { "CaseSensitive": false } })).await;
        let client = pool.client().await;
        let attributes = json!({ "UserAttributes": [
            { "Name": "email", "Value": "arne@example.com" },
            { "Name": "email_verified", "Value": "true" },
        ] });
        invite(&pool, "Ärne", attributes).await;
        let user = pool.user("Ärne").await;
        let sub = user["UserAttributes"][0]["Value"].as_str().unwrap();
        for name in ["arne@EXAMPLE.com", "ÄRNE", sub] {
            let session = new_password_session(&client, "ARNE@example.com").await;
            answer(&client, name, &session).await.ok();
            let password = json!({ "Username": "Ärne", "Password": TEMPORARY_PASSWORD, "Permanent": false });
            pool.call("AdminSetUserPassword", password).await.ok();
        }
    }

    async fn names_of_a_case_sensitive_pool_differ_in_an_answer_too(lab: Lab) {
        let pool = lab.pool_with(json!({ "UsernameConfiguration": { "CaseSensitive": true } })).await;
        let client = pool.client().await;
        let session = invited(&client).await;
        answer(&client, "Alice", &session).await.fault("NotAuthorizedException", INVALID);
        answer(&client, "alice", &session).await.ok();
    }

    async fn a_session_begun_in_public_may_be_ended_by_an_administrator(lab: Lab) {
        let client = lab.pool().await.client().await;
        let session = invited(&client).await;
        let input = json!({
            "ClientId": client.id, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session,
            "ChallengeResponses": { "USERNAME": "alice", "NEW_PASSWORD": PASSWORD },
        });
        client.pool.call("AdminRespondToAuthChallenge", input).await.ok();
        answer(&client, "alice", &session).await.fault("NotAuthorizedException", USED);
    }

    async fn a_user_who_is_disabled_meanwhile_gets_no_token(lab: Lab) {
        let client = lab.pool().await.client().await;
        let session = invited(&client).await;
        let named = json!({ "Username": "alice" });
        client.pool.call("AdminDisableUser", named.clone()).await.ok();
        answer(&client, "alice", &session).await.fault("NotAuthorizedException", "User is disabled.");
        assert_eq!(client.pool.user("alice").await["UserStatus"], "FORCE_CHANGE_PASSWORD");
        client.pool.call("AdminEnableUser", named).await.ok();
        answer(&client, "alice", &session).await.ok();
    }

    async fn a_session_ends_with_its_user(lab: Lab) {
        let client = lab.pool().await.client().await;
        let session = invited(&client).await;
        client.pool.call("AdminDeleteUser", json!({ "Username": "alice" })).await.ok();
        answer(&client, "alice", &session).await.fault("NotAuthorizedException", INVALID);
        invite(&client.pool, "alice", json!({})).await;
        answer(&client, "alice", &session).await.fault("NotAuthorizedException", INVALID);
    }

    async fn another_password_by_an_administrator_ends_the_session(lab: Lab) {
        let client = lab.pool().await.client().await;
        invite(&client.pool, "alice", json!({})).await;
        for permanent in [false, true] {
            let session = new_password_session(&client, "alice").await;
            lab.clock.advance(seconds(1));
            let password = json!({ "Username": "alice", "Password": TEMPORARY_PASSWORD, "Permanent": permanent });
            client.pool.call("AdminSetUserPassword", password).await.ok();
            answer(&client, "alice", &session).await.fault("NotAuthorizedException", INVALID);
        }
        client.sign_in("alice", TEMPORARY_PASSWORD).await.ok();
    }

    async fn a_session_is_no_refresh_token(lab: Lab) {
        let client = lab.pool().await.client().await;
        let session = invited(&client).await;
        let reply = initiate(&client, "REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": session })).await;
        reply.fault("NotAuthorizedException", INVALID_REFRESH_TOKEN);
    }
}
