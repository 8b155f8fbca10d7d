//! The client credentials grant: tokens that machines get for themselves.

use poolhouse_domain::Clock;
use poolhouse_tests::actors::{Client, Pool};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::app::{App, assert_refused, basic, token};
use super::{define, post_form};

async fn machine(pool: &Pool, members: Value) -> Client {
    let settings = json!({
        "GenerateSecret": true, "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthScopes": ["photos/read", "mail/send"],
    });
    pool.client_with(poolhouse_tests::actors::merge(settings, members))
        .await
}

async fn ask(lab: &Lab, machine: &Client, more: &[(&str, &str)]) -> Reply {
    let mut fields = vec![("grant_type", "client_credentials"), ("client_id", &machine.id)];
    fields.push(("client_secret", machine.secret.as_deref().unwrap()));
    fields.extend(more);
    post_form(lab, &format!("/{}/oauth2/token", machine.pool.id), &fields).await
}

scenario! {
    async fn a_machine_gets_a_token_with_its_scopes_by_basic_and_by_post(lab: Lab) {
        let pool = lab.pool().await;
        define(&pool, "photos", &["read", "write"]).await;
        define(&pool, "mail", &["send"]).await;
        let machine = machine(&pool, json!({})).await;
        let app = App {
            lab: lab.clone(), pool: pool.clone(), client: machine.clone(),
            alice: pool.client().await.confirmed_user("alice").await,
        };
        let header = basic(&machine.id, machine.secret.as_deref().unwrap());
        let fields = [("grant_type", "client_credentials"), ("scope", "photos/read")];
        let replies = [
            app.post_as("/oauth2/token", &header, &fields).await,
            ask(&lab, &machine, &[("scope", "photos/read")]).await,
        ];
        for reply in replies {
            let output = reply.ok();
            let names: Vec<&str> = output.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(names, ["access_token", "expires_in", "token_type"]);
            let now = lab.clock.now().seconds();
            let claims = pool.verify(token(&output, "access_token")).await;
            assert_eq!(claims, json!({
                "sub": machine.id, "token_use": "access", "scope": "photos/read", "auth_time": now, "iss": pool.issuer(),
                "exp": now + 3600, "iat": now, "version": 2, "jti": claims["jti"], "client_id": machine.id,
            }));
            assert_eq!(app.user_info(token(&output, "access_token")).await.status, 401);
        }
    }

    async fn scopes_that_do_not_exist_and_scopes_of_others_are_refused(lab: Lab) {
        let pool = lab.pool().await;
        define(&pool, "photos", &["read", "write"]).await;
        define(&pool, "mail", &["send"]).await;
        let machine = machine(&pool, json!({})).await;
        for unknown in ["photos/delete", "nothing/read", "photos/read nothing/read", "openid", "photos/read,mail/send"] {
            assert_refused(&ask(&lab, &machine, &[("scope", unknown)]).await, "invalid_scope", None);
        }
        for foreign in ["photos/write", "photos/read photos/write"] {
            assert_refused(&ask(&lab, &machine, &[("scope", foreign)]).await, "invalid_grant", None);
        }
        let scope = async |asked: &[(&str, &str)]| {
            let output = ask(&lab, &machine, asked).await.ok();
            pool.verify(token(&output, "access_token")).await["scope"].as_str().unwrap().to_owned()
        };
        let mut all: Vec<String> = scope(&[]).await.split(' ').map(str::to_owned).collect();
        all.sort_unstable();
        assert_eq!(all, ["mail/send", "photos/read"]);
        assert_eq!(scope(&[("scope", "mail/send mail/send photos/read")]).await, "mail/send photos/read");
        pool.call("DeleteResourceServer", json!({ "Identifier": "mail" })).await.ok();
        assert_eq!(scope(&[]).await, "photos/read");
        assert_refused(&ask(&lab, &machine, &[("scope", "mail/send")]).await, "invalid_scope", None);
    }

    async fn a_client_whose_oauth_is_off_is_told_invalid_grant(lab: Lab) {
        let pool = lab.pool().await;
        define(&pool, "photos", &["read"]).await;
        define(&pool, "mail", &["send"]).await;
        let off = machine(&pool, json!({ "AllowedOAuthFlowsUserPoolClient": false })).await;
        assert_refused(&ask(&lab, &off, &[]).await, "invalid_grant", None);
        let secret = json!({ "GenerateSecret": true, "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"] });
        let app = App::with(&lab, json!({}), secret).await;
        assert_refused(&ask(&lab, &app.client, &[]).await, "unauthorized_client", None);
    }

    async fn a_machine_of_another_pool_is_unknown_at_a_pools_door(lab: Lab) {
        let (pool, other) = (lab.pool().await, lab.pool().await);
        define(&pool, "photos", &["read"]).await;
        define(&pool, "mail", &["send"]).await;
        let mut machine = machine(&pool, json!({})).await;
        machine.pool = other;
        assert_refused(&ask(&lab, &machine, &[]).await, "invalid_client", None);
    }
}
