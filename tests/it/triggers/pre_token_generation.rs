//! PreTokenGeneration: what functions are told of the tokens that they may change, and what version 1 changes.

use poolhouse_tests::actors::{Client, Pool, SignedIn, User};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ALICE, alice, event, pool, stored, versioned};

const TRIGGER: &str = "PreTokenGeneration";
const SOURCE: &str = "TokenGeneration_Authentication";
const READER: &str = "arn:aws:iam::000000000000:role/reader";
const WRITER: &str = "arn:aws:iam::000000000000:role/writer";

/// Alice, who is in the groups `admins` and `staff`, in a pool whose function of this version listens.
async fn member(lab: &Lab, version: &str) -> User {
    let pool = pool(lab, versioned(version, &lab.functions.listening(TRIGGER))).await;
    let alice = alice(&pool.client().await).await;
    join(&pool, "staff", json!({ "Precedence": 2, "RoleArn": READER })).await;
    join(&pool, "admins", json!({ "Precedence": 1, "RoleArn": WRITER })).await;
    alice
}

async fn join(pool: &Pool, group: &str, settings: Value) {
    let settings = poolhouse_tests::actors::merge(json!({ "GroupName": group }), settings);
    pool.call("CreateGroup", settings).await.ok();
    let input = json!({ "GroupName": group, "Username": "alice" });
    pool.call("AdminAddUserToGroup", input).await.ok();
}

/// What the function is told of Alice's groups.
fn groups() -> Value {
    json!({
        "groupsToOverride": ["admins", "staff"], "iamRolesToOverride": [WRITER, READER], "preferredRole": WRITER
    })
}

/// Lets the function answer these details.
fn answer(lab: &Lab, details: Value) {
    lab.functions
        .answering(TRIGGER, Value::from_iter([("claimsOverrideDetails", details)]));
}

/// A client of a pool with a function of version 1 that answers these details.
async fn client(lab: &Lab, details: Value) -> Client {
    let client = pool(lab, json!({ TRIGGER: lab.functions.listening(TRIGGER) }))
        .await
        .client()
        .await;
    answer(lab, details);
    client
}

/// The claims of the id token and of the access token.
async fn claims(signed_in: &SignedIn) -> (Value, Value) {
    (signed_in.id_claims().await, signed_in.access_claims().await)
}

