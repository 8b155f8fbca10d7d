//! Challenges of the pool's own: what the functions are told, and what their answers lead to.

use poolhouse_domain::custom_sign_in::MOST_CHALLENGES;
use poolhouse_tests::actors::{PASSWORD, Tokens, merge};
use poolhouse_tests::scenario;
use serde_json::json;

use super::*;

const NOT_CONFIGURED: &str = "Custom auth lambda trigger is not configured for the user pool.";

/// The event of a trigger about alice.
fn event(client: &Client, sub: &str, source: &str, request: Value, response: &Value) -> Value {
    let about = json!({
        "userAttributes": { "sub": sub, "cognito:user_status": "CONFIRMED" },
        "clientMetadata": {},
        "userNotFound": false,
    });
    json!({
        "version": "1",
        "triggerSource": source,
        "region": "us-east-1",
        "userPoolId": client.pool.id,
        "userName": "alice",
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client.id },
        "request": merge(about, request),
        "response": response,
    })
}

scenario! {
    async fn the_right_answer_signs_in(lab: Lab) {
        let client = client(&lab).await;
        let alice = client.confirmed_user("alice").await;
        let asked = start(&client, "alice").await.ok();
        assert_eq!(asked["ChallengeParameters"], json!({ "question": "2 + 2", "USERNAME": "alice" }));
        assert_eq!(asked.as_object().unwrap().len(), 3);
        let output = answer(&client, "alice", &asked, "4").await.ok();
        assert_eq!(output["ChallengeParameters"], json!({}));
        let claims = client.pool.verify(&Tokens::of(&output).access).await;
        assert_eq!((&claims["sub"], claims.get("amr"), claims.get("acr")), (&json!(alice.sub), None, None));
    }

    async fn each_function_is_told_what_the_service_tells(lab: Lab) {
        let client = client(&lab).await;
        let alice = client.confirmed_user("alice").await;
        let asked = start(&client, "alice").await.ok();
        answer(&client, "alice", &asked, "4").await.ok();

        let event = |source: &str, request, response: &Value| event(&client, &alice.sub, source, request, response);
        let undecided = json!({ "challengeName": null, "issueTokens": null, "failAuthentication": null });
        let define = "DefineAuthChallenge_Authentication";
        let answered = json!([result("CUSTOM_CHALLENGE", true, Some("SUM"))]);
        assert_eq!(lab.functions.events("define"), [
            event(define, json!({ "session": [] }), &undecided),
            event(define, json!({ "session": answered }), &undecided),
        ]);
        assert_eq!(lab.functions.event("create"), event(
            "CreateAuthChallenge_Authentication",
            json!({ "challengeName": "CUSTOM_CHALLENGE", "session": [] }),
            &json!({
                "publicChallengeParameters": null, "privateChallengeParameters": null, "challengeMetadata": null,
            }),
        ));
        assert_eq!(lab.functions.event("verify"), event(
            "VerifyAuthChallengeResponse_Authentication",
            json!({ "privateChallengeParameters": { "sum": "4" }, "challengeAnswer": "4" }),
            &json!({ "answerCorrect": null }),
        ));
    }

    async fn a_wrong_answer_is_for_the_functions_to_judge(lab: Lab) {
        let client = client(&lab).await;
        let alice = client.confirmed_user("alice").await;
        for _ in 0..3 {
            let mut asked = start(&client, "alice").await.ok();
            for _ in 0..2 {
                let next = answer(&client, "alice", &asked, "5").await.ok();
                assert_ne!(asked["Session"], next["Session"]);
                asked = next;
            }
            answer(&client, "alice", &asked, "6").await.fault(NOT_AUTHORIZED, INCORRECT);
        }
        let wrong = result("CUSTOM_CHALLENGE", false, Some("SUM"));
        let last = sessions(&lab).pop();
        assert_eq!(last, Some(json!([wrong, wrong, wrong])));

        let asked = start(&client, "alice").await.ok();
        let asked = answer(&client, "alice", &asked, "5").await.ok();
        answer(&client, "alice", &asked, "4").await.ok();
        // Nor does it make passwords pause.
        alice.sign_in().await;
    }

    async fn other_triggers_run_around_them(lab: Lab) {
        let others = json!({
            "PreAuthentication": lab.functions.listening("before"),
            "PostAuthentication": lab.functions.listening("after"),
            "PreTokenGeneration": lab.functions.listening("tokens"),
        });
        let functions = merge(functions(&lab, &ask_for_sum(&lab)), others);
        let client = client_of(&pool(&lab, functions, json!({})).await, json!({})).await;
        client.confirmed_user("alice").await;
        let input = json!({
            "ClientId": client.id, "AuthFlow": "CUSTOM_AUTH", "AuthParameters": { "USERNAME": "alice" },
            "ClientMetadata": { "from": "initiate" },
        });
        let asked = client.call("InitiateAuth", input).await.ok();
        let input = json!({
            "ClientId": client.id, "ChallengeName": "CUSTOM_CHALLENGE", "Session": asked["Session"],
            "ChallengeResponses": { "USERNAME": "alice", "ANSWER": "4" }, "ClientMetadata": { "from": "respond" },
        });
        client.call("RespondToAuthChallenge", input).await.ok();
        assert_eq!(lab.functions.sources(), [
            "PreAuthentication_Authentication",
            "DefineAuthChallenge_Authentication",
            "CreateAuthChallenge_Authentication",
            "VerifyAuthChallengeResponse_Authentication",
            "DefineAuthChallenge_Authentication",
            "PostAuthentication_Authentication",
            "TokenGeneration_Authentication",
        ]);
        let metadata = |name: &str| -> Vec<Value> {
            let events = lab.functions.events(name);
            events.iter().map(|event| event["request"]["clientMetadata"].clone()).collect()
        };
        let (nothing, respond) = (json!({}), json!({ "from": "respond" }));
        assert_eq!(lab.functions.event("before")["request"]["validationData"], json!({ "from": "initiate" }));
        assert_eq!(metadata("define"), [nothing.clone(), respond.clone()]);
        assert_eq!(metadata("create"), [nothing]);
        for name in ["verify", "after", "tokens"] {
            assert_eq!(metadata(name), vec![respond.clone()], "{name}");
        }
    }

    async fn a_function_that_refuses_before_ends_it(lab: Lab) {
        let before = json!({ "PreAuthentication": lab.functions.failing("before", "not today") });
        let functions = merge(functions(&lab, &ask_for_sum(&lab)), before);
        let client = client_of(&pool(&lab, functions, json!({})).await, json!({})).await;
        client.confirmed_user("alice").await;
        let sentence = "PreAuthentication failed with error not today.";
        start(&client, "alice").await.fault("UserLambdaValidationException", sentence);
        assert_eq!(lab.functions.sources(), ["PreAuthentication_Authentication"]);
    }

    async fn a_function_that_is_missing_is_missed(lab: Lab) {
        let client = client_of(&lab.pool().await, json!({})).await;
        client.confirmed_user("alice").await;
        for username in ["alice", "nobody"] {
            start(&client, username).await.fault("InvalidParameterException", NOT_CONFIGURED);
        }
        let define = json!({ "DefineAuthChallenge": name_always(&lab, "CUSTOM_CHALLENGE") });
        let client = client_of(&pool(&lab, define, json!({})).await, json!({})).await;
        client.confirmed_user("alice").await;
        start(&client, "alice").await.fault("InvalidParameterException", NOT_CONFIGURED);

        let mut two = functions(&lab, &name_always(&lab, "CUSTOM_CHALLENGE"));
        two.as_object_mut().unwrap().remove("VerifyAuthChallengeResponse");
        let client = client_of(&pool(&lab, two, json!({})).await, json!({})).await;
        client.confirmed_user("alice").await;
        let asked = start(&client, "alice").await.ok();
        answer(&client, "alice", &asked, "4").await.fault("InvalidParameterException", NOT_CONFIGURED);
    }

    async fn parameters_are_the_functions_but_the_username_is_ours(lab: Lab) {
        let functions = functions(&lab, &ask_for_sum(&lab));
        let client = client_of(&pool(&lab, functions, json!({})).await, json!({})).await;
        client.confirmed_user("alice").await;
        let created = json!({ "publicChallengeParameters": { "USERNAME": "mallory", "": "" } });
        lab.functions.answering("create", created);
        let asked = start(&client, "alice").await.ok();
        assert_eq!(asked["ChallengeParameters"], json!({ "USERNAME": "alice", "": "" }));
        answer(&client, "alice", &asked, "4").await.ok();
        let nothing = json!({ "publicChallengeParameters": null, "privateChallengeParameters": null });
        lab.functions.answering("create", nothing);
        let asked = start(&client, "alice").await.ok();
        assert_eq!(asked["ChallengeParameters"], json!({ "USERNAME": "alice" }));
        let events = lab.functions.events("verify");
        assert_eq!(events[0]["request"]["privateChallengeParameters"], json!({}));
        assert_eq!(sessions(&lab)[1], json!([result("CUSTOM_CHALLENGE", false, None)]));
    }

    async fn a_sign_in_does_not_go_on_for_ever(lab: Lab) {
        let functions = functions(&lab, &name_always(&lab, "CUSTOM_CHALLENGE"));
        let client = client_of(&pool(&lab, functions, json!({})).await, json!({})).await;
        client.confirmed_user("alice").await;
        let mut asked = start(&client, "alice").await.ok();
        for _ in 1..MOST_CHALLENGES {
            asked = answer(&client, "alice", &asked, "4").await.ok();
        }
        answer(&client, "alice", &asked, "4").await.fault(NOT_AUTHORIZED, INCORRECT);
        assert_eq!(sessions(&lab).pop().unwrap().as_array().unwrap().len(), MOST_CHALLENGES);
    }

    async fn an_alias_names_the_user_too(lab: Lab) {
        let functions = functions(&lab, &ask_for_sum(&lab));
        let settings = json!({ "AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"] });
        let client = client_of(&pool(&lab, functions, settings).await, json!({})).await;
        client.sign_up("alice", PASSWORD, json!({ "email": "alice@example.com" })).await.ok();
        let code = lab.mailbox.code_for("alice@example.com").await;
        client.confirm_sign_up("alice", &code).await.ok();
        for answering in ["alice@example.com", "alice"] {
            let asked = start(&client, "alice@example.com").await.ok();
            assert_eq!(asked["ChallengeParameters"]["USERNAME"], "alice");
            answer(&client, answering, &asked, "4").await.ok();
        }
        assert!(lab.functions.events("define").iter().all(|event| event["userName"] == "alice"));
    }

    async fn a_confidential_client_proves_its_secret(lab: Lab) {
        let functions = functions(&lab, &ask_for_sum(&lab));
        let pool = pool(&lab, functions, json!({})).await;
        let client = client_of(&pool, json!({ "GenerateSecret": true })).await;
        client.confirmed_user("alice").await;
        let bare = json!({ "AuthFlow": "CUSTOM_AUTH", "AuthParameters": { "USERNAME": "alice" } });
        let sentence = format!("Client {} is configured with secret but SECRET_HASH was not received", client.id);
        client.call("InitiateAuth", bare).await.fault(NOT_AUTHORIZED, &sentence);
        let asked = start(&client, "alice").await.ok();
        let bare = json!({
            "ChallengeName": "CUSTOM_CHALLENGE", "Session": asked["Session"],
            "ChallengeResponses": { "USERNAME": "alice", "ANSWER": "4" },
        });
        client.call("RespondToAuthChallenge", bare).await.fault(NOT_AUTHORIZED, &sentence);
        answer(&client, "alice", &asked, "4").await.ok();
    }

    async fn an_administrator_signs_a_user_in_the_same_way(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("alice").await;
        let input = json!({ "AuthFlow": "CUSTOM_AUTH", "AuthParameters": { "USERNAME": "alice" } });
        let asked = admin_auth(&client, "AdminInitiateAuth", input).await.ok();
        assert_eq!(asked["ChallengeParameters"], json!({ "question": "2 + 2", "USERNAME": "alice" }));
        let input = json!({
            "ChallengeName": "CUSTOM_CHALLENGE", "Session": challenged(&asked, "CUSTOM_CHALLENGE"),
            "ChallengeResponses": { "USERNAME": "alice", "ANSWER": "4" }, "ClientMetadata": { "from": "admin" },
        });
        let output = admin_auth(&client, "AdminRespondToAuthChallenge", input).await.ok();
        client.pool.verify(&Tokens::of(&output).access).await;
        let event = lab.functions.event("verify");
        assert_eq!(event["callerContext"]["clientId"], client.id.as_str());
        assert_eq!(event["request"]["clientMetadata"], json!({ "from": "admin" }));
    }

    async fn functions_may_let_in_or_refuse_at_once(lab: Lab) {
        let functions = functions(&lab, &name_in_turn(&lab, &[]));
        let client = client_of(&pool(&lab, functions, json!({})).await, json!({})).await;
        client.confirmed_user("alice").await;
        let output = start(&client, "alice").await.ok();
        client.pool.verify(&Tokens::of(&output).access).await;
        lab.functions.answering("define", json!({ "failAuthentication": true }));
        start(&client, "alice").await.fault(NOT_AUTHORIZED, INCORRECT);
        let both = json!({ "failAuthentication": true, "issueTokens": true, "challengeName": "CUSTOM_CHALLENGE" });
        lab.functions.answering("define", both);
        start(&client, "alice").await.fault(NOT_AUTHORIZED, INCORRECT);
        let input = json!({ "AuthFlow": "CUSTOM_AUTH", "AuthParameters": { "USERNAME": "alice" } });
        admin_auth(&client, "AdminInitiateAuth", input).await.fault(NOT_AUTHORIZED, INCORRECT);
    }

    async fn what_is_missing_is_asked_for(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("alice").await;
        let missing = |name: &str| format!("Missing required parameter {name}");
        let reply = client.initiate_auth("CUSTOM_AUTH", json!({})).await;
        reply.fault("InvalidParameterException", &missing("USERNAME"));
        let asked = start(&client, "alice").await.ok();
        let session = challenged(&asked, "CUSTOM_CHALLENGE");
        for responses in [json!({ "USERNAME": "alice" }), json!({ "USERNAME": "alice", "ANSWER": "" })] {
            let reply = client.respond("CUSTOM_CHALLENGE", &session, responses).await;
            reply.fault("InvalidParameterException", &missing("ANSWER"));
        }
        let reply = client.respond("CUSTOM_CHALLENGE", &session, json!({ "ANSWER": "4" })).await;
        reply.fault("InvalidParameterException", &missing("USERNAME"));
        let bare = json!({
            "ChallengeName": "CUSTOM_CHALLENGE", "ChallengeResponses": { "USERNAME": "alice", "ANSWER": "4" },
        });
        client.call("RespondToAuthChallenge", bare).await.fault("InvalidParameterException", &missing("Session"));
        assert_eq!(lab.functions.events("verify"), Vec::<Value>::new());
        answer(&client, "alice", &asked, "4").await.ok();
    }
}
