//! PreTokenGeneration of versions 2 and 3: claims and scopes of access tokens, and what can be done with those.

use poolhouse_tests::actors::{Client, SignedIn};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ALICE, alice, pool, versioned};

const TRIGGER: &str = "PreTokenGeneration";
const ADMIN: &str = "aws.cognito.signin.user.admin";

/// A client of a pool with a function of this version that answers these details.
async fn client(lab: &Lab, version: &str, details: Value) -> Client {
    let function = lab
        .functions
        .answering(TRIGGER, json!({ "claimsAndScopeOverrideDetails": details }));
    pool(lab, versioned(version, &function)).await.client().await
}

/// Alice, signed in where a function of version 2 answers this of her access token.
async fn signed_in(lab: &Lab, access_token: Value) -> SignedIn {
    let client = client(lab, "V2_0", json!({ "accessTokenGeneration": access_token })).await;
    alice(&client).await.sign_in().await
}

/// Asks `userInfo` with the access token.
async fn user_info(lab: &Lab, signed_in: &SignedIn) -> poolhouse_tests::reply::Reply {
    let path = format!("/{}/oauth2/userInfo", signed_in.user.client.pool.id);
    let authorization = format!("Bearer {}", signed_in.tokens.access);
    let request = http::Request::get(path).header("authorization", authorization);
    let request = request.header("host", poolhouse_tests::lab::PUBLIC_HOST);
    lab.send(request.body(Vec::new()).unwrap()).await
}

