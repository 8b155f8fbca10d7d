//! `/logout`.

use poolhouse_tests::browser::{Browser, answer, location};
use poolhouse_tests::scenario;
use serde_json::json;
use url::form_urlencoded;

use super::app::{App, CALLBACK, SIGNED_OUT, assert_page, token};

fn logout(app: &App, parameters: &[(&str, &str)]) -> String {
    let query: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    app.path(&format!("/logout?{query}"))
}

scenario! {
    async fn the_browser_is_signed_out_and_tokens_stay_valid(lab: Lab) {
        let app = App::new(&lab).await;
        let mut browser = Browser::new(&lab);
        let back = app.sign_in(&mut browser, &app.authorize(&[("scope", "openid")])).await;
        let tokens = app.redeem(&answer(&back)["code"], &[]).await.ok();
        let copy = browser.clone();
        let id = app.client.id.as_str();
        let reply = browser.visit(&logout(&app, &[("client_id", id), ("logout_uri", SIGNED_OUT)])).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (302, SIGNED_OUT));
        for mut browser in [browser, copy] {
            let back = app.authorized(&mut browser, &[("prompt", "none")]).await;
            assert_eq!(answer(&back)["error"], "login_required");
        }
        app.user_info(token(&tokens, "access_token")).await.ok();
    }

    async fn it_may_lead_to_the_next_sign_in(lab: Lab) {
        let app = App::new(&lab).await;
        let mut browser = Browser::new(&lab);
        app.sign_in(&mut browser, &app.authorize(&[])).await;
        let parameters = [
            ("client_id", app.client.id.as_str()), ("redirect_uri", CALLBACK), ("response_type", "code"),
            ("state", "a&b"), ("scope", "openid"),
        ];
        let next = location(&browser.visit(&logout(&app, &parameters)).await);
        assert_eq!(next.path(), app.path("/login"));
        let page = browser.open(next.as_str()).await;
        let back = app.sign_in_on(&mut browser, &page).await;
        assert_eq!(answer(&back)["state"], "a&b");
        let next = location(&browser.visit(&logout(&app, &parameters[..3])).await);
        let scopes = &answer(&next)["scope"];
        assert!(scopes.contains("openid") && scopes.contains("photos/read"), "{scopes}");
    }

    async fn nobody_is_sent_where_the_client_is_not_at_home(lab: Lab) {
        let app = App::new(&lab).await;
        let stranger = lab.pool().await.client().await;
        let mut browser = Browser::new(&lab);
        app.sign_in(&mut browser, &app.authorize(&[])).await;
        let id = app.client.id.as_str();
        for trick in [
            "https://evil.example", "https://app.example/out/", "https://app.example/out?x", "https://app.example/OUT",
            "https://app.example/out#", "http://app.example/out", "https://app.example@evil.example/out", "//evil.example",
            "https://app.example.evil.example/out", "javascript:alert(1)", "https://app.example/\tout", CALLBACK,
            "https://app.example/%6fut", "https://app.example:443/out", "https:\\\\app.example/out",
        ] {
            let reply = browser.visit(&logout(&app, &[("client_id", id), ("logout_uri", trick)])).await;
            assert_page(&app, &reply, "redirect_mismatch");
            // It takes precedence, and is not made good by another.
            let both = [("client_id", id), ("logout_uri", trick), ("redirect_uri", CALLBACK), ("response_type", "code")];
            assert_page(&app, &browser.visit(&logout(&app, &both)).await, "redirect_mismatch");
        }
        let twice = [("client_id", id), ("logout_uri", SIGNED_OUT), ("logout_uri", "https://evil.example")];
        assert_page(&app, &browser.visit(&logout(&app, &twice)).await, "redirect_mismatch");
        let unregistered = [("client_id", id), ("redirect_uri", SIGNED_OUT)];
        assert_page(&app, &browser.visit(&logout(&app, &unregistered)).await, "redirect_mismatch");
        for (parameters, error) in [
            (vec![], "Required parameters missing"),
            (vec![("client_id", id)], "Required parameters missing"),
            (vec![("logout_uri", SIGNED_OUT)], "Required parameters missing"),
            (vec![("client_id", "unknown"), ("logout_uri", SIGNED_OUT)], "Client does not exist"),
            (vec![("client_id", &*stranger.id), ("logout_uri", SIGNED_OUT)], "Client does not exist"),
        ] {
            assert_page(&app, &browser.visit(&logout(&app, &parameters)).await, error);
        }
        assert_eq!(browser.post(&logout(&app, &[]), &[]).await.status, 405);
        // Nothing of that signed anybody out.
        assert!(answer(&app.authorized(&mut browser, &[("prompt", "none")]).await).contains_key("code"));
        let plain = app.another(json!({ "LogoutURLs": [] })).await;
        let reply = browser.visit(&logout(&plain, &[("client_id", &plain.client.id), ("logout_uri", SIGNED_OUT)])).await;
        assert_page(&plain, &reply, "redirect_mismatch");
    }
}
