//! Functions that answer what they may not, or don't answer.

use poolhouse_tests::scenario;
use serde_json::json;

use super::*;

/// What calling a function gives.
type Body = fn(Value) -> Result<Value, InvokeError>;

const NOT_JSON: (&str, &str) = (
    "InvalidLambdaResponseException",
    "Invalid lambda function output : Invalid JSON",
);
const OTHER_NAME: (&str, &str) = (
    "InvalidLambdaResponseException",
    "Invalid user name. User name in Lambda mismatches the actual username.",
);

/// Answers that are wrong of whatever trigger, with what is said of them.
fn wrong_of_any() -> [(Body, (&'static str, &'static str)); 7] {
    [
        (|_| Ok(Value::Null), UNRECOGNIZABLE),
        (|_| Ok(json!("yes")), UNRECOGNIZABLE),
        (|_| Ok(json!({})), UNRECOGNIZABLE),
        (|event| Ok(merge(event, json!({ "response": null }))), UNRECOGNIZABLE),
        (|event| Ok(merge(event, json!({ "response": [] }))), UNRECOGNIZABLE),
        (|_| Err(InvokeError::NotJson), NOT_JSON),
        (|event| Ok(merge(event, json!({ "userName": "mallory" }))), OTHER_NAME),
    ]
}

/// Calls that never came to an answer, with what is said of them behind the name of the trigger.
fn failures() -> [(Body, &'static str, &'static str); 4] {
    let unexpected = "UnexpectedLambdaException";
    [
        (
            |_| Err(InvokeError::TimedOut { seconds: 5.0 }),
            unexpected,
            "invocation failed due to error Socket timeout while invoking Lambda function.",
        ),
        (
            |_| Err(InvokeError::NoTarget),
            unexpected,
            "invocation failed due to configuration",
        ),
        (
            |_| {
                let code = "AccessDeniedException".to_owned();
                Err(InvokeError::Service { code })
            },
            unexpected,
            "invocation failed due to error AccessDeniedException.",
        ),
        (
            |_| Err(InvokeError::TooLong { limit: 6_291_556 }),
            "UserLambdaValidationException",
            "failed with error Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        ),
    ]
}

/// Asks for the answer of the function at `name` and gives what the client gets, which begins anew each time.
async fn ask(client: &Client, name: &str) -> Reply {
    let reply = start(client, "alice").await;
    if name == "verify" {
        answer(client, "alice", &reply.ok(), "4").await
    } else {
        reply
    }
}

scenario! {
    async fn no_function_may_answer_something_else(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("alice").await;
        for name in ["define", "create", "verify"] {
            for (body, (error, sentence)) in wrong_of_any() {
                lab.functions.put(name, body);
                ask(&client, name).await.fault(error, sentence);
            }
            functions(&lab, &ask_for_sum(&lab));
        }
    }

    async fn no_function_is_done_without(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("alice").await;
        for (name, trigger) in [
            ("define", "DefineAuthChallenge"),
            ("create", "CreateAuthChallenge"),
            ("verify", "VerifyAuthChallengeResponse"),
        ] {
            for (body, error, sentence) in failures() {
                lab.functions.put(name, body);
                ask(&client, name).await.fault(error, &format!("{trigger} {sentence}"));
            }
            functions(&lab, &ask_for_sum(&lab));
        }
    }

    async fn a_decision_must_be_one(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("alice").await;
        let (error, sentence) = UNRECOGNIZABLE;
        for response in [
            json!({}),
            json!({ "issueTokens": false, "failAuthentication": false }),
            json!({ "challengeName": null }),
            json!({ "challengeName": "" }),
            json!({ "challengeName": "custom_challenge" }),
            json!({ "challengeName": "SRP_A" }),
            json!({ "challengeName": 1 }),
            json!({ "issueTokens": "true" }),
            json!({ "issueTokens": 1, "failAuthentication": false }),
            json!({ "issueTokens": true, "failAuthentication": "false" }),
        ] {
            lab.functions.answering("define", response);
            start(&client, "alice").await.fault(error, sentence);
        }
    }

    async fn parameters_are_texts(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("alice").await;
        let (error, sentence) = UNRECOGNIZABLE;
        for response in [
            json!({ "publicChallengeParameters": { "question": 4 } }),
            json!({ "publicChallengeParameters": { "question": null } }),
            json!({ "publicChallengeParameters": [] }),
            json!({ "privateChallengeParameters": { "sum": 4 } }),
            json!({ "privateChallengeParameters": "4" }),
            json!({ "challengeMetadata": 4 }),
        ] {
            lab.functions.answering("create", response);
            start(&client, "alice").await.fault(error, sentence);
        }
    }

    async fn a_verdict_is_yes_or_no(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("alice").await;
        let (error, sentence) = UNRECOGNIZABLE;
        for response in [json!({ "answerCorrect": "true" }), json!({ "answerCorrect": 1 })] {
            lab.functions.answering("verify", response);
            ask(&client, "verify").await.fault(error, sentence);
        }
        for response in [json!({}), json!({ "answerCorrect": null }), json!({ "answerCorrect": false })] {
            lab.functions.answering("verify", response);
            challenged(&ask(&client, "verify").await.ok(), "CUSTOM_CHALLENGE");
            let wrong = result("CUSTOM_CHALLENGE", false, Some("SUM"));
            assert_eq!(sessions(&lab).pop(), Some(json!([wrong])));
        }
    }

    async fn what_nobody_knows_is_passed_over(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("alice").await;
        lab.functions.answering("create", json!({ "privateChallengeParameters": { "sum": "4" }, "unknown": [1] }));
        lab.functions.answering("verify", json!({ "answerCorrect": true, "unknown": { "a": 1 } }));
        ask(&client, "verify").await.ok();
        lab.functions.answering("define", json!({ "issueTokens": true, "unknown": null }));
        start(&client, "alice").await.ok();
    }
}
