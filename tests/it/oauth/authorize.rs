//! `/oauth2/authorize`: what is asked for, in which order it is judged, and who is told.

use http::Request;
use http::header::HOST;
use poolhouse_tests::browser::{Browser, answer, attribute_of, location, text_of};
use poolhouse_tests::clock::seconds;
use poolhouse_tests::lab::PUBLIC_HOST;
use poolhouse_tests::scenario;
use serde_json::json;
use url::form_urlencoded;

use super::app::{App, CALLBACK, CHALLENGE, assert_page, assert_refused, token};

/// The fault that the client is told of, as the query of its address.
async fn fault(app: &App, parameters: &[(&str, &str)]) -> String {
    let back = app.authorized(&mut Browser::new(&app.lab), parameters).await;
    assert!(back.as_str().starts_with(CALLBACK), "{back}");
    back.query().or(back.fragment()).unwrap().to_owned()
}

scenario! {
    async fn without_a_session_the_same_request_goes_to_the_sign_in_page(lab: Lab) {
        let app = App::new(&lab).await;
        let query = app.query(&[("scope", "openid email"), ("state", "a b&c"), ("unknown", "x")]);
        for path in ["/oauth2/authorize", "/authorize"] {
            let reply = lab.get(&app.path(&format!("{path}?{query}"))).await;
            assert_eq!(reply.status, 302);
            assert_eq!(reply.header("location"), app.path(&format!("/login?{query}")));
            for (name, value) in [
                ("cache-control", "no-cache, no-store, max-age=0, must-revalidate"),
                ("pragma", "no-cache"),
                ("expires", "0"),
                ("x-frame-options", "DENY"),
                ("x-content-type-options", "nosniff"),
                ("x-xss-protection", "1; mode=block"),
                ("referrer-policy", "no-referrer"),
                ("strict-transport-security", ""),
                ("access-control-allow-origin", ""),
            ] {
                assert_eq!(reply.header(name), value, "{name}");
            }
        }
    }

    async fn what_no_client_can_be_told_is_told_on_a_page(lab: Lab) {
        let app = App::new(&lab).await;
        let stranger = lab.pool().await.client().await;
        for (parameters, error) in [
            (("client_id", ""), "Required parameters missing"),
            (("redirect_uri", ""), "Required parameters missing"),
            (("client_id", "unknown"), "Client does not exist"),
            (("client_id", &*stranger.id), "Client does not exist"),
            (("client_id", "\0"), "Client does not exist"),
            (("redirect_uri", "https://evil.example"), "redirect_mismatch"),
        ] {
            let reply = lab.get(&app.authorize(&[parameters])).await;
            assert_page(&app, &reply, error);
        }
        // Before anything else is looked at.
        let reply = lab.get(&app.authorize(&[("redirect_uri", "https://evil.example"), ("response_type", "x")])).await;
        assert_page(&app, &reply, "redirect_mismatch");
    }

    async fn the_error_page_shows_nothing_of_its_address(lab: Lab) {
        let app = App::new(&lab).await;
        let evil = "<script>alert(1)</script>";
        let query: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("error", evil), ("client_id", evil), ("error_description", evil), ("lang", evil)])
            .finish();
        for query in [query.as_str(), "error=redirect_mismatch", ""] {
            let page = lab.get(&app.path(&format!("/error?{query}"))).await;
            assert_eq!(page.status, 400);
            assert_eq!(page.header("x-frame-options"), "DENY");
            assert!(!page.text().contains("alert(1)"), "{}", page.text());
            assert_eq!(page.text().contains("redirect_mismatch"), query.contains("mismatch"));
        }
    }

    async fn only_the_very_address_that_is_registered_is_answered(lab: Lab) {
        let app = App::new(&lab).await;
        for trick in [
            "https://app.example/c", "https://app.example/cb/", "https://app.example/cb/x", "https://app.example/cb?",
            "https://app.example/cb?x=y", "https://app.example/cb#", "https://app.example/cb#f",
            "https://app.example/CB", "https://APP.example/cb", "HTTPS://app.example/cb", "http://app.example/cb",
            "https://app.example:443/cb", "https://app.example:8443/cb", "https://app.example./cb",
            "https://www.app.example/cb", "https://app.example.evil.example/cb", "https://evil.example/app.example/cb",
            "https://app.example@evil.example/cb", "https://a@b@app.example/cb", "https://user@app.example/cb",
            "https://evil.example\\@app.example/cb", "https://app.example\\.evil.example/cb", "https://app.example\\cb",
            "https://app.example/\tcb", "https://app.example/cb\n", " https://app.example/cb", "https://app.example/cb ",
            "https://app.example/x/../cb", "https://app.example/%2e/cb", "https://app.example/%63b",
            "https://app.example%2fcb", "https://app.example/cb%00", "https:app.example/cb", "https:///app.example/cb",
            "//app.example/cb", "/cb", "cb", "https://app\u{3002}example/cb", "https://\u{ff41}pp.example/cb",
            "https://[::ffff:1.2.3.4]/cb", "https://2130706433/cb", "javascript:alert(1)//https://app.example/cb",
            "data:text/html,https://app.example/cb", "app://app.example/cb",
            "https%3A%2F%2Fapp.example%2Fcb", "https://app.example/cb,https://evil.example",
            "https://app.example/cb https://evil.example",
        ] {
            let reply = lab.get(&app.authorize(&[("redirect_uri", trick)])).await;
            assert_page(&app, &reply, "redirect_mismatch");
        }
        let evil = "https%3A%2F%2Fevil.example";
        for more in [format!("&redirect_uri={evil}"), "&redirect_uri=https%3A%2F%2Fapp.example%2Fcb".to_owned()] {
            let reply = lab.get(&format!("{}{more}", app.authorize(&[]))).await;
            assert_page(&app, &reply, "redirect_mismatch");
        }
        let array = app.authorize(&[("redirect_uri", "")]) + "&redirect_uri[]=https%3A%2F%2Fapp.example%2Fcb";
        assert_page(&app, &lab.get(&array).await, "Required parameters missing");
    }

    async fn faults_are_told_to_the_client_with_its_state(lab: Lab) {
        let app = App::new(&lab).await;
        let coder = app.another(json!({ "AllowedOAuthFlows": ["code"] })).await;
        let invalid_request = "error=invalid_request&state=s";
        let invalid_scope = "error=invalid_request&error_description=invalid_scope&state=s";
        for (app, parameters, expected) in [
            (&app, vec![("response_type", "")], invalid_request),
            (&app, vec![("response_type", "id_token")], invalid_request),
            (&app, vec![("response_type", "code token")], invalid_request),
            (&app, vec![("response_type", "CODE")], invalid_request),
            (&app, vec![("code_challenge", CHALLENGE)], invalid_request),
            (&app, vec![("code_challenge_method", "S256")], invalid_request),
            (&app, vec![("code_challenge", CHALLENGE), ("code_challenge_method", "plain")], invalid_request),
            (&app, vec![("code_challenge", CHALLENGE), ("code_challenge_method", "s256")], invalid_request),
            (&app, vec![("code_challenge", "short"), ("code_challenge_method", "S256")], invalid_request),
            (&app, vec![("prompt", "none login")], invalid_request),
            (&app, vec![("prompt", "sometimes")], invalid_request),
            (&app, vec![("max_age", "soon")], invalid_request),
            (&app, vec![("nonce", "\0")], invalid_request),
            (&app, vec![("max_age", "-1")], invalid_request),
            (&app, vec![("resource", "http://api.example")], invalid_request),
            (&app, vec![("resource", "api")], invalid_request),
            (&coder, vec![("response_type", "token")], "error=unauthorized_client&state=s"),
            (&app, vec![("scope", "openid unknown")], invalid_scope),
            (&app, vec![("scope", "openid photos/write")], invalid_scope),
            (&app, vec![("scope", "email")], invalid_scope),
            (&app, vec![("scope", "openid,email")], invalid_scope),
            (&app, vec![("scope", "openid offline_access")], invalid_scope),
            (&app, vec![("prompt", "none")], "error=login_required&state=s"),
            // The order of judgement: the request, then the flow, then the scope.
            (&coder, vec![("response_type", "token"), ("scope", "unknown")], "error=unauthorized_client&state=s"),
            (&coder, vec![("response_type", "token"), ("max_age", "x")], invalid_request),
        ] {
            let parameters: Vec<_> = parameters.into_iter().chain([("state", "s")]).collect();
            assert_eq!(fault(app, &parameters).await, expected, "{parameters:?}");
        }
        let long = format!("openid {}", "x".repeat(10_000));
        assert_eq!(fault(&app, &[("scope", &long), ("state", "s")]).await, invalid_scope);
    }

    async fn clients_that_ask_for_tokens_are_told_in_the_fragment(lab: Lab) {
        let app = App::new(&lab).await;
        for (parameter, expected) in [
            (("scope", "unknown"), "error_description=invalid_scope&error=invalid_request&state=s"),
            (("prompt", "none"), "error=login_required&state=s"),
        ] {
            let parameters = [("response_type", "token"), ("state", "s"), parameter];
            let back = app.authorized(&mut Browser::new(&lab), &parameters).await;
            assert_eq!(back.as_str(), format!("{CALLBACK}#{expected}"));
        }
    }

    async fn a_parameter_that_is_given_twice_is_refused(lab: Lab) {
        let app = App::new(&lab).await;
        let address = app.authorize(&[("scope", "openid"), ("state", "s"), ("nonce", "n")]);
        for name in ["scope", "state", "nonce", "response_type", "prompt", "unknown"] {
            let twice = lab.get(&format!("{address}&{name}=a&{name}=b")).await;
            let state = if name == "state" { "" } else { "&state=s" };
            assert_eq!(twice.header("location"), format!("{CALLBACK}?error=invalid_request{state}"), "{name}");
        }
        let reply = lab.get(&format!("{address}&client_id=other")).await;
        assert_page(&app, &reply, "Client does not exist");
    }

    async fn other_methods_are_refused(lab: Lab) {
        let app = App::new(&lab).await;
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let request = Request::builder().method(method).uri(app.authorize(&[])).header(HOST, PUBLIC_HOST);
            let body = if method == "POST" { app.query(&[]).into_bytes() } else { Vec::new() };
            let reply = lab.send(request.body(body).unwrap()).await;
            assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "GET"), "{method}");
            assert_eq!(reply.header("access-control-allow-origin"), "");
        }
    }

    async fn state_and_nonce_come_back_as_they_were(lab: Lab) {
        let app = App::new(&lab).await;
        let mut browser = Browser::new(&lab);
        let long = "é".repeat(2_500);
        let first = app.sign_in(&mut browser, &app.authorize(&[("state", &long)])).await;
        assert_eq!(answer(&first)["state"], long);
        for odd in ["a b+c&d=e#f%25;\"'<>", "{\"json\":[1]}", "\r\nLocation: https://evil.example", "\u{202e}"] {
            let back = app.authorized(&mut browser, &[("state", odd), ("nonce", odd), ("scope", "openid")]).await;
            assert!(back.as_str().starts_with(&format!("{CALLBACK}?code=")), "{back}");
            let answer = answer(&back);
            assert_eq!(answer["state"], odd);
            assert_eq!(answer.len(), 2);
            let tokens = app.redeem(&answer["code"], &[]).await.ok();
            assert_eq!(app.pool.verify(token(&tokens, "id_token")).await["nonce"], odd);
        }
        let back = app.authorized(&mut browser, &[]).await;
        assert_eq!(answer(&back).len(), 1, "{back}");
    }

    async fn a_default_address_needs_no_naming_and_a_query_is_kept(lab: Lab) {
        let app = App::new(&lab).await;
        let other = "https://app.example/other?tenant=a";
        let settings = json!({ "CallbackURLs": [CALLBACK, other], "DefaultRedirectURI": other });
        let app = app.another(settings).await;
        let mut browser = Browser::new(&lab);
        let back = app.sign_in(&mut browser, &app.authorize(&[("redirect_uri", "")])).await;
        assert!(back.as_str().starts_with(&format!("{other}&code=")), "{back}");
        app.redeem(&answer(&back)["code"], &[("redirect_uri", "")]).await.ok();
        let back = app.authorized(&mut browser, &[("redirect_uri", other)]).await;
        let code = &answer(&back)["code"];
        assert_refused(
            &app.redeem(code, &[("redirect_uri", "")]).await,
            "invalid_request",
            Some("redirect_uri is missing."),
        );
        app.redeem(code, &[("redirect_uri", other)]).await.ok();
    }

    async fn prompts_are_followed(lab: Lab) {
        let app = App::new(&lab).await;
        let mut browser = Browser::new(&lab);
        app.sign_in(&mut browser, &app.authorize(&[])).await;
        for silent in ["none", "consent", ""] {
            let back = app.authorized(&mut browser, &[("prompt", silent)]).await;
            assert!(answer(&back).contains_key("code"), "{silent}: {back}");
        }
        let first = browser.cookie(&session_cookie(&app)).unwrap().value().to_owned();
        for asks in ["login", "select_account", "login consent"] {
            lab.clock.advance(seconds(10));
            let address = app.authorize(&[("prompt", asks), ("scope", "openid")]);
            assert_eq!(location(&browser.visit(&address).await).path(), app.path("/login"));
            let back = app.sign_in(&mut browser, &address).await;
            let tokens = app.redeem(&answer(&back)["code"], &[]).await.ok();
            let claims = app.pool.verify(token(&tokens, "id_token")).await;
            assert_eq!(claims["auth_time"], claims["iat"], "{asks}");
        }
        assert_ne!(browser.cookie(&session_cookie(&app)).unwrap().value(), first);
    }

    async fn a_sign_in_that_is_too_old_is_made_again(lab: Lab) {
        let app = App::new(&lab).await;
        let mut browser = Browser::new(&lab);
        app.sign_in(&mut browser, &app.authorize(&[])).await;
        lab.clock.advance(seconds(100));
        for (max_age, recent) in [("101", true), ("100", false), ("10", false), ("0", false), ("4294967295", true)] {
            let back = app.authorized(&mut browser, &[("max_age", max_age)]).await;
            assert_eq!(answer(&back).contains_key("code"), recent, "{max_age}");
        }
        let back = app.authorized(&mut browser, &[("max_age", "10"), ("prompt", "none")]).await;
        assert_eq!(answer(&back)["error"], "login_required");
    }

    async fn a_level_that_is_asked_for_is_told_in_the_tokens(lab: Lab) {
        let app = App::new(&lab).await;
        let tokens = app.tokens(&[("acr_values", "urn:cognito:loa:1"), ("scope", "openid")]).await;
        let claims = app.pool.verify(token(&tokens, "id_token")).await;
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("urn:cognito:loa:1"), &json!(["pwd"])));
        let tokens = app.tokens(&[("scope", "openid")]).await;
        assert_eq!(app.pool.verify(token(&tokens, "id_token")).await.get("acr"), None);
    }

    async fn a_hint_fills_the_form_and_a_language_is_spoken_and_remembered(lab: Lab) {
        let app = App::new(&lab).await;
        let hint = "\"><script>alert(1)</script>";
        let mut browser = Browser::new(&lab);
        let page = browser.open(&app.authorize(&[("login_hint", hint), ("lang", "de")])).await;
        assert_eq!(attribute_of(&page, "input[name=username]", "value").as_deref(), Some(hint));
        assert!(!page.text().contains("<script>alert"));
        assert_eq!(attribute_of(&page, "html", "lang").as_deref(), Some("de"));
        assert_eq!(browser.cookie("lang").unwrap().value(), "de");
        let page = browser.open(&app.authorize(&[])).await;
        assert_eq!(attribute_of(&page, "html", "lang").as_deref(), Some("de"));
        let page = browser.open(&app.authorize(&[("lang", "../../etc")])).await;
        assert!(text_of(&page, "h1").is_some());
    }

    async fn a_resource_becomes_the_audience_of_access_tokens(lab: Lab) {
        let app = App::new(&lab).await;
        for resource in ["https://api.example/v1", "http://localhost:8080", "myapi://orders"] {
            let tokens = app.tokens(&[("resource", resource), ("scope", "openid")]).await;
            assert_eq!(app.pool.verify(token(&tokens, "access_token")).await["aud"], resource);
            assert_eq!(app.pool.verify(token(&tokens, "id_token")).await["aud"], *app.client.id);
            let refreshed = app.refresh(token(&tokens, "refresh_token"), &[]).await.ok();
            assert_eq!(app.pool.verify(token(&refreshed, "access_token")).await["aud"], resource);
        }
    }

    async fn what_cognito_does_not_know_is_ignored(lab: Lab) {
        let app = App::new(&lab).await;
        let back = app.sign_in(&mut Browser::new(&lab), &app.authorize(&[
            ("request", "eyJhbGciOiJub25lIn0.e30."), ("request_uri", "https://evil.example/request"),
            ("response_mode", "form_post"), ("display", "popup"), ("claims", "{"), ("id_token_hint", "x"),
        ])).await;
        assert!(answer(&back).contains_key("code"), "{back}");
        assert!(!answer(&back).contains_key("iss"), "{back}");
    }
}

fn session_cookie(app: &App) -> String {
    format!("cognito-{}", app.pool.id.split_once('_').unwrap().1)
}
