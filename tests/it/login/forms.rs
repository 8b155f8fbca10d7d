//! Forms that somebody else sends, values that want to be markup, and cookies that come from elsewhere.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::browser::{Browser, Form, attribute_of, location};
use poolhouse_tests::scenario;
use serde_json::json;

use super::{CALLBACK, INCORRECT, after_sign_in, at, client, code, problem, sign_in_form};

scenario! {
    async fn a_user_signs_in_and_goes_back_with_a_code(lab: Lab) {
        let client = client(&lab.pool().await, json!({})).await;
        client.confirmed_user("alice").await;
        let mut browser = Browser::new(&lab);
        let page = after_sign_in(&mut browser, &client, "alice", "wrong").await;
        assert_eq!((page.status.as_u16(), problem(&page).as_deref()), (400, Some(INCORRECT)));
        let form = Form::of(&page, "cognitoSignInForm").with("password", PASSWORD);
        assert_eq!(form.field("username"), Some("alice"));
        let reply = browser.submit(&form).await;
        assert_eq!(reply.status, 303);
        code(&reply);
        let cookie = browser.cookies_named("cognito").pop().expect("a session");
        assert!(cookie.http_only().unwrap_or(false), "{cookie}");
    }

    async fn a_form_that_was_not_sent_from_our_page_is_refused(lab: Lab) {
        let client = client(&lab.pool().await, json!({})).await;
        client.confirmed_user("alice").await;
        let (mut browser, mut other) = (Browser::new(&lab), Browser::new(&lab));
        let form = sign_in_form(&mut browser, &client, "alice", PASSWORD).await;
        let foreign = sign_in_form(&mut other, &client, "alice", PASSWORD).await;
        let forged = [
            form.clone().with("_csrf", ""),
            form.clone().with("_csrf", "x"),
            form.clone().with("_csrf", foreign.field("_csrf").unwrap()),
        ];
        for forged in forged {
            let page = browser.submit(&forged).await;
            assert_eq!(page.status, 403, "{}", page.text());
        }
        // Whoever has no cookie of ours was never on our page.
        let page = Browser::new(&lab).submit(&form).await;
        assert_eq!(page.status, 403);
        let page = browser.clone().with_header("sec-fetch-site", "cross-site").submit(&form).await;
        assert_eq!(page.status, 403);
        code(&browser.with_header("sec-fetch-site", "same-origin").submit(&form).await);
    }

    async fn another_sign_in_has_another_session_and_other_forms(lab: Lab) {
        let client = client(&lab.pool().await, json!({})).await;
        client.confirmed_user("alice").await;
        let mut browser = Browser::new(&lab);
        let form = sign_in_form(&mut browser, &client, "alice", PASSWORD).await;
        let planted = "p".repeat(32);
        browser.set_cookie("cognito", &planted);
        code(&browser.submit(&form).await);
        let sessions = browser.cookies_named("cognito");
        assert!(sessions.iter().any(|cookie| cookie.value() != planted), "{sessions:?}");
        // The form of the sign-in before is worth nothing any more.
        let page = browser.submit(&form).await;
        assert_eq!(page.status, 403);
        let mut attacker = Browser::new(&lab);
        attacker.visit(&at(&client, "/login")).await;
        attacker.set_cookie("cognito", &planted);
        let address = location(&attacker.visit(&at(&client, "/oauth2/authorize")).await);
        assert!(address.path().ends_with("/login"), "{address}");
    }

    async fn nothing_that_is_typed_or_asked_for_becomes_markup(lab: Lab) {
        let pool = lab.pool().await;
        let client = client(&pool, json!({ "ClientName": "web" })).await;
        let evil = "\"><script>alert(1)</script>";
        let mut browser = Browser::new(&lab);
        let page = after_sign_in(&mut browser, &client, evil, "x").await;
        assert_eq!(attribute_of(&page, "#signInFormUsername", "value").as_deref(), Some(evil));
        let hint = format!("{}&login_hint=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E&lang=%22%3E%3Cscript%3E", at(&client, "/login"));
        let hinted = browser.visit(&hint).await;
        assert_eq!(attribute_of(&hinted, "#signInFormUsername", "value").as_deref(), Some(evil));
        for page in [page, hinted] {
            assert!(!page.text().contains("<script>alert"), "{}", page.text());
            assert_eq!(attribute_of(&page, "html", "lang").as_deref(), Some("en"));
        }
        let error = browser.visit("/error?error=%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
        assert_eq!(error.status, 400);
        assert!(!error.text().contains("alert(1)"), "{}", error.text());
    }

    async fn pages_stand_in_no_frame_and_load_our_own_only(lab: Lab) {
        let client = client(&lab.pool().await, json!({})).await;
        let page = Browser::new(&lab).visit(&at(&client, "/login")).await;
        let policy = page.header("content-security-policy").to_owned();
        for directive in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"] {
            assert!(policy.contains(directive), "{policy}");
        }
        assert!(policy.contains("form-action 'self' https://app.example.com;"), "{policy}");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert!(page.header("cache-control").contains("no-store"));
    }

    async fn a_page_for_a_client_that_does_not_exist_is_no_page(lab: Lab) {
        let client = client(&lab.pool().await, json!({})).await;
        let other = self::client(&lab.pool().await, json!({})).await;
        let mut browser = Browser::new(&lab);
        let unknown = at(&client, "/login").replace(&client.id, "unknown");
        assert_eq!(location(&browser.visit(&unknown).await).path(), "/error");
        let elsewhere = at(&client, "/login").replace(CALLBACK, "https://evil.example");
        let address = location(&browser.visit(&elsewhere).await);
        assert_eq!((address.path(), address.host_str()), ("/error", lab_host().as_deref()));
        // Behind the door of another pool the client is unknown.
        let door = format!("/{}{}", other.pool.id, at(&client, "/login"));
        assert!(location(&browser.visit(&door).await).path().ends_with("/error"));
        let own = format!("/{}{}", client.pool.id, at(&client, "/login"));
        assert_eq!(browser.visit(&own).await.status, 200);
    }
}

fn lab_host() -> Option<String> {
    let url: url::Url = poolhouse_tests::lab::PUBLIC_URL.parse().unwrap();
    url.host_str().map(str::to_owned)
}
