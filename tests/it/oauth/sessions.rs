//! The browser's session: single sign-on, how long it lasts, what ends it, and its cookies.

use axum_extra::extract::cookie::SameSite;
use poolhouse_domain::Clock;
use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::browser::{Browser, Form, answer, location};
use poolhouse_tests::clock::{minutes, seconds};
use poolhouse_tests::scenario;
use serde_json::json;
use time::Duration;

use super::app::{App, token};

fn cookie_name(app: &App, prefix: &str) -> String {
    format!("{prefix}cognito-{}", app.pool.id.split_once('_').unwrap().1)
}

async fn is_signed_in(app: &App, browser: &mut Browser) -> bool {
    answer(&app.authorized(browser, &[("prompt", "none")]).await).contains_key("code")
}

scenario! {
    async fn a_second_client_needs_no_second_sign_in(lab: Lab) {
        let app = App::new(&lab).await;
        let other = app.another(json!({})).await;
        let mut browser = Browser::new(&lab);
        app.sign_in(&mut browser, &app.authorize(&[])).await;
        let began = lab.clock.now().seconds();
        lab.clock.advance(minutes(10));
        let back = other.authorized(&mut browser, &[("scope", "openid")]).await;
        let tokens = other.redeem(&answer(&back)["code"], &[]).await.ok();
        let claims = app.pool.verify(token(&tokens, "id_token")).await;
        assert_eq!((&claims["auth_time"], &claims["aud"]), (&json!(began), &json!(other.client.id)));
        assert_ne!(claims["iat"], json!(began));
    }

    async fn it_lasts_an_hour_from_the_sign_in_however_it_is_used(lab: Lab) {
        let app = App::new(&lab).await;
        let mut browser = Browser::new(&lab);
        app.sign_in(&mut browser, &app.authorize(&[])).await;
        for _ in 0..2 {
            lab.clock.advance(minutes(29));
            assert!(is_signed_in(&app, &mut browser).await);
        }
        lab.clock.advance(seconds(2 * 60 - 1));
        assert!(is_signed_in(&app, &mut browser).await);
        lab.clock.advance(seconds(1));
        assert!(!is_signed_in(&app, &mut browser).await);
    }

    async fn another_password_and_a_disabled_user_end_it(lab: Lab) {
        let app = App::new(&lab).await;
        let mut browser = Browser::new(&lab);
        app.sign_in(&mut browser, &app.authorize(&[])).await;
        app.alice.admin_call("AdminDisableUser", json!({})).await.ok();
        assert!(!is_signed_in(&app, &mut browser).await);
        app.alice.admin_call("AdminEnableUser", json!({})).await.ok();
        lab.clock.advance(seconds(1));
        let password = json!({ "Password": PASSWORD, "Permanent": true });
        app.alice.admin_call("AdminSetUserPassword", password).await.ok();
        assert!(!is_signed_in(&app, &mut browser).await);
        app.sign_in(&mut browser, &app.authorize(&[])).await;
        app.alice.admin_call("AdminDeleteUser", json!({})).await.ok();
        assert!(!is_signed_in(&app, &mut browser).await);
    }

    async fn a_cookie_that_was_there_before_is_not_taken_over(lab: Lab) {
        let app = App::new(&lab).await;
        let mut attacker = Browser::new(&lab);
        app.sign_in(&mut attacker, &app.authorize(&[])).await;
        let name = cookie_name(&app, "");
        let planted = attacker.cookie(&name).unwrap().value().to_owned();
        for value in [planted.as_str(), "x", &"a".repeat(32)] {
            let mut victim = Browser::new(&lab);
            victim.open(&app.authorize(&[("prompt", "login")])).await;
            victim.set_cookie(&name, value);
            app.sign_in(&mut victim, &app.authorize(&[("prompt", "login")])).await;
            assert_ne!(victim.cookie(&name).unwrap().value(), value);
        }
        let mut stranger = Browser::new(&lab);
        stranger.open(&app.authorize(&[])).await;
        for value in ["", "x", &"a".repeat(32), &planted.to_lowercase()] {
            stranger.set_cookie(&name, value);
            assert!(!is_signed_in(&app, &mut stranger).await, "{value}");
        }
    }

    async fn forms_of_other_sites_are_not_taken(lab: Lab) {
        let app = App::new(&lab).await;
        let mut browser = Browser::new(&lab);
        let page = browser.open(&app.authorize(&[])).await;
        let form = Form::of(&page, "cognitoSignInForm").with("username", "alice").with("password", PASSWORD);
        let mut strange = Browser::new(&lab);
        for (browser, form) in [
            (&mut strange, form.clone()),
            (&mut browser.clone(), form.clone().with("_csrf", "")),
            (&mut browser.clone(), form.clone().with("_csrf", "x")),
        ] {
            let reply = browser.submit(&form).await;
            assert_eq!(reply.status, 403, "{}", reply.text());
            assert!(browser.cookie(&cookie_name(&app, "")).is_none());
        }
        let reply = browser.submit(&form).await;
        assert_eq!(reply.status, 303);
        assert!(answer(&location(&reply)).contains_key("code"));
        // The value of a sign-in that is over is worth nothing.
        assert_eq!(browser.submit(&form).await.status, 403);
    }

    async fn the_cookie_of_a_developer_is_for_this_host_and_no_script(lab: Lab) {
        let app = App::new(&lab).await;
        let mut browser = Browser::new(&lab);
        app.sign_in(&mut browser, &app.authorize(&[])).await;
        let cookie = browser.cookie(&cookie_name(&app, "")).unwrap();
        assert_eq!((cookie.http_only(), cookie.secure(), cookie.domain()), (Some(true), None, None));
        assert_eq!((cookie.path(), cookie.same_site()), (Some("/"), Some(SameSite::Lax)));
        assert_eq!(cookie.max_age(), Some(Duration::hours(1)));
        assert!(cookie.value().len() >= 32);
    }

    production async fn cookies_in_production_are_held_to_their_host_and_to_https(lab: Lab) {
        let app = App::new(&lab).await;
        let mut browser = Browser::new(&lab);
        let page = browser.open(&app.authorize(&[])).await;
        assert_eq!(page.header("strict-transport-security"), "max-age=31536000 ; includeSubDomains");
        app.sign_in_on(&mut browser, &page).await;
        let cookie = browser.cookie(&cookie_name(&app, "__Host-")).unwrap();
        assert_eq!((cookie.http_only(), cookie.secure(), cookie.domain()), (Some(true), Some(true), None));
        assert_eq!((cookie.path(), cookie.same_site()), (Some("/"), Some(SameSite::Lax)));
        // Without the prefix anybody could have set it.
        let value = cookie.value().to_owned();
        let mut other = Browser::new(&lab);
        other.open(&app.authorize(&[])).await;
        other.set_cookie(&cookie_name(&app, ""), &value);
        assert!(!is_signed_in(&app, &mut other).await);
        assert!(is_signed_in(&app, &mut browser).await);
    }
}
