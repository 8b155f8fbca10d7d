//! What developers see of calls.

use super::*;
use crate::functions::InvocationFilter;

fn listed(invocations: &Invocations, filter: &InvocationFilter) -> Value {
    let mut listed = serde_json::to_value(invocations.list(filter)).unwrap();
    for invoked in listed.as_array_mut().unwrap() {
        // However long it took.
        let duration = invoked.as_object_mut().unwrap().remove("duration").unwrap();
        assert!(duration.as_u64().unwrap() < 60_000);
    }
    listed
}

#[tokio::test]
async fn calls_are_noted_with_their_events_and_outcomes() {
    let busy = Behaviour::Turns(vec![reply(429, ""), reply(200, r#"{"a":1}"#), reply(500, "")]);
    let endpoint = TestEndpoint::start(busy).await;
    let invocations = Arc::new(Invocations::new());
    let functions = functions(FunctionSettings {
        targets: vec![("pre-sign-up".to_owned(), FunctionTarget::Url(endpoint.url("", "/")))],
        invocations: Some(invocations.clone()),
        ..settings()
    });
    functions.invoke(invocation()).await.unwrap();
    functions.invoke(invocation()).await.unwrap_err();
    let elsewhere = Invocation {
        trigger: "CustomMessage",
        function_arn: "arn:aws:lambda:eu-west-1:123456789012:function:other".to_owned(),
        pool_id: "us-east-1_other".to_owned(),
        ..invocation()
    };
    functions.invoke(elsewhere).await.unwrap_err();

    let event = invocation().event;
    let (pool, started_at) = ("us-east-1_abc123XYZ", INVOKED_AT * 1_000);
    let first = json!({
        "id": 1, "poolId": pool, "trigger": "PreSignUp", "functionArn": ARN, "target": "http", "event": event,
        "answer": { "a": 1 }, "attempts": 2, "startedAt": started_at,
    });
    let second = json!({
        "id": 2, "poolId": pool, "trigger": "PreSignUp", "functionArn": ARN, "target": "http", "event": event,
        "error": "the function could not be called: HTTP 500", "attempts": 1, "startedAt": started_at,
    });
    let third = json!({
        "id": 3, "poolId": "us-east-1_other", "trigger": "CustomMessage",
        "functionArn": "arn:aws:lambda:eu-west-1:123456789012:function:other", "event": event,
        "error": "no target is configured for the function", "attempts": 0, "startedAt": started_at,
    });
    let all = InvocationFilter::default();
    let of_pool = InvocationFilter {
        pool_id: Some(pool.to_owned()),
        ..all.clone()
    };
    let of_trigger = InvocationFilter {
        trigger: Some("CustomMessage".to_owned()),
        ..all.clone()
    };
    assert_eq!(listed(&invocations, &all), json!([first, second, third]));
    assert_eq!(listed(&invocations, &of_pool), json!([first, second]));
    assert_eq!(listed(&invocations, &of_trigger), json!([third]));
    assert_eq!(invocations.clear(&of_pool), 2);
    assert_eq!(listed(&invocations, &all), json!([third]));
}

#[test]
fn the_last_two_hundred_are_kept_and_no_long_answer() {
    let invocations = Invocations::new();
    let note = |answer: Value| invocations.note(invocation(), Some("http"), &Ok(answer), Duration::ZERO, 1);
    for _ in 0..200 {
        note(json!({}));
    }
    note(json!("x".repeat(65_535)));
    let kept = serde_json::to_value(invocations.list(&InvocationFilter::default())).unwrap();
    let kept = kept.as_array().unwrap();
    assert_eq!(
        (kept.len(), &kept[0]["id"], &kept[199]["id"]),
        (200, &json!(2), &json!(201))
    );
    assert_eq!(
        (kept[199].get("answer"), &kept[199]["answerBytes"]),
        (None, &json!(65_537))
    );
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_with_the_first_call_that_matches() {
    let invocations = Invocations::new();
    let started = tokio::time::Instant::now();
    let patience = Duration::from_mins(1);
    let filter = InvocationFilter {
        trigger: Some("PreSignUp".to_owned()),
        ..InvocationFilter::default()
    };
    let (found, ()) = tokio::join!(invocations.wait(&filter, patience), async {
        for trigger in ["CustomMessage", "PreSignUp"] {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let invocation = Invocation {
                trigger,
                ..invocation()
            };
            invocations.note(invocation, None, &Err(InvokeError::NoTarget), Duration::ZERO, 0);
        }
    });
    assert_eq!((found.len(), started.elapsed()), (1, Duration::from_secs(2)));
}
