//! What a strict pool does otherwise than Cognito, besides what the certification asks.

use http::Request;
use http::header::HOST;
use poolhouse_tests::browser::{Browser, Form, answer};
use poolhouse_tests::lab::PUBLIC_HOST;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::app::{App, CALLBACK, CHALLENGE, VERIFIER, assert_refused, basic, token};
use super::{define, post_form};

const GRANT: Option<&str> = Some("The grant is unknown, used, expired, revoked, or of another client.");
const SCOPE: Option<&str> = Some("A requested scope is unknown or not allowed.");

#[track_caller]
fn assert_unproved(reply: &Reply, description: &str) {
    assert_eq!(reply.status, 401, "{}", reply.text());
    assert_eq!(reply.header("www-authenticate"), r#"Basic realm="token""#);
    assert_eq!(
        reply.json(),
        json!({ "error": "invalid_client", "error_description": description })
    );
}

scenario! {
    async fn the_tag_alone_makes_a_pool_strict(lab: Lab) {
        for (tags, strict) in [
            (json!({ "oidc_strict": "true" }), true),
            (json!({ "oidc_strict": "false" }), false),
            (json!({ "OIDC_STRICT": "true" }), false),
            (json!({}), false),
        ] {
            let pool = lab.pool_with(json!({ "UserPoolTags": tags })).await;
            let document = lab.get(&format!("/{}/.well-known/openid-configuration", pool.id)).await.ok();
            assert_eq!(document.get("claims_supported").is_some(), strict, "{tags}");
        }
    }

    async fn discovery_says_all_that_there_is(lab: Lab) {
        let app = App::strict(&lab).await;
        let document = lab.get(&app.path("/.well-known/openid-configuration")).await.ok();
        for (name, value) in [
            ("authorization_response_iss_parameter_supported", json!(true)),
            ("claims_parameter_supported", json!(true)),
            ("code_challenge_methods_supported", json!(["S256"])),
            ("grant_types_supported", json!(["authorization_code", "implicit", "refresh_token", "client_credentials"])),
            ("prompt_values_supported", json!(["none", "login", "select_account"])),
            ("request_parameter_supported", json!(false)),
            ("request_uri_parameter_supported", json!(false)),
            ("response_modes_supported", json!(["query", "fragment"])),
            ("response_types_supported", json!(["code", "token"])),
            ("token_endpoint_auth_methods_supported", json!(["client_secret_basic", "client_secret_post", "none"])),
            ("end_session_endpoint", json!(format!("{}/logout", app.pool.issuer()))),
            ("issuer", json!(app.pool.issuer())),
        ] {
            assert_eq!(document[name], value, "{name}");
        }
        assert_eq!(document["ui_locales_supported"].as_array().unwrap().len(), 12);
        let claims: Vec<&str> = document["claims_supported"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(["sub", "auth_time", "email", "address", "name", "updated_at"].iter().all(|name| claims.contains(name)));
    }

    async fn public_clients_have_to_use_pkce(lab: Lab) {
        let app = App::strict(&lab).await.another(json!({})).await;
        let answered = answer(&app.authorized(&mut Browser::new(&lab), &[("state", "s")]).await);
        assert_eq!((&*answered["error"], &*answered["error_description"]), ("invalid_request", "code_challenge is required."));
        let challenge = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
        app.redeem(&app.code(&challenge).await, &[("code_verifier", VERIFIER)]).await.ok();
    }

    async fn refusals_are_described_and_name_their_issuer(lab: Lab) {
        let app = App::strict(&lab).await;
        for (parameter, error, description) in [
            (("scope", "openid unknown"), "invalid_scope", SCOPE.unwrap()),
            (("response_type", "id_token"), "unsupported_response_type", "The response_type is not supported."),
            (("response_mode", "form_post"), "invalid_request", "The response_mode is not supported."),
            (("response_mode", "fragment"), "invalid_request", "The response_mode is not supported."),
            (("claims", "{"), "invalid_request", "claims is malformed."),
            (("registration", "{}"), "registration_not_supported", "The parameter registration is not supported."),
            (("max_age", "x"), "invalid_request", "A parameter is missing, malformed or given more than once."),
            (("prompt", "none"), "login_required", "The user has to sign in."),
        ] {
            let mut answer = answer(&app.authorized(&mut Browser::new(&lab), &[parameter, ("state", "s")]).await);
            assert_eq!(answer.remove("iss"), Some(app.pool.issuer()), "{parameter:?}");
            assert_eq!((&*answer["error"], &*answer["error_description"], &*answer["state"]), (error, description, "s"));
        }
    }

    async fn a_client_that_fails_to_prove_itself_is_asked_for_http_basic(lab: Lab) {
        let app = App::strict(&lab).await;
        let fields = [("grant_type", "refresh_token"), ("refresh_token", "x")];
        for path in ["/oauth2/token", "/oauth2/revoke"] {
            let reply = app.post_as(path, &basic(&app.client.id, "wrong"), &fields).await;
            assert_unproved(&reply, "invalid_client_secret");
            let reply = app.post_as(path, &basic("unknown", "wrong"), &fields).await;
            assert_unproved(&reply, "The client is unknown or has not proved who it is.");
        }
    }

    async fn the_token_endpoint_speaks_as_the_standard_does(lab: Lab) {
        let app = App::strict(&lab).await;
        let code = app.code(&[("scope", "openid")]).await;
        assert_refused(&app.redeem("x", &[]).await, "invalid_grant", GRANT);
        assert_refused(&app.redeem(&code, &[("redirect_uri", "https://app.example/x")]).await, "invalid_grant", GRANT);
        let reply = app.post("/oauth2/token", &[("grant_type", "password")]).await;
        assert_refused(&reply, "unsupported_grant_type", Some("The grant_type is not supported."));
        let reply = app.post("/oauth2/token", &[("grant_type", "client_credentials")]).await;
        assert_refused(&reply, "unauthorized_client", Some("The client may not use this grant_type."));
        let secret = app.client.secret.as_deref().unwrap();
        let path = app.path(&format!("/oauth2/token?client_id={}&client_secret={secret}", app.client.id));
        let fields = [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", CALLBACK)];
        let reply = post_form(&lab, &path, &fields).await;
        assert_refused(&reply, "invalid_request", Some("client_id is missing."));
        app.redeem(&code, &[]).await.ok();
    }

    async fn a_machine_that_asks_for_a_scope_of_others_is_told_invalid_scope(lab: Lab) {
        let app = App::strict(&lab).await;
        define(&app.pool, "mail", &["send"]).await;
        let machine = json!({
            "GenerateSecret": true, "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthScopes": ["photos/read"],
        });
        let machine = App { client: app.pool.client_with(machine).await, ..app };
        for scope in ["mail/send", "unknown/x"] {
            let reply = machine.post("/oauth2/token", &[("grant_type", "client_credentials"), ("scope", scope)]).await;
            assert_refused(&reply, "invalid_scope", SCOPE);
        }
    }

    async fn a_refresh_can_ask_for_less_and_never_for_more(lab: Lab) {
        let app = App::strict(&lab).await;
        let tokens = app.tokens(&[("scope", "openid email photos/read")]).await;
        let refresh = token(&tokens, "refresh_token");
        let output = app.refresh(refresh, &[("scope", "photos/read")]).await.ok();
        assert_eq!(app.pool.verify(token(&output, "access_token")).await["scope"], "photos/read");
        assert_eq!(output.get("id_token"), None);
        for more in ["openid phone", "photos/write", "openid email photos/read profile"] {
            assert_refused(&app.refresh(refresh, &[("scope", more)]).await, "invalid_scope", SCOPE);
        }
        let output = app.refresh(refresh, &[]).await.ok();
        assert_eq!(app.pool.verify(token(&output, "access_token")).await["scope"], "openid email photos/read");
    }

    async fn userinfo_asks_for_a_bearer_by_its_scheme(lab: Lab) {
        let app = App::strict(&lab).await;
        let request = Request::get(app.path("/oauth2/userInfo")).header(HOST, PUBLIC_HOST);
        let reply = lab.send(request.body(Vec::new()).unwrap()).await;
        assert_eq!((reply.status.as_u16(), reply.header("www-authenticate"), reply.body.len()), (401, "Bearer", 0));
        let reply = app.user_info("x").await;
        assert_eq!(reply.status, 401);
        assert!(reply.header("www-authenticate").starts_with(r#"Bearer error="invalid_token", "#));
    }

    async fn the_user_who_is_asked_for_is_the_one_who_signs_in(lab: Lab) {
        let app = App::strict(&lab).await;
        let tokens = app.tokens(&[("scope", "openid")]).await;
        let bob = app.client.confirmed_user("bob").await;
        let hint = ("id_token_hint", token(&tokens, "id_token"));
        let sub = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, app.alice.sub);
        for asked in [hint, ("claims", sub.as_str())] {
            let mut browser = Browser::new(&lab);
            let page = browser.open(&app.authorize(&[asked])).await;
            let form = Form::of(&page, "cognitoSignInForm").with("username", "bob").with("password", &bob.password);
            let back = poolhouse_tests::browser::location(&browser.submit(&form).await);
            assert_eq!(answer(&back)["error"], "login_required");
            let back = app.authorized(&mut browser, &[asked, ("prompt", "none")]).await;
            assert_eq!(answer(&back)["error"], "login_required");
            let back = app.sign_in(&mut browser, &app.authorize(&[asked])).await;
            assert!(answer(&back).contains_key("code"));
        }
        let other = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, bob.sub);
        for (claims, hint) in [("", "x"), ("", token(&tokens, "access_token")), (&*other, hint.1)] {
            let parameters = [("claims", claims), ("id_token_hint", hint)];
            let back = app.authorized(&mut Browser::new(&lab), &parameters).await;
            assert_eq!(answer(&back)["error"], "invalid_request", "{back}");
        }
    }

    async fn claims_show_no_more_than_the_clients_scopes_would(lab: Lab) {
        let scopes = json!({ "AllowedOAuthScopes": ["openid", "email"], "GenerateSecret": true });
        let app = App::strict(&lab).await.another(scopes).await;
        let claims = r#"{"userinfo":{"name":null,"phone_number":null,"email":null},"id_token":{"name":null}}"#;
        let tokens = app.tokens(&[("scope", "openid"), ("claims", claims)]).await;
        let expected = json!({ "sub": app.alice.sub, "email": "alice@example.com" });
        assert_eq!(app.user_info(token(&tokens, "access_token")).await.ok(), expected);
        assert_eq!(app.pool.verify(token(&tokens, "id_token")).await.get("name"), None);
    }
}
