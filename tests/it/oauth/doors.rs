//! The doors of a pool: the server's own address with and without its id, its prefix, and its own domain.

use poolhouse_tests::browser::{Browser, answer, location};
use poolhouse_tests::scenario;
use serde_json::json;

use super::app::{App, CALLBACK, assert_refused};
use super::post_form;

const CERTIFICATE: &str = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";

/// The pool's domains: a prefix, and a name that nobody else has.
async fn domains(app: &App) -> [String; 3] {
    let number = app.lab.account_id();
    let (prefix, own) = (format!("door-{number}"), format!("door-{number}.example.com"));
    let config = json!({ "CertificateArn": CERTIFICATE });
    app.pool
        .call("CreateUserPoolDomain", json!({ "Domain": prefix }))
        .await
        .ok();
    app.pool
        .call(
            "CreateUserPoolDomain",
            json!({ "Domain": own, "CustomDomainConfig": config }),
        )
        .await
        .ok();
    [
        format!("http://{prefix}.auth.localhost:7665"),
        format!("http://{prefix}.auth.us-east-1.amazoncognito.com"),
        format!("http://{own}"),
    ]
}

scenario! {
    async fn users_sign_in_at_every_door(lab: Lab) {
        let app = App::new(&lab).await;
        let mut doors = vec!["http://localhost:7665".to_owned(), format!("http://localhost:7665/{}", app.pool.id)];
        doors.extend(domains(&app).await);
        for door in &doors {
            let mut browser = Browser::new(&lab);
            let address = format!("{door}/oauth2/authorize?{}", app.query(&[]));
            let reply = browser.visit(&address).await;
            let base = door.strip_prefix("http://localhost:7665").unwrap_or_default();
            assert!(reply.header("location").starts_with(&format!("{base}/login?")), "{door}");
            let back = app.sign_in(&mut browser, &address).await;
            assert!(back.as_str().starts_with(&format!("{CALLBACK}?code=")), "{door}: {back}");
            let again = location(&browser.visit(&address).await);
            assert!(answer(&again).contains_key("code"), "{door}");
            app.redeem(&answer(&back)["code"], &[]).await.ok();
        }
    }

    async fn a_session_is_of_one_host(lab: Lab) {
        let app = App::new(&lab).await;
        let [prefix, _, own] = domains(&app).await;
        let mut browser = Browser::new(&lab);
        let query = app.query(&[("prompt", "login")]);
        app.sign_in(&mut browser, &format!("{prefix}/oauth2/authorize?{query}")).await;
        assert!(browser.cookie("cognito").is_some());
        let query = app.query(&[("prompt", "none")]);
        let back = location(&browser.visit(&format!("{prefix}/oauth2/authorize?{query}")).await);
        assert!(answer(&back).contains_key("code"), "{back}");
        let back = location(&browser.visit(&format!("{own}/oauth2/authorize?{query}")).await);
        assert_eq!(answer(&back)["error"], "login_required");
    }

    async fn at_a_pools_door_clients_of_other_pools_are_unknown(lab: Lab) {
        let (app, stranger) = (App::new(&lab).await, App::new(&lab).await);
        let mut doors = vec![format!("http://localhost:7665/{}", app.pool.id)];
        doors.extend(domains(&app).await);
        for door in &doors {
            let mut browser = Browser::new(&lab);
            let reply = browser.visit(&format!("{door}/oauth2/authorize?{}", stranger.query(&[]))).await;
            assert!(reply.header("location").ends_with("/error?error=Client+does+not+exist"), "{door}");
            let reply = browser.visit(&format!("{door}/login?{}", stranger.query(&[]))).await;
            assert!(reply.header("location").ends_with("/error?error=Client+does+not+exist"), "{door}");
            let fields = [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", &*stranger.client.id)];
            let reply = browser.post(&format!("{door}/oauth2/token"), &fields).await;
            assert_refused(&reply, "invalid_client", None);
        }
    }

    async fn a_code_of_one_pool_is_worth_nothing_at_another(lab: Lab) {
        let (app, stranger) = (App::new(&lab).await, App::new(&lab).await);
        let code = app.code(&[]).await;
        assert_refused(&stranger.redeem(&code, &[]).await, "invalid_grant", None);
        let fields = [
            ("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK),
            ("client_id", &*app.client.id),
        ];
        assert_refused(&post_form(&lab, &stranger.path("/oauth2/token"), &fields).await, "invalid_client", None);
        post_form(&lab, "/oauth2/token", &fields).await.ok();
    }

    async fn a_session_of_one_pool_opens_no_other(lab: Lab) {
        let (app, stranger) = (App::new(&lab).await, App::new(&lab).await);
        let mut browser = Browser::new(&lab);
        app.sign_in(&mut browser, &app.authorize(&[])).await;
        let back = stranger.authorized(&mut browser, &[("prompt", "none")]).await;
        assert_eq!(answer(&back)["error"], "login_required");
        let name = |app: &App| format!("cognito-{}", app.pool.id.split_once('_').unwrap().1);
        let value = browser.cookie(&name(&app)).unwrap().value().to_owned();
        browser.set_cookie(&name(&stranger), &value);
        let back = stranger.authorized(&mut browser, &[("prompt", "none")]).await;
        assert_eq!(answer(&back)["error"], "login_required");
    }

    async fn a_pool_that_is_not_there_has_no_door(lab: Lab) {
        let app = App::new(&lab).await;
        for id in ["us-east-1_AAAAAAAAA", "nothing", "%2e%2e", "us-east-1_%00"] {
            let reply = lab.get(&format!("/{id}/oauth2/authorize?{}", app.query(&[]))).await;
            assert_eq!(reply.status, 400, "{id}");
        }
    }
}
