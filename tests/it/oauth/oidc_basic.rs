//! The modules of the OpenID Foundation's basic certification plan, one by one and by their names, in a strict pool.

use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use jsonwebtoken::decode_header;
use poolhouse_domain::Clock;
use poolhouse_tests::browser::{Browser, answer, attribute_of, location};
use poolhouse_tests::clock::{minutes, seconds};
use poolhouse_tests::lab::{Lab, PUBLIC_HOST};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::app::{App, CALLBACK, CHALLENGE, VERIFIER, assert_page, assert_refused, basic, token};
use super::post_form;

const CODE: (&str, &str) = ("response_type", "code");

/// The tokens of a code flow and the claims of its id token, with what OpenID Connect asks of them.
async fn flow(app: &App, parameters: &[(&str, &str)]) -> (Value, Value) {
    let all: Vec<_> = [("scope", "openid"), ("nonce", "n"), ("state", "s")]
        .iter()
        .chain(parameters)
        .copied()
        .collect();
    let back = app.sign_in(&mut Browser::new(&app.lab), &app.authorize(&all)).await;
    finish(app, &back).await
}

async fn finish(app: &App, back: &url::Url) -> (Value, Value) {
    let answer = answer(back);
    assert_eq!(answer["iss"], app.pool.issuer());
    assert_eq!(answer["state"], "s");
    let output = app.redeem(&answer["code"], &[]).await.ok();
    let claims = app.pool.verify(token(&output, "id_token")).await;
    let now = app.lab.clock.now().seconds();
    assert_eq!(claims["iss"], app.pool.issuer());
    assert_eq!(
        (&claims["aud"], &claims["azp"]),
        (&json!(app.client.id), &json!(app.client.id))
    );
    assert_eq!(claims["iat"], now);
    assert!(claims["exp"].as_i64().unwrap() > now);
    assert!(claims["auth_time"].as_i64().unwrap() <= now);
    assert_eq!(claims["sub"], *app.alice.sub);
    (output, claims)
}

/// A request with one parameter besides those that every request has.
fn with<'a>(parameter: (&'a str, &'a str)) -> Vec<(&'a str, &'a str)> {
    vec![("scope", "openid"), ("state", "s"), parameter]
}

/// A browser in which alice signed in two seconds ago, the tokens of that, and the claims of the id token.
async fn signed_in(app: &App) -> (Browser, Value, Value) {
    let mut browser = Browser::new(&app.lab);
    let back = app.sign_in(&mut browser, &app.authorize(&with(CODE))).await;
    let (output, claims) = finish(app, &back).await;
    app.lab.clock.advance(seconds(2));
    (browser, output, claims)
}

async fn user_info(app: &App, scope: &str) -> Value {
    let (output, _) = flow(app, &[("scope", scope)]).await;
    app.user_info(token(&output, "access_token")).await.ok()
}

/// The error that the client is told of, which is answered by the issuer with the state.
async fn error(app: &App, browser: &mut Browser, parameters: &[(&str, &str)]) -> String {
    let all: Vec<_> = [("scope", "openid"), ("state", "s")]
        .iter()
        .chain(parameters)
        .copied()
        .collect();
    let mut answer = answer(&app.authorized(browser, &all).await);
    assert_eq!((&*answer["state"], answer["iss"].clone()), ("s", app.pool.issuer()));
    assert!(answer.contains_key("error_description"));
    answer.remove("error").unwrap()
}

/// Whether a new browser is shown the sign-in page, and comes back with a code.
async fn succeeds(lab: &Lab, parameters: &[(&str, &str)]) {
    let app = App::strict(lab).await;
    flow(&app, parameters).await;
}

