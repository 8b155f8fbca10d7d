//! GetDerivedToken: what comes of an exchange. What is refused stands in `exchange_abuse`.

use poolhouse_domain::Clock;
use poolhouse_tests::clock::hours;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::Stage;

scenario! {
    async fn an_access_token_gives_a_narrower_one_for_another_service(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, _) = stage.granted("alice", "openid email photos/read photos/write").await;
        let subject = stage.pool.verify(&access).await;
        lab.clock.advance(std::time::Duration::from_mins(10));
        let output = stage.derive(&stage.agent, &access, json!({ "Resources": ["photos"] })).await.ok();
        let mut described = output.clone();
        described["IssuedToken"] = Value::Null;
        assert_eq!(described, json!({
            "IssuedToken": null, "IssuedTokenType": "ACCESS_TOKEN", "TokenType": "Bearer", "ExpiresIn": 3000,
            "Scopes": ["photos/read"],
        }));
        let claims = stage.claims(&output).await;
        let now = lab.clock.now().seconds();
        assert_eq!(claims, json!({
            "sub": stage.alice.sub, "iss": stage.pool.issuer(), "client_id": stage.agent.id, "token_use": "access",
            "scope": "photos/read", "aud": "photos", "version": 2, "username": "alice",
            "event_id": subject["event_id"], "origin_jti": subject["origin_jti"], "auth_time": subject["auth_time"],
            "iat": now, "exp": subject["exp"], "jti": claims["jti"],
        }));
        assert_ne!(claims["jti"], subject["jti"]);
    }

    async fn an_actor_stands_in_the_token_and_stays_there(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, _) = stage.granted("alice", "photos/read").await;
        let acting = stage.acting(&stage.agent).await;
        let output = stage.derive(&stage.agent, &access, acting.clone()).await.ok();
        let id = &stage.agent.id;
        assert_eq!(stage.claims(&output).await["act"], json!({ "sub": id, "client_id": id }));

        let derived = output["IssuedToken"].as_str().unwrap();
        let again = stage.derive(&stage.agent, derived, json!({})).await.ok();
        assert_eq!(stage.claims(&again).await["act"], json!({ "sub": id, "client_id": id }));

        let other = stage.machine().await;
        let chained = stage.derive(&other, derived, stage.acting(&other).await).await.ok();
        assert_eq!(stage.claims(&chained).await["act"], json!({
            "sub": other.id, "client_id": other.id, "act": { "sub": id, "client_id": id }
        }));
    }

    async fn a_chain_of_actors_has_an_end(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (mut token, _) = stage.granted("alice", "photos/read").await;
        let acting = stage.acting(&stage.agent).await;
        for _ in 0..4 {
            let output = stage.derive(&stage.agent, &token, acting.clone()).await.ok();
            token = output["IssuedToken"].as_str().unwrap().to_owned();
        }
        stage.derive(&stage.agent, &token, acting).await.fault(
            "InvalidParameterException",
            "Too many actors act for the subject one after the other.",
        );
    }

    async fn a_user_acts_for_another_by_a_token_of_the_client_that_asks(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, _) = stage.granted("alice", "openid").await;
        let bob = stage.app.confirmed_user("bob").await.sign_in().await;
        let (by_access, by_id) = (
            json!({ "ActorToken": bob.tokens.access, "ActorTokenType": "ACCESS_TOKEN" }),
            json!({ "ActorToken": bob.tokens.id, "ActorTokenType": "ID_TOKEN" }),
        );
        for actor in [by_access, by_id] {
            let output = stage.derive(&stage.app, &access, actor).await.ok();
            let claims = stage.claims(&output).await;
            assert_eq!(claims["sub"], stage.alice.sub);
            assert_eq!(claims["act"], json!({ "sub": bob.user.sub, "client_id": stage.app.id }));
        }
    }

    async fn an_id_token_shows_the_requesting_client_what_the_scopes_show(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, _) = stage.granted("alice", "openid email photos/read").await;
        let wanted = json!({ "RequestedTokenType": "ID_TOKEN" });
        let output = stage.derive(&stage.app, &access, wanted).await.ok();
        assert_eq!(
            (&output["IssuedTokenType"], &output["TokenType"], output.get("Scopes")),
            (&json!("ID_TOKEN"), &json!("N_A"), None)
        );
        let claims = stage.claims(&output).await;
        assert_eq!((&claims["token_use"], &claims["aud"]), (&json!("id"), &json!(stage.app.id)));
        assert_eq!((&claims["email"], claims.get("name")), (&json!("alice@example.com"), None));
        assert_eq!((claims.get("at_hash"), claims.get("nonce")), (None, None));
    }

    async fn an_id_token_gives_one_that_shows_no_more_and_an_access_token_that_allows_nothing(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (_, id) = stage.granted("alice", "openid email photos/read").await;
        let subject = json!({ "SubjectTokenType": "ID_TOKEN" });
        let output = stage.derive(&stage.app, &id, subject.clone()).await.ok();
        assert_eq!(output["Scopes"], json!([]));
        let claims = stage.claims(&output).await;
        assert_eq!((&claims["scope"], claims.get("aud")), (&json!(""), None));

        let wanted = json!({ "SubjectTokenType": "ID_TOKEN", "RequestedTokenType": "ID_TOKEN" });
        let output = stage.derive(&stage.app, &id, wanted.clone()).await.ok();
        let claims = stage.claims(&output).await;
        assert_eq!((&claims["email"], claims.get("name")), (&json!("alice@example.com"), None));
        let again = stage.derive(&stage.app, output["IssuedToken"].as_str().unwrap(), wanted).await.ok();
        assert_eq!(stage.claims(&again).await.get("name"), None);
    }

    async fn a_derived_token_ends_with_the_sign_in(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let alice = stage.alice.sign_in().await;
        let output = stage.derive(&stage.app, &alice.tokens.access, json!({})).await.ok();
        assert_eq!(output["Scopes"], json!(["aws.cognito.signin.user.admin"]));
        let derived = output["IssuedToken"].as_str().unwrap().to_owned();
        let get_user = async || lab.call("GetUser", json!({ "AccessToken": derived })).await;
        assert_eq!(get_user().await.ok()["Username"], "alice");
        lab.call("RevokeToken", json!({ "ClientId": stage.front.id, "Token": derived }))
            .await
            .fault("UnsupportedTokenTypeException", "Unsupported token type.");
        lab.call("RevokeToken", json!({ "ClientId": stage.front.id, "Token": alice.tokens.refresh })).await.ok();
        get_user().await.fault("NotAuthorizedException", "Access Token has been revoked");
        stage.derive(&stage.app, &derived, json!({}))
            .await
            .fault("NotAuthorizedException", "Subject Token has been revoked");
    }

    async fn a_derived_token_lasts_no_longer_than_what_it_comes_from(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (mut token, _) = stage.granted("alice", "photos/read").await;
        let acting = stage.acting(&stage.agent).await;
        for (members, left) in [(json!({}), 2700), (json!({}), 1800), (acting, 900)] {
            lab.clock.advance(std::time::Duration::from_mins(15));
            let output = stage.derive(&stage.agent, &token, members).await.ok();
            assert_eq!(output["ExpiresIn"], left);
            token = output["IssuedToken"].as_str().unwrap().to_owned();
        }
        lab.clock.advance(std::time::Duration::from_mins(15));
        stage.derive(&stage.agent, &token, json!({}))
            .await
            .fault("NotAuthorizedException", "Subject Token has expired");
    }

    async fn an_actors_token_bounds_what_comes_from_it(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let acting = stage.acting(&stage.agent).await;
        lab.clock.advance(std::time::Duration::from_mins(50));
        let (access, _) = stage.granted("alice", "photos/read").await;
        let output = stage.derive(&stage.agent, &access, acting.clone()).await.ok();
        assert_eq!(output["ExpiresIn"], 600);
        lab.clock.advance(hours(1) / 6);
        stage.derive(&stage.agent, &access, acting)
            .await
            .fault("NotAuthorizedException", "Actor Token has expired");
    }

    async fn a_token_that_is_bound_to_a_service_stays_bound(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, _) = stage.granted("alice", "photos/read").await;
        let bound = stage.derive(&stage.agent, &access, json!({ "Audiences": ["urn:photos"] })).await.ok();
        let bound = bound["IssuedToken"].as_str().unwrap();
        assert_eq!(stage.pool.verify(bound).await["aud"], "urn:photos");
        let again = stage.derive(&stage.agent, bound, json!({})).await.ok();
        assert_eq!(stage.claims(&again).await["aud"], "urn:photos");
        let own = json!({ "Audiences": [stage.agent.id] });
        let own = stage.derive(&stage.agent, bound, own).await.ok();
        assert_eq!(stage.claims(&own).await["aud"], stage.agent.id);
    }

    async fn an_administrators_signature_stands_for_the_secret(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, _) = stage.granted("alice", "photos/read").await;
        let input = json!({
            "ClientId": stage.agent.id, "SubjectToken": access, "SubjectTokenType": "ACCESS_TOKEN"
        });
        let message = format!("Unable to verify secret hash for client {}", stage.agent.id);
        lab.call("GetDerivedToken", input.clone()).await.fault("NotAuthorizedException", &message);
        stage.pool.admin.call("GetDerivedToken", input.clone()).await.ok();
        let stranger = lab.admin().in_account("999999999999");
        stranger.call("GetDerivedToken", input.clone()).await.fault("NotAuthorizedException", &message);
        let mut wrong = input;
        wrong["ClientSecret"] = json!("x".repeat(52));
        stage.pool.admin.call("GetDerivedToken", wrong).await.fault("NotAuthorizedException", &message);
    }
}
