//! Authorization codes: good once, for the client and the address that they were given to, for five minutes.

use poolhouse_domain::Clock;
use poolhouse_tests::actors::{PASSWORD, SignedIn, Tokens};
use poolhouse_tests::browser::{Browser, answer};
use poolhouse_tests::clock::{minutes, seconds};
use poolhouse_tests::scenario;
use serde_json::json;

use super::app::{App, assert_refused, settings, token};

scenario! {
    async fn a_code_is_redeemed_for_three_tokens(lab: Lab) {
        let app = App::new(&lab).await;
        let parameters = [("scope", "openid email aws.cognito.signin.user.admin"), ("nonce", "n")];
        let reply = app.redeem(&app.code(&parameters).await, &[]).await;
        let output = reply.ok();
        assert_eq!(reply.header("content-type"), "application/json;charset=UTF-8");
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        assert!(reply.header("cache-control").contains("no-store"));
        let names: Vec<&str> = output.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["access_token", "expires_in", "id_token", "refresh_token", "token_type"]);
        assert_eq!((&output["token_type"], &output["expires_in"]), (&json!("Bearer"), &json!(3600)));

        let now = lab.clock.now().seconds();
        let access = app.pool.verify(token(&output, "access_token")).await;
        assert_eq!(access, json!({
            "sub": app.alice.sub, "iss": app.pool.issuer(), "client_id": app.client.id, "token_use": "access",
            "scope": "openid email aws.cognito.signin.user.admin", "auth_time": now, "iat": now, "exp": now + 3600,
            "jti": access["jti"], "origin_jti": access["origin_jti"], "event_id": access["event_id"], "version": 2,
            "username": "alice",
        }));
        let id = app.pool.verify(token(&output, "id_token")).await;
        assert_eq!(id, json!({
            "sub": app.alice.sub, "iss": app.pool.issuer(), "aud": app.client.id, "token_use": "id",
            "auth_time": now, "iat": now, "exp": now + 3600, "jti": id["jti"], "origin_jti": access["origin_jti"],
            "event_id": access["event_id"], "cognito:username": "alice", "email": "alice@example.com",
            "email_verified": true, "nonce": "n", "at_hash": id["at_hash"],
        }));
        assert_eq!(id["at_hash"].as_str().unwrap().len(), 22);
        let tokens = Tokens {
            access: token(&output, "access_token").to_owned(),
            id: String::new(),
            refresh: String::new(),
        };
        SignedIn { user: app.alice.clone(), tokens }.get_user().await.ok();
    }

    async fn without_openid_there_is_no_id_token_and_without_scopes_there_are_all(lab: Lab) {
        let app = App::new(&lab).await;
        let output = app.tokens(&[("scope", "photos/read")]).await;
        assert_eq!(output.get("id_token"), None);
        let access = app.pool.verify(token(&output, "access_token")).await;
        assert_eq!(access["scope"], "photos/read");
        let tokens =
            Tokens { access: token(&output, "access_token").to_owned(), id: String::new(), refresh: String::new() };
        SignedIn { user: app.alice.clone(), tokens }.get_user().await.fault(
            "NotAuthorizedException",
            "Access Token does not have required scopes",
        );
        let output = app.tokens(&[]).await;
        let access = app.pool.verify(token(&output, "access_token")).await;
        let mut scopes: Vec<&str> = access["scope"].as_str().unwrap().split(' ').collect();
        scopes.sort_unstable();
        assert_eq!(scopes, ["aws.cognito.signin.user.admin", "email", "openid", "phone", "photos/read", "profile"]);
        let output = app.tokens(&[("scope", "openid openid  email openid")]).await;
        assert_eq!(app.pool.verify(token(&output, "access_token")).await["scope"], "openid email");
    }

    async fn scopes_choose_the_attributes_of_the_id_token(lab: Lab) {
        let app = App::new(&lab).await;
        for (scope, shown) in [
            ("openid", vec!["address", "email", "name", "phone_number"]),
            ("openid email", vec!["email"]),
            ("openid phone", vec!["phone_number"]),
            ("openid profile", vec!["address", "name"]),
        ] {
            let output = app.tokens(&[("scope", scope)]).await;
            let claims = app.pool.verify(token(&output, "id_token")).await;
            let names = ["address", "email", "name", "phone_number"].into_iter();
            assert_eq!(names.filter(|name| claims.get(*name).is_some()).collect::<Vec<_>>(), shown, "{scope}");
            if scope == "openid" {
                assert_eq!(claims["address"], json!({ "formatted": "1 High Street" }));
                assert_eq!(claims["updated_at"], 1_700_000_000);
            }
        }
    }

    async fn a_client_that_cannot_read_what_its_scope_shows_gets_nothing(lab: Lab) {
        let app = App::new(&lab).await.another(json!({ "ReadAttributes": ["email"] })).await;
        let code = app.code(&[("scope", "openid email")]).await;
        assert_refused(&app.redeem(&code, &[]).await, "invalid_grant", None);
    }

    async fn a_code_that_is_used_again_ends_what_it_gave(lab: Lab) {
        let app = App::new(&lab).await;
        for later in [seconds(0), minutes(20)] {
            let code = app.code(&[("scope", "openid")]).await;
            let output = app.redeem(&code, &[]).await.ok();
            let access = token(&output, "access_token");
            app.user_info(access).await.ok();
            lab.clock.advance(later);
            assert_refused(&app.redeem(&code, &[]).await, "invalid_grant", None);
            assert_eq!(app.user_info(access).await.status, 401);
            assert_refused(&app.refresh(token(&output, "refresh_token"), &[]).await, "invalid_grant", None);
        }
    }

    async fn of_two_who_redeem_a_code_at_once_none_keeps_tokens(lab: Lab) {
        let app = App::new(&lab).await;
        let (code, there) = (app.code(&[("scope", "openid")]).await, app.lab.another_node());
        let other = App { lab: there, ..app.clone() };
        let (one, two) = tokio::join!(app.redeem(&code, &[]), other.redeem(&code, &[]));
        let given: Vec<_> = [&one, &two].into_iter().filter(|reply| reply.status == 200).collect();
        assert_eq!(given.len(), 1);
        assert!([&one, &two].into_iter().any(|reply| reply.status == 400 && reply.json()["error"] == "invalid_grant"));
        let output = given[0].json();
        assert_eq!(app.user_info(token(&output, "access_token")).await.status, 401);
        assert_refused(&app.refresh(token(&output, "refresh_token"), &[]).await, "invalid_grant", None);
    }

    async fn a_code_is_of_its_client_and_its_address(lab: Lab) {
        let app = App::new(&lab).await;
        let other = app.another(json!({})).await;
        let code = app.code(&[("scope", "openid")]).await;
        assert_refused(&other.redeem(&code, &[]).await, "invalid_grant", None);
        for wrong in ["https://app.example/", "https://evil.example", "https://app.example/cb?x"] {
            let reply = app.redeem(&code, &[("redirect_uri", wrong)]).await;
            assert_refused(&reply, "unauthorized_client", Some("invalid_redirect"));
        }
        let reply = app.redeem(&code, &[("redirect_uri", "")]).await;
        assert_refused(&reply, "invalid_request", Some("redirect_uri is missing."));
        assert_refused(&app.redeem("", &[]).await, "invalid_request", Some("code is missing."));
        for wrong in ["x", "\0", &code.to_uppercase(), &"c".repeat(10_000)] {
            assert_refused(&app.redeem(wrong, &[]).await, "invalid_grant", None);
        }
        let output = app.redeem(&code, &[]).await.ok();
        // Another client's attempt on a used code ends nothing.
        assert_refused(&other.redeem(&code, &[]).await, "invalid_grant", None);
        app.user_info(token(&output, "access_token")).await.ok();
    }

    async fn a_code_lasts_five_minutes(lab: Lab) {
        let app = App::new(&lab).await;
        let (young, old) = (app.code(&[]).await, app.code(&[]).await);
        lab.clock.advance(seconds(5 * 60 - 1));
        app.redeem(&young, &[]).await.ok();
        lab.clock.advance(seconds(1));
        assert_refused(&app.redeem(&old, &[]).await, "invalid_grant", None);
    }

    async fn a_code_of_a_user_who_may_not_go_on_gives_nothing(lab: Lab) {
        let app = App::new(&lab).await;
        for operation in ["AdminDisableUser", "AdminResetUserPassword", "AdminDeleteUser"] {
            let code = app.code(&[]).await;
            app.alice.admin_call(operation, json!({})).await.ok();
            assert_refused(&app.redeem(&code, &[]).await, "invalid_grant", None);
            if operation != "AdminDeleteUser" {
                app.alice.admin_call("AdminEnableUser", json!({})).await.ok();
                let password = json!({ "Password": PASSWORD, "Permanent": true });
                app.alice.admin_call("AdminSetUserPassword", password).await.ok();
            }
        }
    }

    async fn a_client_that_may_not_use_codes_any_more_redeems_none(lab: Lab) {
        let app = App::new(&lab).await;
        let code = app.code(&[]).await;
        let before = settings();
        let input = poolhouse_tests::actors::merge(before, json!({
            "ClientId": app.client.id, "AllowedOAuthFlows": ["implicit"],
        }));
        app.pool.call("UpdateUserPoolClient", input).await.ok();
        assert_refused(&app.redeem(&code, &[]).await, "unauthorized_client", None);
        let back = app.authorized(&mut Browser::new(&lab), &[]).await;
        assert_eq!(answer(&back)["error"], "unauthorized_client");
    }
}
