//! Services that are posted the event.

use std::time::Instant;

use aws_lc_rs::hmac;
use tokio::time::timeout;

use super::*;
use crate::functions::answer::LIMIT;

#[tokio::test]
async fn the_service_receives_the_event_as_signed_json() {
    let endpoint = TestEndpoint::start(reply(200, r#"{"response":{"autoConfirmUser":true}}"#)).await;
    let answer = at(&endpoint.url("poolhouse:p%40ss@", "/hooks?tenant=a"))
        .invoke(invocation())
        .await;
    assert_eq!(answer.unwrap(), json!({ "response": { "autoConfirmUser": true } }));

    let [(parts, body)] = endpoint.requests().try_into().unwrap();
    assert_eq!(
        (parts.method.as_str(), parts.uri.to_string().as_str()),
        ("POST", "/hooks?tenant=a")
    );
    for (name, value) in [
        ("host", endpoint.host().as_str()),
        ("content-type", "application/json"),
        ("user-agent", concat!("Poolhouse/", env!("CARGO_PKG_VERSION"))),
        // base64 of poolhouse:p@ss
        ("authorization", "Basic cG9vbGhvdXNlOnBAc3M="),
        ("x-poolhouse-trigger", "PreSignUp"),
        ("x-poolhouse-function", ARN),
        ("x-poolhouse-timestamp", &INVOKED_AT.to_string()),
    ] {
        assert_eq!(header(&parts, name), value, "{name}");
    }
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), invocation().event);
    let signature = header(&parts, "x-poolhouse-signature").strip_prefix("sha256=").unwrap();
    let signed = [INVOKED_AT.to_string().as_bytes(), b".", &body].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    hmac::verify(&key, &signed, &hex::decode(signature).unwrap()).unwrap();
}

#[tokio::test]
async fn any_json_is_an_answer_and_nothing_is_null() {
    for (status, body, answer) in [
        (200, r#"{"a":1}"#, json!({ "a": 1 })),
        (201, "[]", json!([])),
        (200, "\"text\"", json!("text")),
        (200, "null", Value::Null),
        (200, " \r\n", Value::Null),
        (204, "", Value::Null),
    ] {
        assert_eq!(outcome("/", reply(status, body)).await, (Ok(answer), 1));
    }
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_refused() {
    let deep = Bytes::from("[".repeat(10_000));
    for behaviour in [
        reply(200, "<html>"),
        reply(200, r#"{"a":1"#),
        reply(200, "{} {}"),
        Behaviour::Reply(200, &[], Bytes::from_static(b"\"\xff\"")),
        Behaviour::Reply(200, &[], deep),
    ] {
        let refusal = "the function answered something other than JSON".to_owned();
        assert_eq!(outcome("/", behaviour).await, (Err(refusal), 1));
    }
}

#[tokio::test]
async fn a_service_that_fails_says_how_or_its_status_does() {
    for (behaviour, sentence) in [
        (
            reply(500, r#"{"errorMessage":"No bots."}"#),
            "the function failed: No bots.",
        ),
        (
            reply(400, r#"{"errorMessage":17}"#),
            "the function could not be called: HTTP 400",
        ),
        (reply(503, "busy"), "the function could not be called: HTTP 503"),
        (reply(304, ""), "the function could not be called: HTTP 304"),
        (Behaviour::Redirect, "the function could not be called: HTTP 307"),
    ] {
        assert_eq!(outcome("/", behaviour).await, (Err(sentence.to_owned()), 1));
    }
}

#[tokio::test]
async fn a_long_message_is_cut_off() {
    let body = format!(r#"{{"errorMessage":"{}"}}"#, "ü".repeat(3_000));
    let (outcome, _) = outcome("/", Behaviour::Reply(500, &[], body.into())).await;
    assert_eq!(outcome, Err(format!("the function failed: {}", "ü".repeat(2_000))));
}

#[tokio::test]
async fn a_busy_service_is_asked_again() {
    let turns = Behaviour::Turns(vec![reply(429, "busy"), reply(200, "{}")]);
    assert_eq!(outcome("/", turns).await, (Ok(json!({})), 2));
}

#[tokio::test]
async fn a_silent_service_costs_three_times_the_patience() {
    let endpoint = TestEndpoint::start(Behaviour::Silence).await;
    let functions = at(&endpoint.url("", "/")).with_patience(Duration::from_millis(200));
    let started = Instant::now();
    let error = functions.invoke(invocation()).await.unwrap_err();
    assert!(
        started.elapsed() >= Duration::from_millis(600),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(error.to_string(), "the function did not answer within 0.2 s");
    assert_eq!(endpoint.requests().len(), 3);
}

#[tokio::test]
async fn a_service_that_was_silent_once_is_fine() {
    let turns = Behaviour::Turns(vec![Behaviour::Silence, reply(200, r#"{"a":1}"#)]);
    let endpoint = TestEndpoint::start(turns).await;
    let functions = at(&endpoint.url("", "/")).with_patience(Duration::from_millis(500));
    assert_eq!(functions.invoke(invocation()).await.unwrap(), json!({ "a": 1 }));
    assert_eq!(endpoint.requests().len(), 2);
}

#[tokio::test]
async fn an_answer_may_have_as_many_bytes_as_one_of_lambda() {
    let text = |length: usize| Bytes::from(format!("\"{}\"", "x".repeat(length - 2)));
    let (longest, calls) = outcome("/", Behaviour::Reply(200, &[], text(LIMIT))).await;
    assert_eq!((longest.unwrap().as_str().unwrap().len(), calls), (LIMIT - 2, 1));
    let refusal = Err("the function answered more than 6291556 bytes".to_owned());
    let too_long = outcome("/", Behaviour::Reply(200, &[], text(LIMIT + 1))).await;
    assert_eq!(too_long, (refusal.clone(), 1));
    // Without a length, and without an end.
    let endless = timeout(Duration::from_mins(1), outcome("/", Behaviour::EndlessBody));
    assert_eq!(endless.await.unwrap(), (refusal, 1));
}

#[tokio::test]
async fn the_next_call_uses_the_same_connection() {
    let endpoint = TestEndpoint::start(reply(200, "{}")).await;
    let functions = at(&endpoint.url("", "/"));
    for _ in 0..3 {
        functions.invoke(invocation()).await.unwrap();
    }
    assert_eq!((endpoint.requests().len(), endpoint.connections()), (3, 1));
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unreachable_and_its_url_stays_secret() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://user:s3cret@{}/s3cret", listener.local_addr().unwrap());
    drop(listener);
    let error = at(&url).invoke(invocation()).await.unwrap_err();
    assert!(matches!(error, InvokeError::Unreachable(_)), "{error:?}");
    assert_eq!(error.to_string(), "the target of the function could not be used");
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
}
