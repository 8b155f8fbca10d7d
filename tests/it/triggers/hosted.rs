//! Triggers of sign-ins on the pages of managed login, and of the tokens that come of them.

use poolhouse_tests::browser::{Browser, answer};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{listeners, sources_during, stored, versioned};
use crate::oauth::app::{App, token};

const PRE: &str = "PreAuthentication_Authentication";
const POST: &str = "PostAuthentication_Authentication";
const HOSTED: &str = "TokenGeneration_HostedAuth";

/// An application of a pool with these functions.
async fn app(lab: &Lab, functions: Value) -> App {
    App::with(lab, json!({ "LambdaConfig": functions }), json!({})).await
}

/// An application of a pool whose function of version 2 answers this of access tokens.
async fn changing(lab: &Lab, access_token: Value) -> App {
    let app = app(lab, versioned("V2_0", &lab.functions.listening("PreTokenGeneration"))).await;
    change(lab, access_token);
    app
}

fn change(lab: &Lab, access_token: Value) {
    let details = Value::from_iter([("accessTokenGeneration", access_token)]);
    lab.functions.answering(
        "PreTokenGeneration",
        json!({ "claimsAndScopeOverrideDetails": details }),
    );
}

scenario! {
    async fn a_code_is_a_sign_in_whose_tokens_come_later(lab: Lab) {
        let app = app(&lab, listeners(&lab)).await;
        let mut browser = Browser::new(&lab);
        let (back, sources) = sources_during(&lab, app.sign_in(&mut browser, &app.authorize(&[]))).await;
        assert_eq!(sources, [PRE, POST]);
        let (reply, sources) = sources_during(&lab, app.redeem(&answer(&back)["code"], &[])).await;
        let output = reply.ok();
        assert_eq!(sources, [HOSTED]);
        let (reply, sources) = sources_during(&lab, app.refresh(token(&output, "refresh_token"), &[])).await;
        reply.ok();
        assert_eq!(sources, ["TokenGeneration_RefreshTokens"]);

        // The browser is signed in: nobody signs in again.
        let (back, sources) = sources_during(&lab, app.authorized(&mut browser, &[])).await;
        assert!(sources.is_empty(), "{sources:?}");
        let (reply, sources) = sources_during(&lab, app.redeem(&answer(&back)["code"], &[])).await;
        reply.ok();
        assert_eq!(sources, [HOSTED]);
    }

    async fn the_implicit_grant_gives_tokens_at_once(lab: Lab) {
        let app = app(&lab, listeners(&lab)).await;
        let address = app.authorize(&[("response_type", "token"), ("scope", "openid")]);
        let (_, sources) = sources_during(&lab, app.sign_in(&mut Browser::new(&lab), &address)).await;
        assert_eq!(sources, [PRE, POST, HOSTED]);
    }

    async fn the_function_is_told_of_granted_scopes(lab: Lab) {
        let app = app(&lab, versioned("V2_0", &lab.functions.listening("PreTokenGeneration"))).await;
        app.tokens(&[("scope", "openid email photos/read")]).await;
        let event = lab.functions.event("PreTokenGeneration");
        assert_eq!((&event["version"], &event["triggerSource"]), (&json!("2"), &json!(HOSTED)));
        assert_eq!(event["callerContext"]["clientId"], app.client.id);
        assert_eq!(event["request"]["scopes"], json!(["openid", "email", "photos/read"]));
        // All that the pool knows, whatever the scopes show.
        let attributes = stored(&app.alice.sub, "CONFIRMED", json!({
            "email": "alice@example.com", "email_verified": "true", "phone_number": "+12025550123",
            "phone_number_verified": "false", "name": "Alice", "address": "1 High Street", "updated_at": "1700000000",
        }));
        assert_eq!(event["request"]["userAttributes"], attributes);
    }

    async fn added_scopes_open_doors_and_suppressed_ones_close_them(lab: Lab) {
        let app = changing(&lab, json!({
            "scopesToAdd": ["aws.cognito.signin.user.admin"], "scopesToSuppress": ["openid", "email"],
        })).await;
        let output = app.tokens(&[("scope", "openid email photos/read")]).await;
        let access = token(&output, "access_token");
        let claims = app.pool.verify(access).await;
        assert_eq!(claims["scope"], "photos/read aws.cognito.signin.user.admin");
        assert_eq!(app.user_info(access).await.status, 403);
        let user = lab.call("GetUser", json!({ "AccessToken": access })).await.ok();
        assert_eq!(user["Username"], "alice");
        assert!(output["id_token"].is_string(), "the grant is what it was");
    }

    async fn a_suppressed_scope_comes_back_with_another_answer(lab: Lab) {
        let app = changing(&lab, json!({ "scopesToSuppress": ["openid"] })).await;
        let output = app.tokens(&[("scope", "openid email")]).await;
        assert_eq!(app.user_info(token(&output, "access_token")).await.status, 403);
        change(&lab, json!({}));
        let refreshed = app.refresh(token(&output, "refresh_token"), &[]).await.ok();
        let info = app.user_info(token(&refreshed, "access_token")).await.ok();
        assert_eq!(info["email"], "alice@example.com");
    }

    async fn claims_of_the_endpoints_cannot_be_forged(lab: Lab) {
        let app = app(&lab, versioned("V2_0", &lab.functions.listening("PreTokenGeneration"))).await;
        let forged = json!({ "nonce": "forged", "at_hash": "forged", "aud": "forged", "azp": "forged", "version": 9, "acr": "9" });
        lab.functions.answering("PreTokenGeneration", json!({ "claimsAndScopeOverrideDetails": {
            "idTokenGeneration": { "claimsToAddOrOverride": forged },
            "accessTokenGeneration": { "claimsToAddOrOverride": forged },
        } }));
        let output = app.tokens(&[("scope", "openid"), ("nonce", "mine")]).await;
        let id = app.pool.verify(token(&output, "id_token")).await;
        assert_eq!((&id["nonce"], &id["aud"]), (&json!("mine"), &json!(app.client.id)));
        assert_ne!(id["at_hash"], "forged");
        let access = app.pool.verify(token(&output, "access_token")).await;
        assert_eq!((&access["version"], access.get("aud"), access.get("nonce")), (&json!(2), None, None));
        for absent in ["azp", "acr"] {
            assert_eq!((id.get(absent), access.get(absent)), (None, None), "{absent}");
        }
    }
}
