//! What developers see of the calls of functions.

use http::{Method, Request};
use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::clock::START;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

const PATH: &str = "/_poolhouse/invocations";

/// A client of a pool that calls a function before a sign-up.
async fn client(lab: &Lab, name: &str) -> Client {
    let arn = lab.functions.answering(name, json!({}));
    lab.pool_with(json!({ "LambdaConfig": { "PreSignUp": arn } }))
        .await
        .client()
        .await
}

async fn sign_up(client: &Client, username: &str) {
    client.sign_up(username, PASSWORD, json!({})).await.ok();
}

async fn delete(lab: &Lab, query: &str) -> Value {
    let request = Request::builder().method(Method::DELETE).uri(format!("{PATH}{query}"));
    lab.send(request.body(Vec::new()).unwrap()).await.ok()
}

/// The names of the users whom the listed calls are about.
async fn usernames(lab: &Lab, query: &str) -> Vec<String> {
    let listing = lab.get(&format!("{PATH}{query}")).await.ok();
    let calls = listing["invocations"].as_array().unwrap().iter();
    calls
        .map(|call| call["event"]["userName"].as_str().unwrap().to_owned())
        .collect()
}

scenario! {
    async fn a_call_is_shown_with_its_event_and_its_answer(lab: Lab) {
        let client = client(&lab, "pre-sign-up").await;
        sign_up(&client, "alice").await;
        let listing = lab.get(&format!("{PATH}?wait=5s")).await.ok();
        let event = lab.functions.event("pre-sign-up");
        let mut answer = event.clone();
        answer["response"] = json!({});
        assert_eq!(listing, json!({ "invocations": [{
            "id": 1, "poolId": client.pool.id, "trigger": "PreSignUp",
            "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:pre-sign-up", "event": event, "answer": answer,
            "attempts": 1, "startedAt": START, "duration": 0
        }] }));
    }

    async fn a_call_that_failed_is_shown_with_its_error(lab: Lab) {
        let arn = lab.functions.failing("pre-sign-up", "No bots.");
        let client = lab.pool_with(json!({ "LambdaConfig": { "PreSignUp": arn } })).await.client().await;
        client.sign_up("alice", PASSWORD, json!({})).await;
        let listing = lab.get(PATH).await.ok();
        let call = &listing["invocations"][0];
        assert_eq!((&call["error"], call.get("answer")), (&json!("the function failed: No bots."), None));
    }

    async fn calls_are_listed_and_removed_by_pool_and_trigger(lab: Lab) {
        let (one, other) = (client(&lab, "one").await, client(&lab, "other").await);
        sign_up(&one, "alice").await;
        sign_up(&other, "bob").await;
        sign_up(&one, "carol").await;
        let of_one = format!("?pool={}", one.pool.id);
        assert_eq!(usernames(&lab, "").await, ["alice", "bob", "carol"]);
        assert_eq!(usernames(&lab, "?pool=&trigger=&wait=").await, ["alice", "bob", "carol"]);
        assert_eq!(usernames(&lab, &of_one).await, ["alice", "carol"]);
        assert_eq!(usernames(&lab, &format!("{of_one}&trigger=PreSignUp")).await, ["alice", "carol"]);
        assert_eq!(usernames(&lab, "?trigger=CustomMessage&wait=1ms").await, [""; 0]);
        assert_eq!(delete(&lab, &of_one).await, json!({ "deleted": 2 }));
        assert_eq!(usernames(&lab, "").await, ["bob"]);
        assert_eq!(delete(&lab, "").await, json!({ "deleted": 1 }));
        assert_eq!(usernames(&lab, "").await, [""; 0]);
    }

    async fn waiting_ends_with_the_call_or_with_the_server(lab: Lab) {
        let client = client(&lab, "pre-sign-up").await;
        let (names, ()) = tokio::join!(usernames(&lab, "?wait=60s"), sign_up(&client, "alice"));
        assert_eq!(names, ["alice"]);
        let (names, ()) = tokio::join!(usernames(&lab, "?trigger=CustomMessage&wait=60s"), async { lab.drain() });
        assert_eq!(names, [""; 0]);
    }

    async fn a_query_that_is_not_understood_is_told_so(lab: Lab) {
        let reply = lab.get(&format!("{PATH}?wait=61s")).await;
        assert_eq!((reply.status.as_u16(), reply.json()), (400, json!({ "message": "wait: at most 60s" })));
        for query in ["wait=soon", "kind=sign-up", "pool=a&pool=b"] {
            assert_eq!(lab.get(&format!("{PATH}?{query}")).await.status, 400, "{query}");
        }
    }

    async fn pages_of_other_sites_are_sent_away(lab: Lab) {
        for method in [Method::GET, Method::DELETE] {
            let request = Request::builder().method(method).uri(PATH).header("sec-fetch-site", "cross-site");
            assert_eq!(lab.send(request.body(Vec::new()).unwrap()).await.status, 403);
        }
    }
}
