//! Functions that can't be called, fail, or answer what they may not: the errors that clients get, word for word.

use poolhouse_outbound::InvokeError;
use poolhouse_tests::actors::{Client, PASSWORD, merge};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ALICE, TRIGGERS, alice, assert_nobody, invite, pool, status};

const FAILED: &str = "UserLambdaValidationException";
const UNAVAILABLE: &str = "UnexpectedLambdaException";
const UNUSABLE: &str = "InvalidLambdaResponseException";
const UNRECOGNIZABLE: &str = "Unrecognizable lambda output";
const MISMATCH: &str = "Invalid user name. User name in Lambda mismatches the actual username.";

/// How a call can fail: what the invoker says, the error, and what follows the name of the trigger.
type Failure = (fn() -> InvokeError, &'static str, &'static str);

fn failures() -> Vec<Failure> {
    vec![
        (
            || InvokeError::Function { message: "boom".into() },
            FAILED,
            " failed with error boom.",
        ),
        (
            || InvokeError::Function { message: String::new() },
            FAILED,
            " failed with error .",
        ),
        (
            || InvokeError::TooLong { limit: 6_291_556 },
            FAILED,
            " failed with error Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        ),
        (
            || InvokeError::NoTarget,
            UNAVAILABLE,
            " invocation failed due to configuration",
        ),
        (
            || InvokeError::Forbidden,
            UNAVAILABLE,
            " invocation failed due to configuration",
        ),
        (
            || InvokeError::Service {
                code: "AccessDeniedException".into(),
            },
            UNAVAILABLE,
            " invocation failed due to error AccessDeniedException.",
        ),
        (
            || InvokeError::Service {
                code: "TooManyRequestsException".into(),
            },
            UNAVAILABLE,
            " invocation failed due to error TooManyRequestsException.",
        ),
        (
            || InvokeError::TimedOut { seconds: 5.0 },
            UNAVAILABLE,
            " invocation failed due to error Socket timeout while invoking Lambda function.",
        ),
        (
            || InvokeError::Unreachable("10.0.0.1 refused the connection".into()),
            UNAVAILABLE,
            " invocation failed due to error ServiceException.",
        ),
    ]
}

/// What a function may answer that is no answer to its event, and the message of the error.
fn unusable() -> Vec<(Value, &'static str)> {
    vec![
        (json!(null), UNRECOGNIZABLE),
        (json!({}), UNRECOGNIZABLE),
        (json!([]), UNRECOGNIZABLE),
        (json!([{ "response": {} }]), UNRECOGNIZABLE),
        (json!("response"), UNRECOGNIZABLE),
        (json!(0), UNRECOGNIZABLE),
        (json!(true), UNRECOGNIZABLE),
        (json!({ "response": null }), UNRECOGNIZABLE),
        (json!({ "response": [] }), UNRECOGNIZABLE),
        (json!({ "response": "ok" }), UNRECOGNIZABLE),
        (json!({ "statusCode": 200, "body": "{}" }), UNRECOGNIZABLE),
        (json!({ "version": 1, "response": {} }), UNRECOGNIZABLE),
        (json!({ "request": null, "response": {} }), UNRECOGNIZABLE),
        (
            json!({ "request": { "clientMetadata": null }, "response": {} }),
            UNRECOGNIZABLE,
        ),
        (json!({ "userName": "mallory", "response": {} }), MISMATCH),
        (json!({ "userName": null, "response": {} }), MISMATCH),
        (json!({ "userName": ["alice"], "response": {} }), MISMATCH),
    ]
}

/// A client of a pool with a function that listens at this trigger.
async fn client(lab: &Lab, trigger: &str) -> Client {
    pool(lab, json!({ trigger: lab.functions.listening(trigger) }))
        .await
        .client()
        .await
}

/// Lets `act` be refused for every failure and every unusable answer of the function at `trigger`.
async fn assert_refused(lab: &Lab, trigger: &str, act: impl AsyncFn() -> Reply) {
    for (failure, error, rest) in failures() {
        lab.functions.put(trigger, move |_| Err(failure()));
        act().await.fault(error, &format!("{trigger}{rest}"));
    }
    lab.functions.put(trigger, |_| Err(InvokeError::NotJson));
    act()
        .await
        .fault(UNUSABLE, "Invalid lambda function output : Invalid JSON");
    for (answer, message) in unusable() {
        lab.functions.put(trigger, move |_| Ok(answer.clone()));
        act().await.fault(UNUSABLE, message);
    }
}

scenario! {
    async fn before_a_sign_up(lab: Lab) {
        let client = client(&lab, "PreSignUp").await;
        assert_refused(&lab, "PreSignUp", async || client.sign_up("alice", PASSWORD, json!({})).await).await;
        assert_nobody(&client.pool, "alice").await;
        for member in ["autoConfirmUser", "autoVerifyEmail", "autoVerifyPhone"] {
            for value in [json!("true"), json!(1), json!([]), json!({})] {
                lab.functions.answering("PreSignUp", json!({ member: value }));
                client.sign_up("alice", PASSWORD, json!({})).await.fault(UNUSABLE, UNRECOGNIZABLE);
            }
        }
        assert_nobody(&client.pool, "alice").await;
    }

    async fn before_an_invitation(lab: Lab) {
        let client = client(&lab, "PreSignUp").await;
        assert_refused(&lab, "PreSignUp", async || invite(&client.pool, "alice", json!({})).await).await;
        assert_nobody(&client.pool, "alice").await;
    }

    async fn before_a_sign_in(lab: Lab) {
        let client = client(&lab, "PreAuthentication").await;
        let alice = alice(&client).await;
        assert_refused(&lab, "PreAuthentication", async || alice.try_sign_in().await).await;
        lab.functions.listening("PreAuthentication");
        alice.sign_in().await;
    }

    async fn after_a_sign_in(lab: Lab) {
        let client = client(&lab, "PostAuthentication").await;
        let alice = alice(&client).await;
        assert_refused(&lab, "PostAuthentication", async || alice.try_sign_in().await).await;
    }

    async fn before_tokens(lab: Lab) {
        let client = client(&lab, "PreTokenGeneration").await;
        let alice = alice(&client).await;
        assert_refused(&lab, "PreTokenGeneration", async || alice.try_sign_in().await).await;
        lab.functions.listening("PreTokenGeneration");
        let signed_in = alice.sign_in().await;
        let input = json!({ "RefreshToken": signed_in.tokens.refresh });
        let refresh = async || client.call("GetTokensFromRefreshToken", input.clone()).await;
        assert_refused(&lab, "PreTokenGeneration", refresh).await;
    }

    async fn before_a_message(lab: Lab) {
        let client = client(&lab, "CustomMessage").await;
        let address = json!({ "email": ALICE });
        let sign_up = async || client.sign_up("alice", PASSWORD, address.clone()).await;
        assert_refused(&lab, "CustomMessage", sign_up).await;
        assert_nobody(&client.pool, "alice").await;
        assert!(lab.mailbox.messages_for(ALICE).is_empty());
    }

    async fn after_a_confirmation(lab: Lab) {
        let client = client(&lab, "PostConfirmation").await;
        let rests = failures().into_iter().enumerate();
        for (number, (failure, error, rest)) in rests {
            lab.functions.put("PostConfirmation", move |_| Err(failure()));
            let name = format!("user{number}");
            client.sign_up(&name, PASSWORD, json!({})).await.ok();
            let reply = client.pool.call("AdminConfirmSignUp", json!({ "Username": name })).await;
            reply.fault(error, &format!("PostConfirmation{rest}"));
            assert_eq!(status(&client.pool, &name).await, "CONFIRMED");
        }
    }

    async fn a_trigger_whose_function_nobody_knows_is_refused(lab: Lab) {
        for trigger in TRIGGERS {
            let unknown = "arn:aws:lambda:us-east-1:000000000000:function:unknown";
            let client = pool(&lab, json!({ trigger: unknown })).await.client().await;
            let message = format!("{trigger} invocation failed due to configuration");
            let sign_up = client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await;
            match trigger {
                "PreSignUp" | "CustomMessage" => sign_up.fault(UNAVAILABLE, &message),
                _ => {
                    sign_up.ok();
                    let confirm = client.pool.call("AdminConfirmSignUp", json!({ "Username": "alice" })).await;
                    let sign_in = client.sign_in("alice", PASSWORD).await;
                    if trigger == "PostConfirmation" { &confirm } else { &sign_in }.fault(UNAVAILABLE, &message);
                }
            }
        }
    }

    async fn what_nobody_asked_for_is_passed_over(lab: Lab) {
        let client = client(&lab, "PreSignUp").await;
        lab.functions.put("PreSignUp", |event| {
            let response = json!({ "autoConfirmUser": true, "unknown": { "a": [null] } });
            Ok(merge(event, json!({ "response": response, "unknown": 1, "extra": null })))
        });
        client.sign_up("alice", PASSWORD, json!({})).await.ok();
        // A function that returns its response alone is understood, too.
        lab.functions.put("PreSignUp", |_| Ok(json!({ "response": { "autoConfirmUser": true } })));
        assert_eq!(client.sign_up("bob", PASSWORD, json!({})).await.ok()["UserConfirmed"], true);
    }

    async fn the_words_of_a_function_arrive_as_they_are(lab: Lab) {
        let client = client(&lab, "PreSignUp").await;
        for words in [
            "<script>alert(1)</script>",
            "two\nlines",
            "\"quoted\" & 'single' \\ back",
            "Grüße 👋",
            "PreSignUp failed with error nested.",
            "{\"errorType\":\"Error\"}",
        ] {
            lab.functions.failing("PreSignUp", words);
            let reply = client.sign_up("alice", PASSWORD, json!({})).await;
            reply.fault(FAILED, &format!("PreSignUp failed with error {words}."));
            assert_eq!(reply.header("content-type"), "application/x-amz-json-1.1");
        }
    }

    async fn words_cannot_add_headers(lab: Lab) {
        let client = client(&lab, "PreSignUp").await;
        lab.functions.failing("PreSignUp", "no\r\nSet-Cookie: a=b\r\n\r\n<html>");
        let reply = client.sign_up("alice", PASSWORD, json!({})).await;
        assert_eq!(reply.error().0, FAILED);
        assert_eq!(reply.headers.get("set-cookie"), None);
        assert!(!reply.header("x-amzn-errormessage").contains(['\r', '\n']));
    }

    async fn long_words_and_empty_ones_are_words(lab: Lab) {
        let client = client(&lab, "PreSignUp").await;
        let words = "x".repeat(100_000);
        lab.functions.failing("PreSignUp", &words);
        let reply = client.sign_up("alice", PASSWORD, json!({})).await;
        assert_eq!(reply.error(), (FAILED.to_owned(), format!("PreSignUp failed with error {words}.")));
    }
}