scenario! {
    async fn access_tokens_take_claims_of_every_type(lab: Lab) {
        for version in ["V2_0", "V3_0"] {
            let given = json!({
                "text": "a", "number": 1.5, "flag": true, "list": ["a", 1, null], "object": { "a": { "b": [] } },
            });
            let client = client(&lab, version, json!({
                "idTokenGeneration": { "claimsToAddOrOverride": given, "claimsToSuppress": ["email"] },
                "accessTokenGeneration": { "claimsToAddOrOverride": given },
            })).await;
            let signed_in = alice(&client).await.sign_in().await;
            let (id, access) = (signed_in.id_claims().await, signed_in.access_claims().await);
            for (name, value) in given.as_object().unwrap() {
                assert_eq!((&id[name], &access[name]), (value, value), "{version} {name}");
            }
            assert_eq!(id.get("email"), None);
            signed_in.get_user().await.ok();
        }
    }

    async fn each_token_is_changed_by_its_own_part(lab: Lab) {
        let client = client(&lab, "V2_0", json!({
            "idTokenGeneration": { "claimsToAddOrOverride": { "only": "id" } },
            "accessTokenGeneration": { "claimsToAddOrOverride": { "other": "access", "both": 1 }, "claimsToSuppress": ["both"] },
        })).await;
        let signed_in = alice(&client).await.sign_in().await;
        let (id, access) = (signed_in.id_claims().await, signed_in.access_claims().await);
        assert_eq!((&id["only"], id.get("other"), id.get("both")), (&json!("id"), None, None));
        assert_eq!((access.get("only"), &access["other"], access.get("both")), (None, &json!("access"), None));
    }

    async fn compound_values_do_not_replace_simple_attributes(lab: Lab) {
        let compound = json!({ "a": ["b"] });
        let client = client(&lab, "V2_0", json!({ "idTokenGeneration": { "claimsToAddOrOverride": {
            "email_verified": compound, "phone_number_verified": compound, "updated_at": compound, "address": compound,
            "email": compound,
        } } })).await;
        let id = alice(&client).await.sign_in().await.id_claims().await;
        assert_eq!(id["email_verified"], false);
        for absent in ["phone_number_verified", "updated_at", "address"] {
            assert_eq!(id.get(absent), None, "{absent}");
        }
        assert_eq!(id["email"], compound);
    }

    async fn scopes_are_added_and_suppressed(lab: Lab) {
        let signed_in = signed_in(&lab, json!({
            "scopesToAdd": ["photos/read", "openid", "photos/read", ADMIN, "drop"], "scopesToSuppress": ["drop", "unknown"],
        })).await;
        assert_eq!(signed_in.access_claims().await["scope"], format!("{ADMIN} photos/read openid"));
        assert_eq!(signed_in.id_claims().await.get("scope"), None);
    }

    async fn what_is_no_scope_is_not_added(lab: Lab) {
        let signed_in = signed_in(&lab, json!({ "scopesToAdd": ["two words", "", "a\"b", "a\\b", "tab\t", "fine"] })).await;
        assert_eq!(signed_in.access_claims().await["scope"], format!("{ADMIN} fine"));
    }

    async fn without_its_scope_a_token_calls_no_operation(lab: Lab) {
        let signed_in = signed_in(&lab, json!({ "scopesToSuppress": [ADMIN] })).await;
        assert_eq!(signed_in.access_claims().await["scope"], "");
        let message = "Access Token does not have required scopes";
        signed_in.get_user().await.fault("NotAuthorizedException", message);
        let update = json!({ "UserAttributes": [{ "Name": "name", "Value": "Alice" }] });
        signed_in.call("UpdateUserAttributes", update).await.fault("NotAuthorizedException", message);
        let devices = signed_in.call("SetUserMFAPreference", json!({})).await;
        devices.fault("NotAuthorizedException", message);
    }

    async fn who_was_given_openid_is_told_of_the_user(lab: Lab) {
        let plain = signed_in(&lab, json!({})).await;
        assert_eq!(user_info(&lab, &plain).await.status, 403);
        let added = signed_in(&lab, json!({ "scopesToAdd": ["openid", "email"] })).await;
        let output = user_info(&lab, &added).await.ok();
        assert_eq!((&output["sub"], &output["email"]), (&json!(added.user.sub), &json!(ALICE)));
    }

    async fn the_audience_of_an_access_token_can_only_be_its_client(lab: Lab) {
        let client = client(&lab, "V2_0", json!({})).await;
        let alice = alice(&client).await;
        for (audience, given) in [
            (json!(client.id), Some(json!(client.id))),
            (json!("other"), None),
            (json!([client.id]), None),
            (json!([client.id, "other"]), None),
        ] {
            let details = json!({ "accessTokenGeneration": { "claimsToAddOrOverride": { "aud": audience } } });
            lab.functions.answering(TRIGGER, json!({ "claimsAndScopeOverrideDetails": details }));
            let access = alice.sign_in().await.access_claims().await;
            assert_eq!(access.get("aud"), given.as_ref(), "{audience}");
        }
    }

    async fn groups_are_replaced_and_suppressed(lab: Lab) {
        let groups = json!({ "groupsToOverride": ["guests"], "iamRolesToOverride": [], "preferredRole": "" });
        let client = client(&lab, "V2_0", json!({ "groupOverrideDetails": groups })).await;
        let alice = alice(&client).await;
        let signed_in = alice.sign_in().await;
        let (id, access) = (signed_in.id_claims().await, signed_in.access_claims().await);
        assert_eq!((&id["cognito:groups"], &access["cognito:groups"]), (&json!(["guests"]), &json!(["guests"])));
        assert_eq!((id.get("cognito:roles"), id.get("cognito:preferred_role")), (None, None));

        let details = json!({
            "groupOverrideDetails": groups, "accessTokenGeneration": { "claimsToSuppress": ["cognito:groups"] },
        });
        lab.functions.answering(TRIGGER, json!({ "claimsAndScopeOverrideDetails": details }));
        let signed_in = alice.sign_in().await;
        assert_eq!(signed_in.access_claims().await.get("cognito:groups"), None);
        assert_eq!(signed_in.id_claims().await["cognito:groups"], json!(["guests"]));
    }

    async fn a_lite_pool_has_only_version_1(lab: Lab) {
        let function = lab.functions.listening(TRIGGER);
        for version in ["V2_0", "V3_0"] {
            let input = json!({
                "PoolName": "pool", "UserPoolTier": "LITE", "LambdaConfig": versioned(version, &function),
            });
            let reply = lab.admin().call("CreateUserPool", input).await;
            assert_eq!(reply.error().0, "FeatureUnavailableInTierException");
        }
    }
}
