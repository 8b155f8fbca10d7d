//! GetDerivedToken: what is refused, so that nobody gets more by an exchange than they had.

use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::Stage;

const INVALID: &str = "InvalidParameterException";
const NOT_AUTHORIZED: &str = "NotAuthorizedException";
const NOT_ALLOWED: &str = "Client is not allowed to request the scopes.";

scenario! {
    async fn a_client_exchanges_only_in_the_ways_that_it_allows(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, _) = stage.granted("alice", "photos/read").await;
        let acting = stage.acting(&stage.agent).await;
        let flow = "Auth flow not enabled for this client";
        stage.derive(&stage.front, &access, json!({})).await.fault(INVALID, flow);
        stage.derive(&stage.front, &access, acting.clone()).await.fault(INVALID, flow);
        let impersonates = stage.exchanger(&["ALLOW_TOKEN_EXCHANGE_IMPERSONATION"]).await;
        stage.derive(&impersonates, &access, json!({})).await.ok();
        stage.derive(&impersonates, &access, acting).await.fault(INVALID, flow);
        let delegates = stage.exchanger(&["ALLOW_TOKEN_EXCHANGE_DELEGATION"]).await;
        stage.derive(&delegates, &access, json!({})).await.fault(INVALID, flow);
        stage.derive(&delegates, &access, stage.acting(&delegates).await).await.ok();
    }

    async fn the_requesting_client_must_be_known_and_know_its_secret(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, _) = stage.granted("alice", "photos/read").await;
        let message = format!("Unable to verify secret hash for client {}", stage.agent.id);
        for wrong in [Value::Null, json!("x".repeat(52)), json!(stage.machine().await.secret)] {
            stage.derive(&stage.agent, &access, json!({ "ClientSecret": wrong })).await.fault(NOT_AUTHORIZED, &message);
        }
        let secret = json!({ "ClientSecret": stage.agent.secret });
        let message = format!("Unable to verify secret hash for client {}", stage.app.id);
        stage.derive(&stage.app, &access, secret).await.fault(NOT_AUTHORIZED, &message);
        let unknown = json!({ "ClientId": "unknown" });
        stage.derive(&stage.agent, &access, unknown)
            .await
            .fault("ResourceNotFoundException", "User pool client unknown does not exist.");
    }

    async fn no_token_but_the_pools_own_of_the_kind_that_is_said_is_a_subject(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, id) = stage.granted("alice", "openid photos/read").await;
        let elsewhere = Stage::new(&lab).await;
        let (foreign_access, foreign_id) = elsewhere.granted("alice", "openid photos/read").await;
        let machine = stage.machine_token(&stage.agent).await;
        let refresh = stage.alice.sign_in().await.tokens.refresh;
        let (head, tail) = access.rsplit_once('.').unwrap();
        let (header, _) = head.split_once('.').unwrap();
        let (_, payload) = id.rsplit_once('.').unwrap().0.split_once('.').unwrap();
        let unsigned = format!("{head}.");
        let mixed = format!("{header}.{payload}.{tail}");
        for (kind, token) in [
            ("ACCESS_TOKEN", &*id), ("ID_TOKEN", &*access), ("ACCESS_TOKEN", &*foreign_access),
            ("ID_TOKEN", &*foreign_id), ("ACCESS_TOKEN", &*machine), ("ID_TOKEN", &*machine),
            ("ACCESS_TOKEN", &*refresh), ("ACCESS_TOKEN", &*unsigned), ("ACCESS_TOKEN", &*mixed),
            ("ACCESS_TOKEN", "a.b.c"), ("ACCESS_TOKEN", "x"),
        ] {
            stage.derive(&stage.app, token, json!({ "SubjectTokenType": kind }))
                .await
                .fault(NOT_AUTHORIZED, "Invalid Subject Token");
        }
    }

    async fn a_subject_whose_sign_in_or_client_is_gone_is_none(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let refused = async |access: &str, message: &str| {
            stage.derive(&stage.agent, access, json!({})).await.fault(NOT_AUTHORIZED, message);
        };
        let (access, id) = stage.granted("alice", "openid photos/read").await;
        stage.alice.admin_call("AdminUserGlobalSignOut", json!({})).await.ok();
        refused(&access, "Subject Token has been revoked").await;
        stage.derive(&stage.agent, &id, json!({ "SubjectTokenType": "ID_TOKEN" }))
            .await
            .fault(NOT_AUTHORIZED, "Subject Token has been revoked");

        let (access, _) = stage.granted("alice", "photos/read").await;
        stage.alice.admin_call("AdminDisableUser", json!({})).await.ok();
        refused(&access, "User is disabled.").await;
        stage.alice.admin_call("AdminEnableUser", json!({})).await.ok();
        let (access, _) = stage.granted("alice", "photos/read").await;
        stage.pool.call("DeleteUserPoolClient", json!({ "ClientId": stage.front.id })).await.ok();
        refused(&access, "Subject Token has been revoked").await;
    }

    async fn a_user_who_is_gone_is_no_subject(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, _) = stage.granted("alice", "photos/read").await;
        stage.alice.admin_call("AdminDeleteUser", json!({})).await.ok();
        stage.derive(&stage.agent, &access, json!({}))
            .await
            .fault("UserNotFoundException", "User does not exist.");
    }

    async fn an_exchange_adds_no_scope(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, id) = stage.granted("alice", "openid photos/read").await;
        let asked = json!({ "Scopes": ["photos/read", "photos/write", "aws.cognito.signin.user.admin"] });
        let output = stage.derive(&stage.app, &access, asked).await.ok();
        assert_eq!(output["Scopes"], json!(["photos/read"]));
        for scope in ["photos/write", "aws.cognito.signin.user.admin", "email", "unknown/scope", "aws.cognito/dcr/register"] {
            let asked = json!({ "Scopes": [scope] });
            stage.derive(&stage.app, &access, asked.clone()).await.fault(NOT_AUTHORIZED, NOT_ALLOWED);
            let by_id = json!({ "Scopes": [scope], "SubjectTokenType": "ID_TOKEN" });
            stage.derive(&stage.app, &id, by_id).await.fault(NOT_AUTHORIZED, NOT_ALLOWED);
        }
        // What a narrower token lost doesn't come back.
        let (wide, _) = stage.granted("alice", "openid photos/read").await;
        let narrow = stage.derive(&stage.app, &wide, json!({ "Scopes": ["photos/read"] })).await.ok();
        let narrow = narrow["IssuedToken"].as_str().unwrap();
        stage.derive(&stage.app, narrow, json!({ "Scopes": ["openid"] })).await.fault(NOT_AUTHORIZED, NOT_ALLOWED);
    }

    async fn fewer_scopes_show_no_more_of_the_user(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, _) = stage.granted("alice", "openid email photos/read").await;
        let asked = json!({ "Scopes": ["openid", "photos/read"] });
        let output = stage.derive(&stage.app, &access, asked).await.ok();
        assert_eq!(output["Scopes"], json!(["photos/read"]));
        let (access, _) = stage.granted("alice", "photos/read").await;
        let wanted = json!({ "RequestedTokenType": "ID_TOKEN" });
        stage.derive(&stage.app, &access, wanted).await.fault(NOT_AUTHORIZED, NOT_ALLOWED);
    }

    async fn no_token_is_made_for_another_client(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, _) = stage.granted("alice", "openid photos/read").await;
        let other = "Audiences can't name another app client of the user pool.";
        let to_front = json!({ "Audiences": [stage.front.id] });
        stage.derive(&stage.app, &access, to_front).await.fault(INVALID, other);
        for target in [
            json!({ "Audiences": [stage.front.id] }), json!({ "Audiences": ["urn:photos"] }),
            json!({ "Resources": ["photos"] }),
        ] {
            let mut members = target;
            members["RequestedTokenType"] = json!("ID_TOKEN");
            stage.derive(&stage.app, &access, members)
                .await
                .fault(INVALID, "An ID token can only be issued for the app client that requests it.");
        }
        stage.derive(&stage.app, &access, json!({ "Resources": ["mail"] }))
            .await
            .fault("ResourceNotFoundException", "Resource server mail does not exist.");
        let both = json!({ "Resources": ["photos"], "Audiences": ["urn:photos"] });
        stage.derive(&stage.app, &access, both)
            .await
            .fault(INVALID, "Audiences and Resources can't be given together.");
    }

    async fn an_actor_is_the_client_that_asks_and_not_the_subject(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, _) = stage.granted("alice", "openid photos/read").await;
        let other = stage.machine().await;
        let of_other = stage.acting(&other).await;
        stage.derive(&stage.agent, &access, of_other).await.fault(NOT_AUTHORIZED, "Invalid Actor Token");
        let by = |token: &Value| json!({ "ActorToken": token, "ActorTokenType": "ACCESS_TOKEN" });
        let own = stage.derive(&stage.agent, &access, json!({})).await.ok();
        stage.derive(&stage.agent, &access, by(&own["IssuedToken"]))
            .await
            .fault(INVALID, "The subject and the actor can't be the same.");

        let bob = stage.app.confirmed_user("bob").await.sign_in().await;
        let acting = by(&json!(bob.tokens.access));
        let delegated = stage.derive(&stage.app, &access, acting).await.ok();
        let bobs = json!(bob.tokens.access);
        stage.derive(&stage.app, bobs.as_str().unwrap(), by(&delegated["IssuedToken"]))
            .await
            .fault(NOT_AUTHORIZED, "Invalid Actor Token");
        let mistyped = json!({ "ActorToken": bob.tokens.access, "ActorTokenType": "ID_TOKEN" });
        stage.derive(&stage.app, &access, mistyped).await.fault(NOT_AUTHORIZED, "Invalid Actor Token");
        bob.global_sign_out().await.ok();
        stage.derive(&stage.app, &access, by(&bobs)).await.fault(NOT_AUTHORIZED, "Actor Token has been revoked");
    }

    async fn an_actor_whose_client_is_gone_is_none(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let gone = stage.machine().await;
        let acting = stage.acting(&gone).await;
        let (access, _) = stage.granted("alice", "photos/read").await;
        stage.pool.call("DeleteUserPoolClient", json!({ "ClientId": gone.id })).await.ok();
        stage.derive(&stage.agent, &access, acting)
            .await
            .fault(NOT_AUTHORIZED, "Actor Token has been revoked");
    }

    async fn members_that_need_each_other_come_together(lab: Lab) {
        let stage = Stage::new(&lab).await;
        let (access, _) = stage.granted("alice", "photos/read").await;
        for (members, message) in [
            (json!({ "ActorToken": access }), "ActorToken requires ActorTokenType."),
            (json!({ "ActorTokenType": "ID_TOKEN" }), "ActorTokenType and ActorTokenProviderName require ActorToken."),
            (json!({ "ActorTokenProviderName": "x" }), "ActorTokenType and ActorTokenProviderName require ActorToken."),
            (
                json!({ "SubjectTokenType": "SAML2" }),
                "A SAML2 token requires the name of the identity provider that issued it.",
            ),
        ] {
            stage.derive(&stage.agent, &access, members).await.fault(INVALID, message);
        }
        let actor = json!({
            "ActorToken": access, "ActorTokenType": "SAML2", "ActorTokenProviderName": "Corporate"
        });
        for unknown in [
            actor,
            json!({ "SubjectTokenProviderName": "Corporate" }),
            json!({ "SubjectTokenType": "SAML2", "SubjectTokenProviderName": "Corporate" }),
        ] {
            stage.derive(&stage.agent, &access, unknown)
                .await
                .fault("ResourceNotFoundException", "Identity provider Corporate does not exist.");
        }
    }
}
