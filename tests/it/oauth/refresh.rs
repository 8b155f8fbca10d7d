//! Refreshing at the token endpoint.

use poolhouse_tests::actors::Tokens;
use poolhouse_tests::clock::{hours, minutes, seconds};
use poolhouse_tests::scenario;
use serde_json::json;

use super::app::{App, assert_refused, token};

const ROTATING: &str = "RefreshTokenRotation";

scenario! {
    async fn a_refresh_gives_new_tokens_of_the_same_sign_in(lab: Lab) {
        let app = App::new(&lab).await;
        let first = app.tokens(&[("scope", "openid email"), ("nonce", "n")]).await;
        lab.clock.advance(minutes(30));
        let output = app.refresh(token(&first, "refresh_token"), &[]).await.ok();
        let names: Vec<&str> = output.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["access_token", "expires_in", "id_token", "token_type"]);
        for name in ["access_token", "id_token"] {
            let before = app.pool.verify(token(&first, name)).await;
            let after = app.pool.verify(token(&output, name)).await;
            for kept in ["sub", "auth_time", "origin_jti", "event_id", "scope", "nonce", "aud", "client_id"] {
                assert_eq!(before.get(kept), after.get(kept), "{name} {kept}");
            }
            assert_ne!(before["jti"], after["jti"]);
            assert_eq!(after["iat"].as_i64().unwrap(), before["iat"].as_i64().unwrap() + 1800);
        }
        app.user_info(token(&output, "access_token")).await.ok();
    }

    async fn cognito_ignores_a_scope_which_can_add_nothing(lab: Lab) {
        let app = App::new(&lab).await;
        let first = app.tokens(&[("scope", "openid email")]).await;
        for scope in ["openid", "openid email phone profile photos/read photos/write"] {
            let output = app.refresh(token(&first, "refresh_token"), &[("scope", scope)]).await.ok();
            let claims = app.pool.verify(token(&output, "access_token")).await;
            assert_eq!(claims["scope"], "openid email");
        }
    }

    async fn rotation_replaces_the_token_and_its_theft_ends_the_family(lab: Lab) {
        let rotation = json!({ ROTATING: { "Feature": "ENABLED", "RetryGracePeriodSeconds": 10 },
                               "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
        let app = App::with(&lab, json!({}), rotation).await;
        let first = app.tokens(&[("scope", "openid")]).await;
        let second = app.refresh(token(&first, "refresh_token"), &[]).await.ok();
        let (old, new) = (token(&first, "refresh_token"), token(&second, "refresh_token"));
        assert_ne!(old, new);
        lab.clock.advance(seconds(9));
        app.refresh(old, &[]).await.ok();
        lab.clock.advance(seconds(1));
        assert_refused(&app.refresh(old, &[]).await, "invalid_grant", None);
        assert_refused(&app.refresh(new, &[]).await, "invalid_grant", None);
        assert_eq!(app.user_info(token(&second, "access_token")).await.status, 401);
    }

    async fn two_who_refresh_at_once_leave_one_family_or_none(lab: Lab) {
        let rotation = json!({ ROTATING: { "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 },
                               "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
        let app = App::with(&lab, json!({}), rotation).await;
        let first = app.tokens(&[("scope", "openid")]).await;
        let other = App { lab: lab.another_node(), ..app.clone() };
        let old = token(&first, "refresh_token");
        let (one, two) = tokio::join!(app.refresh(old, &[]), other.refresh(old, &[]));
        let mut answers = [one.status.as_u16(), two.status.as_u16()];
        answers.sort_unstable();
        assert_eq!(answers, [200, 400]);
        assert_refused(&app.refresh(old, &[]).await, "invalid_grant", None);
    }

    async fn a_token_of_another_client_or_pool_or_none_at_all_is_refused(lab: Lab) {
        let app = App::new(&lab).await;
        let first = app.tokens(&[("scope", "openid")]).await;
        let refresh = token(&first, "refresh_token");
        let other = app.another(json!({})).await;
        let stranger = App::new(&lab).await;
        assert_refused(&other.refresh(refresh, &[]).await, "invalid_grant", None);
        assert_refused(&stranger.refresh(refresh, &[]).await, "invalid_grant", None);
        for wrong in ["x", &refresh[1..], &refresh[..refresh.len() - 4], token(&first, "access_token")] {
            assert_refused(&app.refresh(wrong, &[]).await, "invalid_grant", None);
        }
        app.refresh(refresh, &[]).await.ok();
    }

    async fn what_ends_a_sign_in_ends_its_refreshes(lab: Lab) {
        let app = App::with(&lab, json!({}), json!({ "RefreshTokenValidity": 2, "TokenValidityUnits": { "RefreshToken": "hours" } })).await;
        for operation in ["AdminUserGlobalSignOut", "AdminDisableUser"] {
            let tokens = app.tokens(&[("scope", "openid")]).await;
            app.alice.admin_call(operation, json!({})).await.ok();
            assert_refused(&app.refresh(token(&tokens, "refresh_token"), &[]).await, "invalid_grant", None);
            app.alice.admin_call("AdminEnableUser", json!({})).await.ok();
        }
        let tokens = app.tokens(&[("scope", "openid")]).await;
        lab.clock.advance(hours(2));
        assert_refused(&app.refresh(token(&tokens, "refresh_token"), &[]).await, "invalid_grant", None);
    }

    async fn a_sign_in_by_the_api_stays_one_of_the_api(lab: Lab) {
        let app = App::new(&lab).await;
        let tokens: Tokens = app.alice.sign_in().await.tokens;
        let output = app.refresh(&tokens.refresh, &[("scope", "openid photos/read")]).await.ok();
        let claims = app.pool.verify(token(&output, "access_token")).await;
        assert_eq!(claims["scope"], "aws.cognito.signin.user.admin");
        assert_eq!(claims.get("version"), None);
        assert_eq!(app.user_info(token(&output, "access_token")).await.status, 403);
    }
}