scenario! {
    async fn server(lab: Lab) {
        let app = App::strict(&lab).await;
        let (output, claims) = flow(&app, &[CODE]).await;
        assert_eq!((&output["token_type"], &claims["nonce"]), (&json!("Bearer"), &json!("n")));
        let access = app.pool.verify(token(&output, "access_token")).await;
        assert_eq!(access["aud"], *app.client.id);
    }

    async fn response_type_missing(lab: Lab) {
        let app = App::strict(&lab).await;
        assert_eq!(error(&app, &mut Browser::new(&lab), &[("response_type", "")]).await, "invalid_request");
    }

    async fn id_token_signature(lab: Lab) {
        let app = App::strict(&lab).await;
        let (output, _) = flow(&app, &[]).await;
        let header = decode_header(token(&output, "id_token")).unwrap();
        assert_eq!(header.alg, jsonwebtoken::Algorithm::RS256);
        let keys = lab.get(&app.path("/.well-known/jwks.json")).await.ok();
        let kid = json!(header.kid.unwrap());
        assert_eq!(keys["keys"].as_array().unwrap().iter().filter(|key| key["kid"] == kid).count(), 1);
    }

    async fn id_token_unsigned(lab: Lab) {
        let app = App::strict(&lab).await;
        let document = lab.get(&app.path("/.well-known/openid-configuration")).await.ok();
        assert_eq!(document["id_token_signing_alg_values_supported"], json!(["RS256"]));
    }

    async fn userinfo_get(lab: Lab) {
        let app = App::strict(&lab).await;
        assert_eq!(user_info(&app, "openid").await, json!({ "sub": app.alice.sub }));
    }

    async fn userinfo_post_header(lab: Lab) {
        let app = App::strict(&lab).await;
        let (output, _) = flow(&app, &[]).await;
        let header = format!("Bearer {}", token(&output, "access_token"));
        let reply = app.post_as("/oauth2/userInfo", &header, &[]).await;
        assert_eq!(reply.ok(), json!({ "sub": app.alice.sub }));
    }

    async fn userinfo_post_body(lab: Lab) {
        let app = App::strict(&lab).await;
        let (output, _) = flow(&app, &[]).await;
        let fields = [("access_token", token(&output, "access_token"))];
        let reply = post_form(&lab, &app.path("/oauth2/userInfo"), &fields).await;
        assert_eq!(reply.ok(), json!({ "sub": app.alice.sub }));
        let request = Request::post(app.path("/oauth2/userInfo")).header(HOST, PUBLIC_HOST)
            .header(AUTHORIZATION, format!("Bearer {}", fields[0].1))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let both = lab.send(request.body(format!("access_token={}", fields[0].1).into_bytes()).unwrap()).await;
        assert_eq!(both.status, 400);
    }

    async fn ensure_request_without_nonce_succeeds_for_code_flow(lab: Lab) {
        let app = App::strict(&lab).await;
        let (_, claims) = flow(&app, &[("nonce", "")]).await;
        assert_eq!(claims.get("nonce"), None);
    }

    async fn scope_profile(lab: Lab) {
        let app = App::strict(&lab).await;
        let expected = json!({ "sub": app.alice.sub, "name": "Alice", "updated_at": 1_700_000_000 });
        assert_eq!(user_info(&app, "openid profile").await, expected);
    }

    async fn scope_email(lab: Lab) {
        let app = App::strict(&lab).await;
        let expected = json!({ "sub": app.alice.sub, "email": "alice@example.com", "email_verified": true });
        assert_eq!(user_info(&app, "openid email").await, expected);
    }

    // Pools have no such scope, and don't offer it.
    async fn scope_address(lab: Lab) {
        let app = App::strict(&lab).await;
        let scope = [("scope", "openid address")];
        assert_eq!(error(&app, &mut Browser::new(&lab), &scope).await, "invalid_scope");
        let document = lab.get(&app.path("/.well-known/openid-configuration")).await.ok();
        assert_eq!(document["scopes_supported"], json!(["openid", "email", "phone", "profile"]));
    }

    async fn scope_phone(lab: Lab) {
        let app = App::strict(&lab).await;
        let verified = json!({ "UserAttributes": [{ "Name": "phone_number_verified", "Value": "false" }] });
        app.alice.admin_call("AdminUpdateUserAttributes", verified).await.ok();
        let claims = user_info(&app, "openid phone").await;
        assert_eq!((&claims["phone_number"], &claims["phone_number_verified"]), (&json!("+12025550123"), &json!(false)));
    }

    async fn scope_all(lab: Lab) {
        let app = App::strict(&lab).await;
        let claims = user_info(&app, "openid profile email phone").await;
        for name in ["sub", "name", "updated_at", "email", "email_verified", "phone_number"] {
            assert!(claims.get(name).is_some(), "{name}");
        }
    }

    async fn alternate_happy_flow(lab: Lab) {
        let app = App::strict(&lab).await;
        let code = app.code(&[("scope", "openid"), ("state", ""), ("nonce", "")]).await;
        let header = basic(&app.client.id, app.client.secret.as_deref().unwrap());
        let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
        app.post_as("/oauth2/token", &header, &fields).await.ok();
    }

    async fn display_page(lab: Lab) { succeeds(&lab, &[("display", "page")]).await; }

    async fn display_popup(lab: Lab) { succeeds(&lab, &[("display", "popup")]).await; }

    async fn prompt_login(lab: Lab) {
        let app = App::strict(&lab).await;
        let (mut browser, _, first) = signed_in(&app).await;
        let back = app.sign_in(&mut browser, &app.authorize(&with(("prompt", "login")))).await;
        let (_, second) = finish(&app, &back).await;
        assert!(second["auth_time"].as_i64() > first["auth_time"].as_i64());
    }

    async fn prompt_none_not_logged_in(lab: Lab) {
        let app = App::strict(&lab).await;
        assert_eq!(error(&app, &mut Browser::new(&lab), &[("prompt", "none")]).await, "login_required");
    }

    async fn prompt_none_logged_in(lab: Lab) {
        let app = App::strict(&lab).await;
        let (mut browser, _, first) = signed_in(&app).await;
        let back = app.authorized(&mut browser, &with(("prompt", "none"))).await;
        let (_, second) = finish(&app, &back).await;
        assert_eq!((&first["auth_time"], &first["sub"]), (&second["auth_time"], &second["sub"]));
    }

    async fn max_age_1(lab: Lab) {
        let app = App::strict(&lab).await;
        let (mut browser, _, first) = signed_in(&app).await;
        let back = app.sign_in(&mut browser, &app.authorize(&with(("max_age", "1")))).await;
        let (_, second) = finish(&app, &back).await;
        assert!(second["auth_time"].as_i64() > first["auth_time"].as_i64());
    }

    async fn max_age_10000(lab: Lab) {
        let app = App::strict(&lab).await;
        let (mut browser, _, first) = signed_in(&app).await;
        let back = app.authorized(&mut browser, &with(("max_age", "10000"))).await;
        let (_, second) = finish(&app, &back).await;
        assert_eq!(first["auth_time"], second["auth_time"]);
    }

    async fn ensure_request_with_unknown_parameter_succeeds(lab: Lab) { succeeds(&lab, &[("extra", "foobar")]).await; }

    async fn id_token_hint(lab: Lab) {
        let app = App::strict(&lab).await;
        let (mut browser, output, _) = signed_in(&app).await;
        let mut silent = with(("prompt", "none"));
        silent.push(("id_token_hint", token(&output, "id_token")));
        finish(&app, &app.authorized(&mut browser, &silent).await).await;
    }

    async fn login_hint(lab: Lab) {
        let app = App::strict(&lab).await;
        let page = Browser::new(&lab).open(&app.authorize(&[("login_hint", "alice")])).await;
        assert_eq!(attribute_of(&page, "input[name=username]", "value").as_deref(), Some("alice"));
        succeeds(&lab, &[("login_hint", "alice")]).await;
    }

    async fn ui_locales(lab: Lab) {
        let app = App::strict(&lab).await;
        let page = Browser::new(&lab).open(&app.authorize(&[("ui_locales", "xx fr en")])).await;
        assert_eq!(attribute_of(&page, "html", "lang").as_deref(), Some("fr"));
        succeeds(&lab, &[("ui_locales", "se")]).await;
    }

    async fn claims_locales(lab: Lab) { succeeds(&lab, &[("claims_locales", "se")]).await; }

    async fn ensure_request_with_acr_values_succeeds(lab: Lab) { succeeds(&lab, &[("acr_values", "1 2")]).await; }

    async fn codes_reused(lab: Lab) {
        let app = App::strict(&lab).await;
        let code = app.code(&[("scope", "openid")]).await;
        let output = app.redeem(&code, &[]).await.ok();
        let reply = app.redeem(&code, &[]).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (400, &json!("invalid_grant")));
        assert_eq!(app.user_info(token(&output, "access_token")).await.status, 401);
    }

    async fn codes_reused_after_30_seconds(lab: Lab) {
        let app = App::strict(&lab).await;
        let code = app.code(&[("scope", "openid")]).await;
        let output = app.redeem(&code, &[]).await.ok();
        lab.clock.advance(seconds(30));
        assert_eq!(app.redeem(&code, &[]).await.json()["error"], "invalid_grant");
        assert_eq!(app.user_info(token(&output, "access_token")).await.status, 401);
    }

    async fn ensure_registered_redirect_uri(lab: Lab) {
        let app = App::strict(&lab).await;
        let reply = lab.get(&app.authorize(&[("redirect_uri", "https://app.example/other")])).await;
        assert_page(&app, &reply, "redirect_mismatch");
    }

    async fn ensure_post_request_succeeds(lab: Lab) {
        let app = App::strict(&lab).await;
        let mut browser = Browser::new(&lab);
        let fields = [
            CODE, ("client_id", app.client.id.as_str()), ("redirect_uri", CALLBACK), ("scope", "openid"), ("state", "s"),
        ];
        let reply = browser.post(&app.path("/oauth2/authorize"), &fields).await;
        assert_eq!((reply.status.as_u16(), location(&reply).path()), (303, &*app.path("/login")));
        let page = browser.follow(reply).await;
        let back = app.sign_in_on(&mut browser, &page).await;
        finish(&app, &back).await;
    }

    async fn server_test_client_secret_post(lab: Lab) {
        let app = App::strict(&lab).await;
        let fields = [
            ("grant_type", "authorization_code"), ("code", &*app.code(&[("scope", "openid")]).await),
            ("redirect_uri", CALLBACK), ("client_id", &*app.client.id),
            ("client_secret", app.client.secret.as_deref().unwrap()),
        ];
        post_form(&lab, &app.path("/oauth2/token"), &fields).await.ok();
    }

    async fn request_uri_unsigned_is_rejected(lab: Lab) {
        let app = App::strict(&lab).await;
        let parameter = [("request_uri", "https://app.example/request.jwt")];
        assert_eq!(error(&app, &mut Browser::new(&lab), &parameter).await, "request_uri_not_supported");
    }

    async fn unsigned_request_object_is_rejected(lab: Lab) {
        let app = App::strict(&lab).await;
        let parameter = [("request", "eyJhbGciOiJub25lIn0.eyJzdGF0ZSI6InMifQ.")];
        assert_eq!(error(&app, &mut Browser::new(&lab), &parameter).await, "request_not_supported");
    }

    async fn claims_essential(lab: Lab) {
        let app = App::strict(&lab).await;
        let claims = r#"{"userinfo":{"name":{"essential":true},"address":null},"id_token":{"email":null}}"#;
        let (output, id) = flow(&app, &[("claims", claims)]).await;
        assert_eq!((id["email"].as_str(), id.get("name")), (Some("alice@example.com"), None));
        let expected = json!({ "sub": app.alice.sub, "name": "Alice", "address": { "formatted": "1 High Street" } });
        assert_eq!(app.user_info(token(&output, "access_token")).await.ok(), expected);
        let refreshed = app.refresh(token(&output, "refresh_token"), &[]).await.ok();
        assert_eq!(app.user_info(token(&refreshed, "access_token")).await.ok(), expected);
    }

    // The object could name another address: it isn't looked at.
    async fn ensure_request_object_with_redirect_uri(lab: Lab) {
        let app = App::strict(&lab).await;
        let object = "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aWwuZXhhbXBsZSJ9.";
        let parameters = [("request", object)];
        assert_eq!(error(&app, &mut Browser::new(&lab), &parameters).await, "request_not_supported");
        let reply = lab.get(&app.authorize(&[("request", object), ("redirect_uri", "https://evil.example")])).await;
        assert_page(&app, &reply, "redirect_mismatch");
    }

    async fn refresh_token(lab: Lab) {
        let app = App::strict(&lab).await;
        let (output, first) = flow(&app, &[("scope", "openid email")]).await;
        lab.clock.advance(minutes(1));
        let refreshed = app.refresh(token(&output, "refresh_token"), &[]).await.ok();
        let second = app.pool.verify(token(&refreshed, "id_token")).await;
        for kept in ["iss", "sub", "aud", "azp", "auth_time", "nonce"] {
            assert_eq!(first.get(kept), second.get(kept), "{kept}");
        }
        assert!(second["iat"].as_i64() > first["iat"].as_i64());
        app.user_info(token(&refreshed, "access_token")).await.ok();
        let other = app.another(json!({ "GenerateSecret": true })).await;
        let reply = other.refresh(token(&output, "refresh_token"), &[]).await;
        assert_refused(&reply, "invalid_grant", Some("The grant is unknown, used, expired, revoked, or of another client."));
    }

    async fn ensure_request_with_valid_pkce_succeeds(lab: Lab) {
        let app = App::strict(&lab).await;
        let code = app.code(&[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]).await;
        app.redeem(&code, &[("code_verifier", VERIFIER)]).await.ok();
    }
}
