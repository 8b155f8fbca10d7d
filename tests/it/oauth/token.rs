//! `/oauth2/token`: who asks, how they prove it, and what is no request at all.

use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use poolhouse_tests::lab::PUBLIC_HOST;
use poolhouse_tests::scenario;
use serde_json::json;

use super::app::{App, CALLBACK, assert_refused, basic};
use super::post_form;

scenario! {
    async fn a_secret_is_proved_by_http_basic_or_in_the_form(lab: Lab) {
        let app = App::with(&lab, json!({}), json!({ "GenerateSecret": true })).await;
        let (id, secret) = (app.client.id.as_str(), app.client.secret.clone().unwrap());
        let path = app.path("/oauth2/token");
        for way in 0..3 {
            let code = app.code(&[]).await;
            let mut fields = vec![("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
            let reply = match way {
                0 => app.post_as("/oauth2/token", &basic(id, &secret), &fields).await,
                1 => {
                    fields.push(("client_id", id));
                    app.post_as("/oauth2/token", &basic(id, &secret), &fields).await
                }
                _ => {
                    fields.extend([("client_id", id), ("client_secret", &secret)]);
                    post_form(&lab, &path, &fields).await
                }
            };
            reply.ok();
        }
    }

    async fn a_client_that_does_not_prove_who_it_is_gets_nothing(lab: Lab) {
        let app = App::with(&lab, json!({}), json!({ "GenerateSecret": true })).await;
        let public = app.another(json!({})).await;
        let (id, secret) = (app.client.id.as_str(), app.client.secret.clone().unwrap());
        let code = app.code(&[]).await;
        let path = app.path("/oauth2/token");
        let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
        let with = |more: &[(&'static str, &str)]| {
            let fields = fields.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            fields.collect::<Vec<(String, String)>>()
        };
        let half = secret.split_at(20).0;
        for (more, error, description) in [
            (with(&[("client_id", id)]), "invalid_client", Some("invalid_client_secret")),
            (with(&[("client_id", id), ("client_secret", "")]), "invalid_client", Some("invalid_client_secret")),
            (with(&[("client_id", id), ("client_secret", half)]), "invalid_client", Some("invalid_client_secret")),
            (with(&[("client_id", "unknown")]), "invalid_client", None),
            (with(&[("client_id", &public.client.id), ("client_secret", &secret)]), "invalid_client", Some("invalid_client_secret")),
            (with(&[("client_secret", &secret)]), "invalid_request", Some("client_id is missing.")),
            (with(&[]), "invalid_request", Some("client_id is missing.")),
        ] {
            let fields: Vec<(&str, &str)> = more.iter().map(|(name, value)| (&**name, &**value)).collect();
            assert_refused(&post_form(&lab, &path, &fields).await, error, description);
        }
        for (header, error, description) in [
            (basic(id, "wrong"), "invalid_client", Some("invalid_client_secret")),
            (basic(id, ""), "invalid_client", Some("invalid_client_secret")),
            (basic(&secret, id), "invalid_client", None),
            ("Basic %%%".to_owned(), "invalid_request", Some("The Authorization header is not HTTP Basic.")),
            (format!("Bearer {secret}"), "invalid_request", Some("The Authorization header is not HTTP Basic.")),
        ] {
            assert_refused(&app.post_as("/oauth2/token", &header, &fields).await, error, description);
        }
        // The code is still good.
        app.redeem(&code, &[]).await.ok();
    }

    async fn a_client_proves_itself_in_one_way_and_under_one_name(lab: Lab) {
        let app = App::with(&lab, json!({}), json!({ "GenerateSecret": true })).await;
        let other = app.another(json!({})).await;
        let (id, secret) = (app.client.id.as_str(), app.client.secret.clone().unwrap());
        let header = basic(id, &secret);
        let fields = [("grant_type", "refresh_token"), ("refresh_token", "x")];
        let both = [&fields[..], &[("client_secret", secret.as_str())]].concat();
        let reply = app.post_as("/oauth2/token", &header, &both).await;
        assert_refused(&reply, "invalid_request", Some("The client authenticates in more than one way."));
        let two = [&fields[..], &[("client_id", other.client.id.as_str())]].concat();
        let reply = app.post_as("/oauth2/token", &header, &two).await;
        assert_refused(&reply, "invalid_request", Some("The client is named in more than one way."));
    }

    async fn a_public_client_may_send_an_empty_secret(lab: Lab) {
        let app = App::new(&lab).await;
        let code = app.code(&[]).await;
        let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
        app.post_as("/oauth2/token", &basic(&app.client.id, ""), &fields).await.ok();
    }

    async fn parameters_may_stand_in_the_query_as_cognito_has_it(lab: Lab) {
        let app = App::new(&lab).await;
        let code = app.code(&[]).await;
        let query = [("grant_type", "authorization_code"), ("client_id", &app.client.id), ("redirect_uri", CALLBACK)];
        let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let path = app.path(&format!("/oauth2/token?{query}"));
        let twice = post_form(&lab, &path, &[("code", &code), ("client_id", &app.client.id)]).await;
        assert_refused(&twice, "invalid_request", Some("A parameter is given more than once."));
        post_form(&lab, &path, &[("code", &code)]).await.ok();
        let empty = Request::post(format!("{path}&code={}", app.code(&[]).await)).header(HOST, PUBLIC_HOST);
        lab.send(empty.body(Vec::new()).unwrap()).await.ok();
    }

    async fn what_is_no_token_request_is_refused(lab: Lab) {
        let app = App::new(&lab).await;
        let id = ("client_id", app.client.id.as_str());
        let path = app.path("/oauth2/token");
        for (fields, error, description) in [
            (vec![], "invalid_request", Some("grant_type is missing.")),
            (vec![id], "invalid_request", Some("grant_type is missing.")),
            (vec![id, ("grant_type", "password"), ("username", "alice")], "unsupported_grant_type", None),
            (vec![id, ("grant_type", "AUTHORIZATION_CODE")], "unsupported_grant_type", None),
            (vec![id, ("grant_type", "refresh_token")], "invalid_request", Some("refresh_token is missing.")),
            (vec![id, ("grant_type", "client_credentials")], "unauthorized_client", None),
            (vec![id, ("grant_type", "a"), ("grant_type", "b")], "invalid_request", Some("A parameter is given more than once.")),
            (vec![id, id, ("grant_type", "a")], "invalid_request", Some("A parameter is given more than once.")),
        ] {
            assert_refused(&post_form(&lab, &path, &fields).await, error, description);
        }
        for (kind, body, description) in [
            ("application/json", br#"{"grant_type":"x"}"#.to_vec(), "The body must be application/x-www-form-urlencoded."),
            ("text/plain", b"grant_type=x".to_vec(), "The body must be application/x-www-form-urlencoded."),
            ("application/x-www-form-urlencoded", vec![0xff], "The body is not UTF-8."),
        ] {
            let request = Request::post(&path).header(HOST, PUBLIC_HOST).header(CONTENT_TYPE, kind);
            assert_refused(&lab.send(request.body(body).unwrap()).await, "invalid_request", Some(description));
        }
        for method in ["GET", "PUT", "DELETE"] {
            let request = Request::builder().method(method).uri(&path).header(HOST, PUBLIC_HOST);
            let reply = lab.send(request.body(Vec::new()).unwrap()).await;
            assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "POST"), "{method}");
        }
        let large = post_form(&lab, &path, &[id, ("code", &"x".repeat(70_000))]).await;
        assert_eq!(large.status, 413);
    }

    async fn compressed_bodies_are_not_unpacked(lab: Lab) {
        let app = App::new(&lab).await;
        // The beginning of a gzip stream: a kilobyte of it may be a gigabyte of text.
        let packed = [&[0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0xff][..], &[0xed; 1_000]].concat();
        let request = Request::post(app.path("/oauth2/token")).header(HOST, PUBLIC_HOST)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded").header("content-encoding", "gzip");
        let reply = lab.send(request.body(packed).unwrap()).await;
        assert_refused(&reply, "invalid_request", Some("The body is not UTF-8."));
    }

    async fn pages_of_any_origin_may_ask_without_credentials(lab: Lab) {
        let app = App::new(&lab).await;
        let request = Request::options(app.path("/oauth2/token")).header(HOST, PUBLIC_HOST)
            .header("origin", "https://app.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", AUTHORIZATION.as_str());
        let reply = lab.send(request.body(Vec::new()).unwrap()).await;
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        assert_eq!(reply.header("access-control-allow-credentials"), "");
        assert_eq!(reply.header("access-control-allow-headers"), "authorization");
    }
}
