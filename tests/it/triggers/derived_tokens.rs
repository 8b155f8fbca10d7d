//! PreTokenGeneration for tokens that are derived from others: it may narrow them, and no more.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::versioned;
use crate::oauth::stage::Stage;

const TRIGGER: &str = "PreTokenGeneration";
const SCOPE: &str = "openid photos/read photos/write";

/// A stage whose pool has a function of version 2 that listens.
async fn stage(lab: &Lab) -> Stage {
    let stage = Stage::new(lab).await;
    let functions = versioned("V2_0", &lab.functions.listening(TRIGGER));
    let input = json!({ "LambdaConfig": functions });
    stage.pool.call("UpdateUserPool", input).await.ok();
    stage
}

/// Lets the function answer these details.
fn answer(lab: &Lab, details: Value) {
    lab.functions
        .answering(TRIGGER, Value::from_iter([("claimsAndScopeOverrideDetails", details)]));
}

scenario! {
    async fn the_function_is_told_who_asks_and_for_what(lab: Lab) {
        let stage = stage(&lab).await;
        let (subject, _) = stage.granted("alice", SCOPE).await;
        stage.derive(&stage.agent, &subject, json!({})).await.ok();
        let event = lab.functions.events(TRIGGER).pop().unwrap();
        assert_eq!(event["triggerSource"], "TokenGeneration_Authentication");
        assert_eq!((&event["userName"], &event["callerContext"]["clientId"]), (&json!("alice"), &json!(stage.agent.id)));
        assert_eq!(event["request"]["scopes"], json!(["photos/read"]));
        assert_eq!(event["request"]["clientMetadata"], json!({}));
    }

    async fn a_derived_token_gets_claims_and_no_scope(lab: Lab) {
        let stage = stage(&lab).await;
        let (subject, _) = stage.granted("alice", SCOPE).await;
        answer(&lab, json!({ "accessTokenGeneration": {
            "claimsToAddOrOverride": { "tenant": "acme", "act": { "sub": "root" }, "sub": "root", "exp": 4_102_444_800_i64 },
            "scopesToAdd": ["photos/write", "aws.cognito.signin.user.admin"],
        } }));
        let honest = stage.pool.verify(&subject).await;
        let output = stage.derive(&stage.agent, &subject, json!({})).await.ok();
        let claims = stage.claims(&output).await;
        assert_eq!((&claims["tenant"], &claims["scope"]), (&json!("acme"), &json!("photos/read")));
        assert_eq!((&claims["sub"], claims.get("act")), (&honest["sub"], None));
        assert_eq!(claims["exp"], honest["exp"]);
    }

    async fn who_acts_stays_in_the_token(lab: Lab) {
        let stage = stage(&lab).await;
        let (subject, _) = stage.granted("alice", SCOPE).await;
        answer(&lab, json!({ "accessTokenGeneration": {
            "claimsToAddOrOverride": { "act": { "sub": "root" } }, "claimsToSuppress": ["act"],
        } }));
        let acting = stage.acting(&stage.agent).await;
        let output = stage.derive(&stage.agent, &subject, acting).await.ok();
        assert_eq!(stage.claims(&output).await["act"]["sub"], stage.agent.id);
    }

    async fn a_suppressed_scope_is_gone_from_token_and_answer(lab: Lab) {
        let stage = stage(&lab).await;
        let (subject, _) = stage.granted("alice", SCOPE).await;
        answer(&lab, json!({ "accessTokenGeneration": { "scopesToSuppress": ["openid"] } }));
        let output = stage.derive(&stage.app, &subject, json!({})).await.ok();
        assert_eq!(stage.claims(&output).await["scope"], "photos/read");
    }

    async fn a_failing_function_gives_no_token(lab: Lab) {
        let stage = stage(&lab).await;
        let (subject, _) = stage.granted("alice", SCOPE).await;
        lab.functions.failing(TRIGGER, "Not derived");
        let reply = stage.derive(&stage.agent, &subject, json!({})).await;
        reply.fault("UserLambdaValidationException", "PreTokenGeneration failed with error Not derived.");
        // A machine's own token is no user's: version 2 is not asked.
        stage.machine_token(&stage.agent).await;
        let sign_in = stage.app.sign_in("alice", PASSWORD).await;
        sign_in.fault("UserLambdaValidationException", "PreTokenGeneration failed with error Not derived.");
    }
}
