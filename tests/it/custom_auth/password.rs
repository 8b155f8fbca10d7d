//! The password among the challenges: by SRP, or sent by an administrator.

use poolhouse_tests::actors::{PASSWORD, Tokens};
use poolhouse_tests::authenticator::Authenticator;
use poolhouse_tests::scenario;
use serde_json::json;

use super::*;
use crate::devices::turn_on_mfa;

const WRONG: &str = "Wrong-Horse-1";
const TEMPORARY_PASSWORD: &str = "Temporary-1!";

/// An app client of a pool whose functions name these challenges in turn.
async fn client_naming(lab: &Lab, challenges: &'static [&'static str]) -> Client {
    let functions = functions(lab, &name_in_turn(lab, challenges));
    client_of(&pool(lab, functions, json!({})).await, json!({})).await
}

/// An app client and a user of it who signs in with the code of an app.
async fn with_app(lab: &Lab, challenges: &'static [&'static str]) -> (Client, Authenticator) {
    let client = client_naming(lab, challenges).await;
    let signed_in = client.confirmed_user("alice").await.sign_in().await;
    let app = turn_on_mfa(lab, &signed_in).await;
    (client, app)
}

scenario! {
    async fn the_password_is_proved_before_the_challenges(lab: Lab) {
        let client = client_naming(&lab, &["PASSWORD_VERIFIER", "CUSTOM_CHALLENGE"]).await;
        client.confirmed_user("alice").await;
        let output = start_with_srp(&client, "alice").await.ok();
        assert_eq!(output.get("Session"), None);
        let parameters = output["ChallengeParameters"].as_object().unwrap();
        let names: Vec<&str> = parameters.keys().map(String::as_str).collect();
        assert_eq!(names, ["SALT", "SECRET_BLOCK", "SRP_B", "USERNAME", "USER_ID_FOR_SRP"]);
        let asked = prove_password(&client, &output, PASSWORD, json!({})).await.ok();
        let output = answer(&client, "alice", &asked, "4").await.ok();
        client.pool.verify(&Tokens::of(&output).access).await;

        let srp_a = result("SRP_A", true, None);
        let password = result("PASSWORD_VERIFIER", true, None);
        let sum = result("CUSTOM_CHALLENGE", true, Some("SUM"));
        assert_eq!(sessions(&lab), [
            json!([srp_a]),
            json!([srp_a, password]),
            json!([srp_a, password, sum]),
        ]);
        assert_eq!(lab.functions.event("create")["request"]["session"], json!([srp_a, password]));
    }

    async fn or_after_them(lab: Lab) {
        let client = client_naming(&lab, &["CUSTOM_CHALLENGE", "PASSWORD_VERIFIER"]).await;
        client.confirmed_user("alice").await;
        let asked = start_with_srp(&client, "alice").await.ok();
        let output = answer(&client, "alice", &asked, "wrong").await.ok();
        let output = prove_password(&client, &output, PASSWORD, json!({})).await.ok();
        client.pool.verify(&Tokens::of(&output).access).await;
        let expected = json!([
            result("SRP_A", true, None),
            result("CUSTOM_CHALLENGE", false, Some("SUM")),
            result("PASSWORD_VERIFIER", true, None),
        ]);
        assert_eq!(sessions(&lab).pop(), Some(expected));
    }

    async fn a_wrong_password_is_an_error_and_counts(lab: Lab) {
        let client = client_naming(&lab, &["PASSWORD_VERIFIER"]).await;
        let alice = client.confirmed_user("alice").await;
        for _ in 0..5 {
            let output = start_with_srp(&client, "alice").await.ok();
            prove_password(&client, &output, WRONG, json!({})).await.fault(NOT_AUTHORIZED, INCORRECT);
        }
        let exceeded = "Password attempts exceeded";
        let output = start_with_srp(&client, "alice").await.ok();
        prove_password(&client, &output, PASSWORD, json!({})).await.fault(NOT_AUTHORIZED, exceeded);
        alice.try_sign_in().await.fault(NOT_AUTHORIZED, exceeded);
        assert_eq!(sessions(&lab), vec![json!([result("SRP_A", true, None)]); 6]);
    }

    async fn a_proof_counts_once_with_or_without_a_session(lab: Lab) {
        let client = client_naming(&lab, &["PASSWORD_VERIFIER", "CUSTOM_CHALLENGE"]).await;
        client.confirmed_user("alice").await;
        let output = start_with_srp(&client, "alice").await.ok();
        let session = json!({ "Session": "a session that other services would have given" });
        prove_password(&client, &output, PASSWORD, session).await.ok();
        prove_password(&client, &output, PASSWORD, json!({})).await.fault(NOT_AUTHORIZED, USED);
    }

    async fn srp_needs_the_clients_public_value(lab: Lab) {
        let client = client_naming(&lab, &["PASSWORD_VERIFIER"]).await;
        client.confirmed_user("alice").await;
        let missing = "Missing required parameter SRP_A";
        start(&client, "alice").await.fault("InvalidParameterException", missing);
        for (parameters, sentence) in [
            (json!({ "CHALLENGE_NAME": "SRP_A" }), missing),
            (json!({ "CHALLENGE_NAME": "SRP_A", "SRP_A": "0" }), "Invalid SRP_A."),
            (json!({ "CHALLENGE_NAME": "SRP_A", "SRP_A": "not hexadecimal" }), "Invalid SRP_A."),
            (json!({ "CHALLENGE_NAME": "PASSWORD_VERIFIER" }), "CHALLENGE_NAME must be SRP_A."),
        ] {
            let parameters = merge(json!({ "USERNAME": "alice" }), parameters);
            client.initiate_auth("CUSTOM_AUTH", parameters).await.fault("InvalidParameterException", sentence);
        }
        assert_eq!(sessions(&lab), [json!([])]);
    }

    async fn a_public_value_is_good_for_one_proof(lab: Lab) {
        let client = client_naming(&lab, &["PASSWORD_VERIFIER", "PASSWORD_VERIFIER"]).await;
        client.confirmed_user("alice").await;
        let output = start_with_srp(&client, "alice").await.ok();
        let missing = "Missing required parameter SRP_A";
        let reply = prove_password(&client, &output, PASSWORD, json!({})).await;
        reply.fault("InvalidParameterException", missing);
    }

    async fn mfa_follows_where_the_password_was_proved(lab: Lab) {
        let (client, app) = with_app(&lab, &["PASSWORD_VERIFIER"]).await;
        let output = start_with_srp(&client, "alice").await.ok();
        let asked = prove_password(&client, &output, PASSWORD, json!({})).await.ok();
        assert_eq!(sessions(&lab).len(), 2);
        let session = challenged(&asked, "SOFTWARE_TOKEN_MFA");
        let responses = json!({ "USERNAME": "alice", "SOFTWARE_TOKEN_MFA_CODE": app.code(&lab.clock) });
        let output = client.respond("SOFTWARE_TOKEN_MFA", &session, responses).await.ok();
        client.pool.verify(&Tokens::of(&output).access).await;
        assert_eq!(sessions(&lab).len(), 2);
    }

    async fn and_not_where_functions_alone_let_in(lab: Lab) {
        let (client, _) = with_app(&lab, &["CUSTOM_CHALLENGE"]).await;
        let asked = start(&client, "alice").await.ok();
        let output = answer(&client, "alice", &asked, "4").await.ok();
        client.pool.verify(&Tokens::of(&output).access).await;
    }

    async fn a_temporary_password_is_replaced_where_it_was_used(lab: Lab) {
        let client = client_naming(&lab, &["PASSWORD_VERIFIER"]).await;
        let invited = json!({
            "Username": "alice", "TemporaryPassword": TEMPORARY_PASSWORD, "MessageAction": "SUPPRESS",
        });
        client.pool.call("AdminCreateUser", invited).await.ok();
        let output = start_with_srp(&client, "alice").await.ok();
        let asked = prove_password(&client, &output, TEMPORARY_PASSWORD, json!({})).await.ok();
        let session = challenged(&asked, "NEW_PASSWORD_REQUIRED");
        let responses = json!({ "USERNAME": "alice", "NEW_PASSWORD": PASSWORD });
        let output = client.respond("NEW_PASSWORD_REQUIRED", &session, responses).await.ok();
        client.pool.verify(&Tokens::of(&output).access).await;
        assert_eq!(client.pool.user("alice").await["UserStatus"], "CONFIRMED");
    }

    async fn functions_may_let_in_who_never_used_it(lab: Lab) {
        let client = client_naming(&lab, &["CUSTOM_CHALLENGE"]).await;
        let invited = json!({ "Username": "alice", "MessageAction": "SUPPRESS" });
        client.pool.call("AdminCreateUser", invited).await.ok();
        let asked = start(&client, "alice").await.ok();
        let output = answer(&client, "alice", &asked, "4").await.ok();
        client.pool.verify(&Tokens::of(&output).access).await;
        assert_eq!(client.pool.user("alice").await["UserStatus"], "FORCE_CHANGE_PASSWORD");
    }

    async fn an_administrator_may_send_it(lab: Lab) {
        let client = client_naming(&lab, &["ADMIN_NO_SRP_AUTH", "CUSTOM_CHALLENGE"]).await;
        client.confirmed_user("alice").await;
        let input = json!({ "AuthFlow": "CUSTOM_AUTH", "AuthParameters": { "USERNAME": "alice" } });
        let respond = async |session: &str, password: &str| {
            let input = json!({
                "ChallengeName": "ADMIN_NO_SRP_AUTH", "Session": session,
                "ChallengeResponses": { "USERNAME": "alice", "PASSWORD": password },
            });
            admin_auth(&client, "AdminRespondToAuthChallenge", input).await
        };
        let asked = admin_auth(&client, "AdminInitiateAuth", input).await.ok();
        assert_eq!(asked["ChallengeParameters"], json!({ "USERNAME": "alice" }));
        let session = challenged(&asked, "ADMIN_NO_SRP_AUTH");
        respond(&session, WRONG).await.fault(NOT_AUTHORIZED, INCORRECT);
        let responses = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
        for challenge in ["ADMIN_NO_SRP_AUTH", "PASSWORD"] {
            client.respond(challenge, &session, responses.clone()).await.fault(NOT_AUTHORIZED, INVALID);
        }
        let asked = respond(&session, PASSWORD).await.ok();
        answer(&client, "alice", &asked, "4").await.ok();
        respond(&session, PASSWORD).await.fault(NOT_AUTHORIZED, USED);
        let expected = json!([result("ADMIN_NO_SRP_AUTH", true, None), result("CUSTOM_CHALLENGE", true, Some("SUM"))]);
        assert_eq!(sessions(&lab).pop(), Some(expected));

        let (name, message) = UNRECOGNIZABLE;
        start(&client, "alice").await.fault(name, message);
    }
}
