//! The development inbox.

use http::{Method, Request};
use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::clock::START;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

/// A client of a pool that sends codes by mail and by SMS.
async fn verifying_client(lab: &Lab) -> Client {
    lab.pool_with(json!({ "AutoVerifiedAttributes": ["email", "phone_number"] }))
        .await
        .client()
        .await
}

async fn sign_up(client: &Client, username: &str, address: &str) {
    let attribute = if address.contains('@') { "email" } else { "phone_number" };
    client
        .sign_up(username, PASSWORD, json!({ attribute: address }))
        .await
        .ok();
}

async fn delete(lab: &Lab, path: &str) -> Reply {
    lab.send(
        Request::builder()
            .method(Method::DELETE)
            .uri(path)
            .body(Vec::new())
            .unwrap(),
    )
    .await
}

/// The recipients of the messages in a listing.
fn recipients(listing: &Value) -> Vec<&str> {
    listing["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["to"].as_str().unwrap())
        .collect()
}

scenario! {
    async fn a_message_is_shown_with_its_code(lab: Lab) {
        let client = verifying_client(&lab).await;
        sign_up(&client, "alice", "alice@example.com").await;
        let listing = lab.get("/_poolhouse/messages?to=alice@example.com&wait=5s").await.ok();
        let code = lab.mailbox.code_for("alice@example.com").await;
        assert_eq!(listing, json!({ "messages": [{
            "id": 1, "poolId": client.pool.id, "username": "alice", "to": "alice@example.com", "medium": "email",
            "kind": "sign-up", "subject": "Your verification code", "body": format!("Your verification code is {code}. "),
            "code": code, "sentAt": START
        }] }));
    }

    async fn messages_are_listed_oldest_first_by_recipient_pool_and_kind(lab: Lab) {
        let (one, other) = (verifying_client(&lab).await, verifying_client(&lab).await);
        sign_up(&one, "alice", "alice@example.com").await;
        sign_up(&other, "bob", "bob@example.com").await;
        sign_up(&one, "carol", "+15555550100").await;
        one.resend_code("alice").await.ok();

        let all = ["alice@example.com", "bob@example.com", "+15555550100", "alice@example.com"];
        let (of_one, of_other) = (["alice@example.com", "+15555550100", "alice@example.com"], ["bob@example.com"]);
        let cases: [(String, &[&str]); 8] = [
            (String::new(), &all),
            ("?to=&pool=&kind=&wait=".to_owned(), &all),
            (format!("?pool={}", one.pool.id), &of_one),
            (format!("?pool={}", other.pool.id), &of_other),
            ("?to=ALICE@example.com&kind=resend-code".to_owned(), &["alice@example.com"]),
            ("?to=%2B15555550100".to_owned(), &["+15555550100"]),
            ("?to=+15555550100".to_owned(), &["+15555550100"]),
            ("?to=nobody@example.com&wait=1ms".to_owned(), &[]),
        ];
        for (query, expected) in cases {
            let listing = lab.get(&format!("/_poolhouse/messages{query}")).await.ok();
            assert_eq!(recipients(&listing), expected, "{query}");
        }
    }

    async fn waiting_ends_when_the_message_arrives(lab: Lab) {
        let client = verifying_client(&lab).await;
        let waiting = lab.get("/_poolhouse/messages?to=alice@example.com&wait=60s");
        let (listing, ()) = tokio::join!(waiting, sign_up(&client, "alice", "alice@example.com"));
        assert_eq!(recipients(&listing.ok()), ["alice@example.com"]);
    }

    async fn waiting_ends_when_the_server_does(lab: Lab) {
        let waiting = lab.get("/_poolhouse/messages?wait=60s");
        let (listing, ()) = tokio::join!(waiting, async { lab.drain() });
        assert_eq!(listing.ok(), json!({ "messages": [] }));
    }

    async fn messages_that_match_are_removed(lab: Lab) {
        let client = verifying_client(&lab).await;
        for (username, address) in [("alice", "alice@example.com"), ("bob", "bob@example.com"), ("carol", "carol@example.com")] {
            sign_up(&client, username, address).await;
        }
        assert_eq!(delete(&lab, "/_poolhouse/messages?to=bob@example.com").await.ok(), json!({ "deleted": 1 }));
        let left = lab.get("/_poolhouse/messages").await.ok();
        assert_eq!(recipients(&left), ["alice@example.com", "carol@example.com"]);
        assert_eq!(delete(&lab, "/_poolhouse/messages").await.ok(), json!({ "deleted": 2 }));
        assert_eq!(lab.get("/_poolhouse/messages").await.ok(), json!({ "messages": [] }));
    }

    async fn a_query_that_is_not_understood_is_told_so(lab: Lab) {
        let kinds = "kind: unknown message kind; the kinds are sign-up, resend-code, forgot-password, \
                     update-user-attribute, verify-user-attribute, admin-create-user, authentication";
        for (query, sentence) in [("kind=SignUp", kinds), ("wait=61s", "wait: at most 60s")] {
            let reply = lab.get(&format!("/_poolhouse/messages?{query}")).await;
            assert_eq!((reply.status.as_u16(), reply.json()), (400, json!({ "message": sentence })), "{query}");
        }
        for query in ["wait=soon", "wait=-1s", "email=alice@example.com", "to=a&to=b"] {
            assert_eq!(lab.get(&format!("/_poolhouse/messages?{query}")).await.status, 400, "{query}");
        }
    }

    async fn pages_of_other_sites_are_sent_away(lab: Lab) {
        let client = verifying_client(&lab).await;
        sign_up(&client, "alice", "alice@example.com").await;
        let from = async |site: &str, method: Method, path: &str| {
            let request = Request::builder().method(method).uri(path).header("sec-fetch-site", site);
            lab.send(request.body(Vec::new()).unwrap()).await.status
        };
        for site in ["cross-site", "same-site", "nonsense"] {
            for path in ["/_poolhouse/messages", "/_aws/ses"] {
                for method in [Method::GET, Method::DELETE] {
                    assert_eq!(from(site, method, path).await, 403, "{site} {path}");
                }
            }
        }
        for site in ["same-origin", "none"] {
            assert_eq!(from(site, Method::GET, "/_poolhouse/messages").await, 200, "{site}");
        }
        assert_eq!(lab.mailbox.messages_for("alice@example.com").len(), 1);
    }

    async fn mails_are_shown_as_localstack_shows_them(lab: Lab) {
        let client = verifying_client(&lab).await;
        sign_up(&client, "alice", "alice@example.com").await;
        sign_up(&client, "carol", "+15555550100").await;
        sign_up(&client, "bob", "bob@example.com").await;
        let code = lab.mailbox.code_for("alice@example.com").await;
        let text = format!("Your verification code is {code}. ");
        let listing = lab.get("/_aws/ses?id=1").await.ok();
        assert_eq!(listing, json!({ "messages": [{
            "Id": "1", "Region": "us-east-1", "Destination": { "ToAddresses": ["alice@example.com"] },
            "Source": "no-reply@verificationemail.com", "Subject": "Your verification code",
            "Body": { "text_part": text, "html_part": text }, "Timestamp": "2027-01-15T08:00:00Z"
        }] }));
        let ids = async |query: &str| -> Vec<String> {
            let listing = lab.get(&format!("/_aws/ses{query}")).await.ok();
            listing["messages"].as_array().unwrap().iter().map(|mail| mail["Id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids("").await, ["1", "3"]);
        assert_eq!(ids("?email=no-reply@verificationemail.com").await, ["1", "3"]);
        assert!(ids("?email=shop@example.com").await.is_empty());
        assert!(ids("?id=2").await.is_empty());

        assert_eq!(delete(&lab, "/_aws/ses?id=3").await.status, 204);
        assert_eq!(ids("").await, ["1"]);
        assert_eq!(delete(&lab, "/_aws/ses").await.status, 204);
        assert!(ids("").await.is_empty());
        assert_eq!(recipients(&lab.get("/_poolhouse/messages").await.ok()), ["+15555550100"]);
    }
}
