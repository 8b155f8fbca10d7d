//! The link in a verification mail.

use http::Request;
use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::clock::hours;
use poolhouse_tests::lab::{Lab, PUBLIC_URL};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::json;

/// Alice, who signed up in a pool that confirms by link, and the path of her link.
async fn signed_up(lab: &Lab) -> (Client, String) {
    let template = json!({ "DefaultEmailOption": "CONFIRM_WITH_LINK" });
    let settings = json!({ "AutoVerifiedAttributes": ["email"], "VerificationMessageTemplate": template });
    let client = lab.pool_with(settings).await.client().await;
    client
        .sign_up("alice", PASSWORD, json!({ "email": "alice@example.com" }))
        .await
        .ok();
    let link = lab.mailbox.newest_for("alice@example.com").await.link.unwrap();
    (client, link.strip_prefix(PUBLIC_URL).unwrap().to_owned())
}

fn assert_page(reply: &Reply, status: u16, title: &str, text: &str) {
    assert_eq!(reply.status, status, "{}", reply.text());
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    let page = reply.text();
    assert!(page.contains(&format!("<h1>{title}</h1>")), "{page}");
    assert!(page.contains(&format!("\">{text}</p>")), "{page}");
}

fn assert_not_confirmed(reply: &Reply, text: &str) {
    assert_page(reply, 400, "Your registration could not be confirmed", text);
}

scenario! {
    async fn the_link_confirms_the_sign_up_and_verifies_the_address(lab: Lab) {
        let (client, link) = signed_up(&lab).await;
        assert_page(&lab.get(&link).await, 200, "Your registration has been confirmed!", "You can sign in now.");
        assert_eq!(client.pool.user("alice").await["UserStatus"], "CONFIRMED");
        assert_eq!(client.pool.attribute("alice", "email_verified").await.as_deref(), Some("true"));
        client.sign_in("alice", PASSWORD).await.ok();
        assert_not_confirmed(&lab.get(&link).await, "User cannot be confirmed. Current status is CONFIRMED");
    }

    async fn a_link_that_was_changed_or_is_old_confirms_nothing(lab: Lab) {
        let (client, link) = signed_up(&lab).await;
        let (rest, code) = link.rsplit_once('=').unwrap();
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let reply = lab.get(&format!("{rest}={wrong}")).await;
        assert_not_confirmed(&reply, "Invalid verification code provided, please try again.");

        let other = client.pool.client().await;
        let unknown = link.replace(&client.id, "unknown");
        assert_not_confirmed(&lab.get(&unknown).await, "User pool client unknown does not exist.");
        let stranger = lab.pool().await.client().await;
        let foreign = link.replace(&client.id, &stranger.id);
        assert_eq!(lab.get(&foreign).await.status, 400);
        assert_ne!(other.id, client.id);

        lab.clock.advance(hours(24));
        assert_not_confirmed(&lab.get(&link).await, "Invalid code provided, please request a code again.");
        assert_eq!(client.pool.user("alice").await["UserStatus"], "UNCONFIRMED");
    }

    async fn a_link_that_is_not_whole_is_told_so(lab: Lab) {
        let (client, link) = signed_up(&lab).await;
        let sentence = "The link is not complete. Please use it exactly as it was sent.";
        let broken = [
            "/confirmUser".to_owned(),
            link.rsplit_once('&').unwrap().0.to_owned(),
            link.rsplit_once('=').unwrap().0.to_owned() + "=",
            format!("{link}&client_id={}", client.id),
            link.replace("user_name=alice", "user_name=%00"),
            link.replace(&client.id, "%3Cscript%3E"),
        ];
        for path in broken {
            assert_not_confirmed(&lab.get(&path).await, sentence);
        }
        assert_eq!(client.pool.user("alice").await["UserStatus"], "UNCONFIRMED");
    }

    async fn looking_at_the_link_does_not_follow_it(lab: Lab) {
        let (client, link) = signed_up(&lab).await;
        for request in [Request::head(&link), Request::post(&link), Request::options(&link)] {
            assert_eq!(lab.send(request.body(Vec::new()).unwrap()).await.status, 404);
        }
        assert_eq!(client.pool.user("alice").await["UserStatus"], "UNCONFIRMED");
    }

    async fn the_page_runs_nothing_and_tells_nobody_where_it_is(lab: Lab) {
        let (_, link) = signed_up(&lab).await;
        for path in [link.as_str(), "/confirmUser"] {
            let reply = lab.get(path).await;
            let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                          form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
            assert_eq!(reply.header("content-security-policy"), policy);
            assert_eq!(reply.header("referrer-policy"), "no-referrer");
            assert_eq!(reply.header("x-frame-options"), "DENY");
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
            assert_eq!(reply.header("cache-control"), "no-cache, no-store, max-age=0, must-revalidate");
        }
    }

    async fn guessing_codes_is_limited_as_it_is_for_the_operation(lab: Lab) {
        let (client, link) = signed_up(&lab).await;
        let (rest, code) = link.rsplit_once('=').unwrap();
        let guesses = (0..).map(|guess| format!("{guess:06}")).filter(|guess| guess != code);
        let mut refusal = None;
        for guess in guesses.take(50) {
            let reply = lab.get(&format!("{rest}={guess}")).await;
            if reply.status == 429 {
                refusal = Some(reply);
                break;
            }
        }
        let title = "Your registration could not be confirmed";
        let text = "Attempt limit exceeded, please try after some time.";
        assert_page(&refusal.unwrap(), 429, title, text);
        assert_eq!(lab.get(&link).await.status, 429);
        let reply = client.confirm_sign_up("alice", code).await;
        reply.fault("LimitExceededException", text);
    }
}
