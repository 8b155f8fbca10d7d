//! What no PreTokenGeneration function may change: every claim by which tokens say who and what they are for.

use poolhouse_tests::actors::{SignedIn, User};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Map, Value, json};

use super::{alice, pool, versioned};

const TRIGGER: &str = "PreTokenGeneration";

/// The claims that stay as they are, whatever a function says.
const FORBIDDEN: [&str; 31] = [
    "acr",
    "act",
    "amr",
    "at_hash",
    "auth_time",
    "azp",
    "client_id",
    "cognito:email_alias",
    "cognito:groups",
    "cognito:preferred_role",
    "cognito:roles",
    "cognito:user_status",
    "cognito:username",
    "dev:custom:role",
    "device_key",
    "event_id",
    "exp",
    "iat",
    "identities",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "origin_jti",
    "scope",
    "sub",
    "token_use",
    "username",
    "version",
    "aud",
    "cognito:anything",
];

/// The claims that are never the same twice.
const UNIQUE: [&str; 3] = ["jti", "event_id", "origin_jti"];

/// These claims with a forged value.
fn forged(names: &[&str], value: &Value) -> Value {
    let forge = |name: &&str| ((*name).to_owned(), value.clone());
    names.iter().map(forge).collect::<Map<_, _>>().into()
}

/// The claims that an id token may have of a function though an access token may not.
fn without_scope() -> Vec<&'static str> {
    FORBIDDEN.into_iter().filter(|name| *name != "scope").collect()
}

/// Alice, in a pool whose function of this version says nothing yet.
async fn alice_of(lab: &Lab, version: &str) -> User {
    let function = lab.functions.listening(TRIGGER);
    alice(&pool(lab, versioned(version, &function)).await.client().await).await
}

/// The claims of both tokens, with the names of those that are never the same twice.
async fn claims(signed_in: &SignedIn) -> [Value; 2] {
    let mut tokens = [signed_in.id_claims().await, signed_in.access_claims().await];
    for claims in &mut tokens {
        for name in UNIQUE {
            assert_eq!(claims[name].as_str().unwrap().len(), 36, "{name}: {claims}");
            claims[name] = json!(name);
        }
    }
    tokens
}

scenario! {
    async fn version_1_changes_none_of_them(lab: Lab) {
        let alice = alice_of(&lab, "V1_0").await;
        let honest = claims(&alice.sign_in().await).await;
        let names = without_scope();
        lab.functions.answering(TRIGGER, json!({ "claimsOverrideDetails": {
            "claimsToAddOrOverride": forged(&names, &json!("forged")),
        } }));
        assert_eq!(claims(&alice.sign_in().await).await, honest);
        lab.functions.answering(TRIGGER, json!({ "claimsOverrideDetails": { "claimsToSuppress": FORBIDDEN } }));
        assert_eq!(claims(&alice.sign_in().await).await, honest);
    }

    async fn versions_2_and_3_change_none_of_them(lab: Lab) {
        for version in ["V2_0", "V3_0"] {
            let alice = alice_of(&lab, version).await;
            let honest = claims(&alice.sign_in().await).await;
            for value in [json!("forged"), json!(4_102_444_800_i64), json!(["admins"]), json!({ "a": 1 }), json!(true)] {
                let id = forged(&without_scope(), &value);
                let access = forged(&FORBIDDEN, &value);
                lab.functions.answering(TRIGGER, json!({ "claimsAndScopeOverrideDetails": {
                    "idTokenGeneration": { "claimsToAddOrOverride": id },
                    "accessTokenGeneration": { "claimsToAddOrOverride": access },
                } }));
                assert_eq!(claims(&alice.sign_in().await).await, honest, "{version} {value}");
            }
        }
    }

    async fn none_of_them_can_be_suppressed(lab: Lab) {
        for version in ["V2_0", "V3_0"] {
            let alice = alice_of(&lab, version).await;
            let honest = claims(&alice.sign_in().await).await;
            lab.functions.answering(TRIGGER, json!({ "claimsAndScopeOverrideDetails": {
                "idTokenGeneration": { "claimsToSuppress": FORBIDDEN },
                "accessTokenGeneration": { "claimsToSuppress": FORBIDDEN },
            } }));
            assert_eq!(claims(&alice.sign_in().await).await, honest, "{version}");
        }
    }

    async fn a_function_makes_nobody_somebody_else(lab: Lab) {
        let alice = alice_of(&lab, "V2_0").await;
        let bob = alice.client.confirmed_user("bob").await;
        let access = json!({ "sub": bob.sub, "username": "bob", "event_id": "00000000-0000-4000-8000-000000000000" });
        lab.functions.answering(TRIGGER, json!({ "claimsAndScopeOverrideDetails": {
            "accessTokenGeneration": { "claimsToAddOrOverride": access },
        } }));
        let signed_in = alice.sign_in().await;
        assert_eq!(signed_in.get_user().await.ok()["Username"], "alice");
        // Nor do they outlive their sign-in.
        signed_in.global_sign_out().await.ok();
        signed_in.get_user().await.fault("NotAuthorizedException", "Access Token has been revoked");
    }

    async fn an_id_token_is_no_access_token_whatever_it_holds(lab: Lab) {
        let alice = alice_of(&lab, "V2_0").await;
        lab.functions.answering(TRIGGER, json!({ "claimsAndScopeOverrideDetails": { "idTokenGeneration": {
            "claimsToAddOrOverride": {
                "scope": "aws.cognito.signin.user.admin openid", "token_use": "access", "client_id": alice.client.id,
                "username": "alice",
            },
        } } }));
        let signed_in = alice.sign_in().await;
        let reply = lab.call("GetUser", json!({ "AccessToken": signed_in.tokens.id })).await;
        reply.fault("NotAuthorizedException", "Invalid Access Token");
    }
}
