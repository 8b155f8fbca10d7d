//! `/oauth2/revoke`.

use http::Request;
use http::header::HOST;
use poolhouse_tests::lab::PUBLIC_HOST;
use poolhouse_tests::scenario;
use serde_json::json;

use super::app::{App, assert_refused, basic, token};

scenario! {
    async fn a_revoked_token_and_all_that_came_with_it_are_worth_nothing(lab: Lab) {
        let app = App::new(&lab).await;
        let tokens = app.tokens(&[("scope", "openid")]).await;
        let others = app.tokens(&[("scope", "openid")]).await;
        let (refresh, access) = (token(&tokens, "refresh_token"), token(&tokens, "access_token"));
        for _ in 0..2 {
            let reply = app.post("/oauth2/revoke", &[("token", refresh)]).await;
            assert_eq!((reply.status.as_u16(), reply.body.len()), (200, 0));
        }
        assert_eq!(app.user_info(access).await.status, 401);
        assert_refused(&app.refresh(refresh, &[]).await, "invalid_grant", None);
        app.user_info(token(&others, "access_token")).await.ok();
        app.refresh(token(&others, "refresh_token"), &[]).await.ok();
    }

    async fn a_token_that_is_unknown_is_no_fault_and_another_kind_is(lab: Lab) {
        let app = App::new(&lab).await;
        let tokens = app.tokens(&[("scope", "openid")]).await;
        for unknown in ["x", "a.b.c.d.e"] {
            assert_eq!(app.post("/oauth2/revoke", &[("token", unknown)]).await.status, 200);
        }
        for kind in ["access_token", "id_token"] {
            let reply = app.post("/oauth2/revoke", &[("token", token(&tokens, kind))]).await;
            assert_refused(&reply, "unsupported_token_type", None);
        }
        for fields in [vec![], vec![("token", "")]] {
            assert_refused(&app.post("/oauth2/revoke", &fields).await, "invalid_request", Some("token is missing."));
        }
        let twice = app.post("/oauth2/revoke", &[("token", "a"), ("token", "b")]).await;
        assert_refused(&twice, "invalid_request", Some("A parameter is given more than once."));
        let request = Request::get(app.path("/oauth2/revoke")).header(HOST, PUBLIC_HOST);
        let reply = lab.send(request.body(Vec::new()).unwrap()).await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "POST"));
    }

    async fn only_the_client_of_a_token_revokes_it(lab: Lab) {
        let app = App::with(&lab, json!({}), json!({ "GenerateSecret": true })).await;
        let tokens = app.tokens(&[("scope", "openid")]).await;
        let fields = [("token", token(&tokens, "refresh_token"))];
        let other = app.another(json!({})).await;
        let refused = async |header: &str| {
            let reply = app.post_as("/oauth2/revoke", header, &fields).await;
            assert_eq!((reply.status.as_u16(), reply.json()["error"].clone()), (401, json!("invalid_client")));
        };
        refused(&basic(&app.client.id, "wrong")).await;
        refused(&basic("unknown", "wrong")).await;
        let reply = other.post("/oauth2/revoke", &fields).await;
        assert_eq!((reply.status.as_u16(), reply.json()), (401, json!({ "error": "invalid_client" })));
        app.user_info(token(&tokens, "access_token")).await.ok();
        let right = basic(&app.client.id, app.client.secret.as_deref().unwrap());
        assert_eq!(app.post_as("/oauth2/revoke", &right, &fields).await.status, 200);
        assert_eq!(app.user_info(token(&tokens, "access_token")).await.status, 401);
    }

    async fn a_client_without_revocation_is_told_so(lab: Lab) {
        let app = App::with(&lab, json!({}), json!({ "EnableTokenRevocation": false })).await;
        let tokens = app.tokens(&[("scope", "openid")]).await;
        let reply = app.post("/oauth2/revoke", &[("token", token(&tokens, "refresh_token"))]).await;
        assert_refused(&reply, "invalid_request", Some("Token revocation is not enabled for the client."));
        app.refresh(token(&tokens, "refresh_token"), &[]).await.ok();
    }
}
