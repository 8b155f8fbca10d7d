//! `/oauth2/userInfo`.

use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use poolhouse_tests::clock::minutes;
use poolhouse_tests::lab::PUBLIC_HOST;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::json;

use super::app::{App, token};

const INVALID: &str = "Access token is expired, disabled, or deleted, or the user has globally signed out.";
const BAD: &str = "Bad OAuth2 request at UserInfo Endpoint";

#[track_caller]
fn assert_challenged(reply: &Reply, status: u16, error: &str, description: &str) {
    assert_eq!(reply.status.as_u16(), status, "{}", reply.text());
    let challenge = format!(r#"error="{error}", error_description="{description}""#);
    assert_eq!(reply.header("www-authenticate"), challenge);
    assert_eq!(
        reply.json(),
        json!({ "error": error, "error_description": description })
    );
}

scenario! {
    async fn claims_are_text_and_chosen_by_scope(lab: Lab) {
        let app = App::new(&lab).await;
        let (sub, email) = (&app.alice.sub, "alice@example.com");
        for (scope, expected) in [
            ("openid email", json!({ "sub": sub, "username": "alice", "email": email, "email_verified": "true" })),
            ("openid phone", json!({ "sub": sub, "username": "alice", "phone_number": "+12025550123" })),
            ("openid profile", json!({ "sub": sub, "username": "alice", "name": "Alice", "address": "1 High Street", "updated_at": "1700000000" })),
            ("openid", json!({
                "sub": sub, "username": "alice", "email": email, "email_verified": "true", "name": "Alice",
                "phone_number": "+12025550123", "address": "1 High Street", "updated_at": "1700000000",
            })),
        ] {
            let tokens = app.tokens(&[("scope", scope)]).await;
            let reply = app.user_info(token(&tokens, "access_token")).await;
            let mut claims = reply.ok();
            claims.as_object_mut().unwrap().remove("phone_number_verified");
            assert_eq!(claims, expected, "{scope}");
            assert_eq!(reply.header("content-type"), "application/json;charset=UTF-8");
            assert_eq!(reply.header("access-control-allow-origin"), "*");
        }
    }

    async fn only_what_the_client_reads_and_what_is_so_now_is_told(lab: Lab) {
        let app = App::new(&lab).await.another(json!({ "ReadAttributes": ["name", "email"] })).await;
        let tokens = app.tokens(&[("scope", "openid")]).await;
        let changed = json!({ "UserAttributes": [{ "Name": "name", "Value": "Alice <b>B</b>" }] });
        app.alice.admin_call("AdminUpdateUserAttributes", changed).await.ok();
        let claims = app.user_info(token(&tokens, "access_token")).await.ok();
        assert_eq!(claims, json!({
            "sub": app.alice.sub, "username": "alice", "email": "alice@example.com", "name": "Alice <b>B</b>",
        }));
    }

    async fn a_request_without_a_bearer_is_bad(lab: Lab) {
        let app = App::new(&lab).await;
        let access = app.tokens(&[("scope", "openid")]).await["access_token"].as_str().unwrap().to_owned();
        let path = app.path("/oauth2/userInfo");
        assert_challenged(&lab.get(&path).await, 400, "invalid_request", BAD);
        assert_challenged(&lab.get(&format!("{path}?access_token={access}")).await, 400, "invalid_request", BAD);
        for header in [format!("Basic {access}"), access.clone(), "Bearer".to_owned(), String::new()] {
            let request = Request::get(&path).header(HOST, PUBLIC_HOST).header(AUTHORIZATION, header);
            assert_challenged(&lab.send(request.body(Vec::new()).unwrap()).await, 400, "invalid_request", BAD);
        }
        let form = Request::post(&path).header(HOST, PUBLIC_HOST)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let reply = lab.send(form.body(format!("access_token={access}").into_bytes()).unwrap()).await;
        assert_challenged(&reply, 400, "invalid_request", BAD);
        let post = Request::post(&path).header(HOST, PUBLIC_HOST).header(AUTHORIZATION, format!("Bearer {access}"));
        lab.send(post.body(Vec::new()).unwrap()).await.ok();
    }

    async fn a_token_that_is_no_access_token_of_the_pool_is_invalid(lab: Lab) {
        let app = App::new(&lab).await;
        let tokens = app.tokens(&[("scope", "openid")]).await;
        let access = token(&tokens, "access_token");
        let (head, signature) = access.rsplit_once('.').unwrap();
        let stranger = App::new(&lab).await;
        assert_challenged(&stranger.user_info(access).await, 401, "invalid_token", INVALID);
        for wrong in [
            token(&tokens, "id_token"), token(&tokens, "refresh_token"), "x", "a.b.c", head, &format!("{head}."),
            &format!("{head}.{}", &signature[1..]), &format!("{access}="), &format!("{access}."),
        ] {
            assert_challenged(&app.user_info(wrong).await, 401, "invalid_token", INVALID);
        }
        app.user_info(access).await.ok();
        lab.clock.advance(minutes(60));
        assert_challenged(&app.user_info(access).await, 401, "invalid_token", INVALID);
    }

    async fn a_sign_in_that_is_over_is_told_of_nobody(lab: Lab) {
        let app = App::new(&lab).await;
        for operation in ["AdminUserGlobalSignOut", "AdminDisableUser", "AdminDeleteUser"] {
            let tokens = app.tokens(&[("scope", "openid")]).await;
            app.alice.admin_call(operation, json!({})).await.ok();
            assert_challenged(&app.user_info(token(&tokens, "access_token")).await, 401, "invalid_token", INVALID);
            if operation == "AdminDisableUser" {
                app.alice.admin_call("AdminEnableUser", json!({})).await.ok();
            }
        }
    }

    async fn openid_is_what_opens_it(lab: Lab) {
        let app = App::new(&lab).await;
        let description = "The access token does not have the scope openid.";
        let tokens = app.tokens(&[("scope", "photos/read aws.cognito.signin.user.admin")]).await;
        let api = app.alice.sign_in().await.tokens;
        for access in [token(&tokens, "access_token"), &api.access] {
            assert_challenged(&app.user_info(access).await, 403, "insufficient_scope", description);
        }
    }
}