scenario! {
    async fn version_1_is_told_of_user_and_groups(lab: Lab) {
        let alice = member(&lab, "V1_0").await;
        alice.sign_in().await;
        let attributes = stored(&alice.sub, "CONFIRMED", json!({ "email": ALICE, "email_verified": "false" }));
        let request = json!({ "userAttributes": attributes, "groupConfiguration": groups(), "clientMetadata": {} });
        let response = json!({ "claimsOverrideDetails": null });
        let client = &alice.client;
        assert_eq!(lab.functions.event(TRIGGER), event(&client.pool, &client.id, SOURCE, "alice", request, response));
    }

    async fn versions_2_and_3_are_told_of_scopes_too(lab: Lab) {
        for (version, number) in [("V2_0", "2"), ("V3_0", "3")] {
            let alice = member(&lab, version).await;
            alice.sign_in().await;
            let attributes = stored(&alice.sub, "CONFIRMED", json!({ "email": ALICE, "email_verified": "false" }));
            let request = json!({
                "userAttributes": attributes, "groupConfiguration": groups(), "clientMetadata": {},
                "scopes": ["aws.cognito.signin.user.admin"],
            });
            let response = json!({ "claimsAndScopeOverrideDetails": null });
            let client = &alice.client;
            let mut expected = event(&client.pool, &client.id, SOURCE, "alice", request, response);
            expected["version"] = json!(number);
            assert_eq!(lab.functions.events(TRIGGER).last(), Some(&expected));
        }
    }

    async fn who_is_in_no_group_has_an_empty_configuration(lab: Lab) {
        let client = client(&lab, json!(null)).await;
        alice(&client).await.sign_in().await;
        let none = json!({ "groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": null });
        assert_eq!(lab.functions.event(TRIGGER)["request"]["groupConfiguration"], none);
    }

    async fn version_1_adds_replaces_and_suppresses_claims_of_the_id_token(lab: Lab) {
        let client = client(&lab, json!({
            "claimsToAddOrOverride": { "tenant": "acme", "email": "other@example.com", "both": "x", "nothing": null },
            "claimsToSuppress": ["email_verified", "both", "unknown"],
        })).await;
        let signed_in = alice(&client).await.sign_in().await;
        let (id, access) = claims(&signed_in).await;
        assert_eq!((&id["tenant"], &id["email"]), (&json!("acme"), &json!("other@example.com")));
        for absent in ["email_verified", "both", "unknown", "nothing"] {
            assert_eq!(id.get(absent), None, "{absent}");
        }
        assert_eq!((access.get("tenant"), access.get("email")), (None, None));
        // Only tokens say so: the user is who they were.
        assert_eq!(client.pool.attribute("alice", "email").await.as_deref(), Some(ALICE));
    }

    async fn attributes_as_text_keep_the_types_of_their_claims(lab: Lab) {
        let client = client(&lab, json!({ "claimsToAddOrOverride": {
            "email_verified": "true", "updated_at": "1700000000", "address": "1 High Street",
        } })).await;
        let (id, _) = claims(&alice(&client).await.sign_in().await).await;
        assert_eq!(id["email_verified"], true);
        assert_eq!(id["updated_at"], 1_700_000_000);
        assert_eq!(id["address"], json!({ "formatted": "1 High Street" }));
    }

    async fn groups_are_replaced_in_both_tokens(lab: Lab) {
        let alice = member(&lab, "V1_0").await;
        answer(&lab, json!({ "groupOverrideDetails": {
            "groupsToOverride": ["guests", "staff"], "iamRolesToOverride": [READER], "preferredRole": READER,
        } }));
        let (id, access) = claims(&alice.sign_in().await).await;
        assert_eq!(id["cognito:groups"], json!(["guests", "staff"]));
        assert_eq!(id["cognito:roles"], json!([READER]));
        assert_eq!(id["cognito:preferred_role"], READER);
        assert_eq!(access["cognito:groups"], json!(["guests", "staff"]));
        assert_eq!((access.get("cognito:roles"), access.get("cognito:preferred_role")), (None, None));
        let membership = alice.admin_call("AdminListGroupsForUser", json!({})).await.ok();
        let names: Vec<&Value> = membership["Groups"].as_array().unwrap().iter().map(|group| &group["GroupName"]).collect();
        assert_eq!(names, ["admins", "staff"]);
    }

    async fn groups_that_are_given_as_nothing_are_gone_and_not_given_stay(lab: Lab) {
        let alice = member(&lab, "V1_0").await;
        for nothing in [json!(null), json!({}), json!({ "groupsToOverride": [] })] {
            answer(&lab, json!({ "groupOverrideDetails": nothing }));
            let (id, access) = claims(&alice.sign_in().await).await;
            for claim in ["cognito:groups", "cognito:roles", "cognito:preferred_role"] {
                assert_eq!((id.get(claim), access.get(claim)), (None, None), "{claim} {nothing}");
            }
        }
        answer(&lab, json!({ "claimsToAddOrOverride": { "tenant": "acme" } }));
        let (id, access) = claims(&alice.sign_in().await).await;
        assert_eq!(id["cognito:groups"], json!(["admins", "staff"]));
        assert_eq!(access["cognito:groups"], json!(["admins", "staff"]));
        assert_eq!(id["cognito:preferred_role"], WRITER);
    }

    async fn suppressed_groups_take_the_roles_along(lab: Lab) {
        let alice = member(&lab, "V1_0").await;
        answer(&lab, json!({ "claimsToSuppress": ["cognito:groups"] }));
        let (id, access) = claims(&alice.sign_in().await).await;
        for claim in ["cognito:groups", "cognito:roles", "cognito:preferred_role"] {
            assert_eq!(id.get(claim), None, "{claim}");
        }
        assert_eq!(access["cognito:groups"], json!(["admins", "staff"]), "version 1 knows the id token only");
    }

    async fn every_refresh_asks_anew(lab: Lab) {
        let client = client(&lab, json!({ "claimsToAddOrOverride": { "tenant": "acme" } })).await;
        let signed_in = alice(&client).await.sign_in().await;
        answer(&lab, json!({ "claimsToAddOrOverride": { "plan": "gold" } }));
        let output = signed_in.refresh().await.ok();
        let id = client.pool.verify(output["AuthenticationResult"]["IdToken"].as_str().unwrap()).await;
        assert_eq!((id.get("tenant"), &id["plan"]), (None, &json!("gold")));
        let events = lab.functions.events(TRIGGER);
        assert_eq!((events.len(), &events[1]["triggerSource"]), (2, &json!("TokenGeneration_RefreshTokens")));
    }

    async fn the_older_and_the_newer_setting_name_one_function(lab: Lab) {
        let arn = lab.functions.listening(TRIGGER);
        let other = lab.functions.listening("Other");
        let both = json!({ TRIGGER: other, "PreTokenGenerationConfig": { "LambdaVersion": "V1_0", "LambdaArn": arn } });
        let input = json!({ "PoolName": "pool", "LambdaConfig": both });
        let message = "PreTokenGeneration and PreTokenGenerationConfig must name the same Lambda function.";
        lab.admin().call("CreateUserPool", input).await.fault("InvalidParameterException", message);
    }
}
