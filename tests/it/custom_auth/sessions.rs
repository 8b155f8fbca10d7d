//! Sessions between the challenges: of one user and one client, for one answer.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::clock::seconds;
use poolhouse_tests::scenario;
use serde_json::json;

use super::*;

scenario! {
    async fn a_session_takes_one_answer(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("alice").await;
        let asked = start(&client, "alice").await.ok();
        let again = answer(&client, "alice", &asked, "5").await.ok();
        answer(&client, "alice", &asked, "4").await.fault(NOT_AUTHORIZED, USED);
        answer(&client, "alice", &again, "4").await.ok();
        for used in [asked, again] {
            answer(&client, "alice", &used, "4").await.fault(NOT_AUTHORIZED, USED);
        }
        assert_eq!(lab.functions.events("verify").len(), 2);
    }

    async fn of_two_answers_at_once_one_is_judged(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("alice").await;
        let asked = start(&client, "alice").await.ok();
        let (one, other) = tokio::join!(
            answer(&client, "alice", &asked, "4"),
            answer(&client, "alice", &asked, "4"),
        );
        let lost = if one.status.is_success() { other } else { one };
        lost.fault(NOT_AUTHORIZED, USED);
        assert_eq!(lab.functions.events("verify").len(), 1);
    }

    async fn a_session_belongs_to_one_user_and_one_client(lab: Lab) {
        let client = client(&lab).await;
        let other = client_of(&client.pool, json!({})).await;
        client.confirmed_user("alice").await;
        client.confirmed_user("bob").await;
        let asked = start(&client, "alice").await.ok();
        answer(&client, "bob", &asked, "4").await.fault(NOT_AUTHORIZED, INVALID);
        answer(&other, "alice", &asked, "4").await.fault(NOT_AUTHORIZED, INVALID);
        let session = challenged(&asked, "CUSTOM_CHALLENGE");
        for (challenge, response) in [
            ("SMS_MFA", "SMS_MFA_CODE"),
            ("SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA_CODE"),
            ("NEW_PASSWORD_REQUIRED", "NEW_PASSWORD"),
            ("PASSWORD", "PASSWORD"),
            ("ADMIN_NO_SRP_AUTH", "PASSWORD"),
            ("SELECT_CHALLENGE", "ANSWER"),
        ] {
            let responses = json!({ "USERNAME": "alice", response: PASSWORD });
            client.respond(challenge, &session, responses).await.fault(NOT_AUTHORIZED, INVALID);
        }
        let garbage = json!({ "ChallengeName": "CUSTOM_CHALLENGE", "Session": "no session of ours at all" });
        answer(&client, "alice", &garbage, "4").await.fault(NOT_AUTHORIZED, INVALID);
        assert_eq!(lab.functions.events("verify"), Vec::<Value>::new());
        answer(&client, "alice", &asked, "4").await.ok();
    }

    async fn each_session_has_its_own_time(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("alice").await;
        let asked = start(&client, "alice").await.ok();
        lab.clock.advance(seconds(179));
        let asked = answer(&client, "alice", &asked, "5").await.ok();
        lab.clock.advance(seconds(179));
        let asked = answer(&client, "alice", &asked, "5").await.ok();
        lab.clock.advance(seconds(180));
        let expired = "Invalid session for the user, session is expired.";
        answer(&client, "alice", &asked, "4").await.fault(NOT_AUTHORIZED, expired);
    }

    async fn a_function_that_fails_ends_the_sign_in(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("alice").await;
        for (name, trigger) in [
            ("verify", "VerifyAuthChallengeResponse"),
            ("define", "DefineAuthChallenge"),
            ("create", "CreateAuthChallenge"),
        ] {
            let asked = start(&client, "alice").await.ok();
            lab.functions.failing(name, "out of order");
            let sentence = format!("{trigger} failed with error out of order.");
            answer(&client, "alice", &asked, "5").await.fault("UserLambdaValidationException", &sentence);
            answer(&client, "alice", &asked, "4").await.fault(NOT_AUTHORIZED, USED);
            functions(&lab, &ask_for_sum(&lab));
        }
    }

    async fn another_password_ends_the_sign_in(lab: Lab) {
        let client = client(&lab).await;
        let alice = client.confirmed_user("alice").await;
        let asked = start(&client, "alice").await.ok();
        lab.clock.advance(seconds(1));
        let password = json!({ "Password": "Another-Horse-2", "Permanent": true });
        alice.admin_call("AdminSetUserPassword", password).await.ok();
        answer(&client, "alice", &asked, "4").await.fault(NOT_AUTHORIZED, INVALID);
    }

    async fn no_session_begins_a_sign_in(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("alice").await;
        let input = json!({ "AuthFlow": "CUSTOM_AUTH", "AuthParameters": { "USERNAME": "alice" } });
        let asked = start(&client, "alice").await.ok();
        let input = merge(input, json!({ "Session": asked["Session"] }));
        let sentence = "Session is only allowed with the USER_AUTH flow.";
        client.call("InitiateAuth", input).await.fault("InvalidParameterException", sentence);
    }
}
