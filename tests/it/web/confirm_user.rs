//! The link in a verification mail.

use http::Request;
use http::header::HOST;
use poolhouse_domain::issuers::Issuers;
use poolhouse_tests::actors::{Client, PASSWORD, merge};
use poolhouse_tests::browser::{Browser, Form};
use poolhouse_tests::clock::hours;
use poolhouse_tests::lab::{Lab, PUBLIC_HOST, PUBLIC_URL};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

/// Alice, who signed up in a pool that confirms by link, and the path of her link.
async fn signed_up(lab: &Lab) -> (Client, String) {
    let client = client(lab, json!({})).await;
    let link = sign_up(lab, &client).await;
    (client, link.strip_prefix(PUBLIC_URL).unwrap().to_owned())
}

/// An app client of a pool that confirms by link.
async fn client(lab: &Lab, settings: Value) -> Client {
    let template = json!({ "DefaultEmailOption": "CONFIRM_WITH_LINK" });
    let base = json!({ "AutoVerifiedAttributes": ["email"], "VerificationMessageTemplate": template });
    lab.pool_with(merge(base, settings)).await.client().await
}

/// Signs alice up; her link.
async fn sign_up(lab: &Lab, client: &Client) -> String {
    client
        .sign_up("alice", PASSWORD, json!({ "email": "alice@example.com" }))
        .await
        .ok();
    lab.mailbox.newest_for("alice@example.com").await.link.unwrap()
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
        for request in [Request::head(&link), Request::options(&link), Request::put(&link)] {
            assert_eq!(lab.send(request.body(Vec::new()).unwrap()).await.status, 404);
        }
        let request = Request::post(&link).header(HOST, PUBLIC_HOST).body(Vec::new()).unwrap();
        assert_eq!(lab.send(request).await.status, 400);
        assert_eq!(client.pool.user("alice").await["UserStatus"], "UNCONFIRMED");
    }

    async fn a_page_that_nobody_looks_at_yet_asks(lab: Lab) {
        let (client, link) = signed_up(&lab).await;
        for (name, value) in [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch"), ("x-moz", "prefetch")] {
            for path in [link.clone(), format!("/{}{link}", client.pool.id)] {
                let page = Browser::new(&lab).with_header(name, value).visit(&path).await;
                assert_eq!(page.status, 200);
                let form = Form::of(&page, "confirmLinkForm");
                assert_eq!(form.action, path.split('?').next().unwrap());
                assert_eq!(form.field("user_name"), Some("alice"));
            }
        }
        assert_eq!(client.pool.user("alice").await["UserStatus"], "UNCONFIRMED");
        let mut browser = Browser::new(&lab).with_header("sec-purpose", "prefetch");
        let form = Form::of(&browser.visit(&link).await, "confirmLinkForm");
        let reply = browser.submit(&form.clone().with("confirmation_code", "000000")).await;
        assert_not_confirmed(&reply, "Invalid verification code provided, please try again.");
        let reply = browser.submit(&form).await;
        assert_page(&reply, 200, "Your registration has been confirmed!", "You can sign in now.");
        assert_eq!(client.pool.user("alice").await["UserStatus"], "CONFIRMED");
    }

    async fn the_link_leads_to_the_domain_of_the_pool(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let domain = format!("link-{}", lab.account_id());
        client.pool.call("CreateUserPoolDomain", json!({ "Domain": domain })).await.ok();
        let host = format!("http://{domain}.auth.localhost:7665");
        let link = sign_up(&lab, &client).await;
        let expected = format!("{host}/confirmUser?client_id={}&user_name=alice&confirmation_code=", client.id);
        assert!(link.starts_with(&expected), "{link}");
        // Behind the door of one pool the clients of another are unknown.
        let stranger = self::client(&lab, json!({})).await;
        let foreign = sign_up(&lab, &stranger).await.replace(PUBLIC_URL, &host);
        let sentence = format!("User pool client {} does not exist.", stranger.id);
        assert_not_confirmed(&Browser::new(&lab).visit(&foreign).await, &sentence);
        assert_page(&Browser::new(&lab).visit(&link).await, 200, "Your registration has been confirmed!", "You can sign in now.");
    }

    async fn the_link_of_a_pool_that_is_said_to_be_at_aws_leads_here(lab: Lab) {
        let there = lab.with_issuers(Issuers::Aws);
        let client = client(&there, json!({})).await;
        let domain = format!("moved-{}", lab.account_id());
        client.pool.call("CreateUserPoolDomain", json!({ "Domain": domain })).await.ok();
        let link = sign_up(&there, &client).await;
        assert!(link.starts_with(&format!("{PUBLIC_URL}/confirmUser?")), "{link}");
        assert_eq!(Browser::new(&there).visit(&link).await.status, 200);
    }

    async fn a_new_link_replaces_the_old_one(lab: Lab) {
        let (client, old) = signed_up(&lab).await;
        let details = client.resend_code("alice").await.ok();
        assert_eq!(details["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL");
        let message = lab.mailbox.newest_for("alice@example.com").await;
        let link = message.link.unwrap();
        assert!(message.body.contains("Please click the link below to verify your email address. <a href=\""), "{}", message.body);
        assert_not_confirmed(&lab.get(&old).await, "Invalid verification code provided, please try again.");
        assert_eq!(lab.get(link.strip_prefix(PUBLIC_URL).unwrap()).await.status, 200);
    }

    async fn a_function_words_the_mail_around_the_link(lab: Lab) {
        let words = json!({ "emailSubject": "Hello", "emailMessage": "Come in: {##here & now##}, alice." });
        let arn = lab.functions.answering("words", words);
        let client = client(&lab, json!({ "LambdaConfig": { "CustomMessage": arn } })).await;
        let link = sign_up(&lab, &client).await;
        let event = lab.functions.event("words");
        assert_eq!(event["triggerSource"], "CustomMessage_SignUp");
        assert_eq!(event["request"]["linkParameter"], "{##Click Here##}");
        assert_eq!(event["request"]["codeParameter"], "{####}");
        let message = lab.mailbox.newest_for("alice@example.com").await;
        assert_eq!(message.subject.as_deref(), Some("Hello"));
        let href = link.replace('&', "&amp;");
        assert_eq!(message.body, format!("Come in: <a href=\"{href}\">here & now</a>, alice."));
        client.resend_code("alice").await.ok();
        assert_eq!(lab.functions.events("words")[1]["triggerSource"], "CustomMessage_ResendCode");

        // In a pool that confirms by link, the code is the link.
        lab.functions.answering("words", json!({ "emailMessage": "Follow {####}." }));
        client.resend_code("alice").await.ok();
        let message = lab.mailbox.newest_for("alice@example.com").await;
        let href = message.link.unwrap().replace('&', "&amp;");
        assert_eq!(message.body, format!("Follow <a href=\"{href}\">{href}</a>."));
        lab.functions.answering("words", json!({ "emailMessage": "Welcome." }));
        client.resend_code("alice").await.fault(
            "InvalidLambdaResponseException",
            "The custom message must contain the placeholder {##Click Here##}.",
        );
    }

    async fn a_confirmation_stands_though_a_function_fails_that_hears_of_it(lab: Lab) {
        let arn = lab.functions.failing("told", "<script>alert(1)</script>");
        let client = client(&lab, json!({ "LambdaConfig": { "PostConfirmation": arn } })).await;
        let link = sign_up(&lab, &client).await;
        let reply = Browser::new(&lab).visit(&link).await;
        let text = "PostConfirmation failed with error &#60;script&#62;alert(1)&#60;/script&#62;.";
        assert_page(&reply, 400, "Something went wrong", text);
        assert_eq!(client.pool.user("alice").await["UserStatus"], "CONFIRMED");
        assert_eq!(lab.functions.event("told")["triggerSource"], "PostConfirmation_ConfirmSignUp");
        let reply = Browser::new(&lab).visit(&link).await;
        assert_not_confirmed(&reply, "User cannot be confirmed. Current status is CONFIRMED");
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
