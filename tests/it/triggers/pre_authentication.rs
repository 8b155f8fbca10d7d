//! PreAuthentication: lets people begin to sign in.

use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ALICE, admin_sign_in, alice, event, pool, sources_during, stored};
use crate::auth::srp;

const TRIGGER: &str = "PreAuthentication";
const SOURCE: &str = "PreAuthentication_Authentication";
const INCORRECT: &str = "Incorrect username or password.";

/// A client with these settings of a pool with a function that listens.
async fn client_with(lab: &Lab, settings: Value) -> Client {
    let functions = json!({ TRIGGER: lab.functions.listening(TRIGGER) });
    pool(lab, functions).await.client_with(settings).await
}

async fn client(lab: &Lab) -> Client {
    client_with(lab, json!({})).await
}

/// The refusal of a function that fails with this message.
fn refusal(message: &str) -> String {
    format!("PreAuthentication failed with error {message}.")
}

scenario! {
    async fn the_function_learns_who_begins_and_with_what(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        let input = json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
            "ClientMetadata": { "device": "kiosk" },
        });
        client.call("InitiateAuth", input).await.ok();
        let attributes = stored(&alice.sub, "CONFIRMED", json!({ "email": ALICE, "email_verified": "false" }));
        let request = json!({ "userAttributes": attributes, "validationData": { "device": "kiosk" } });
        assert_eq!(lab.functions.event(TRIGGER), event(&client.pool, &client.id, SOURCE, "alice", request, json!({})));

        admin_sign_in(&alice, json!({ "ClientMetadata": { "by": "bob" } })).await.ok();
        let request = json!({ "userAttributes": attributes, "validationData": { "by": "bob" } });
        let expected = event(&client.pool, &client.id, SOURCE, "alice", request, json!({}));
        assert_eq!(lab.functions.events(TRIGGER).last(), Some(&expected), "administrators sign in by an app client");
    }

    async fn a_refusal_is_told_and_gives_nothing(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        lab.functions.failing(TRIGGER, "Closed on Sundays");
        let message = refusal("Closed on Sundays");
        alice.try_sign_in().await.fault("UserLambdaValidationException", &message);
        admin_sign_in(&alice, json!({})).await.fault("UserLambdaValidationException", &message);
        lab.functions.listening(TRIGGER);
        alice.sign_in().await;
    }

    async fn a_refusal_does_not_count_as_a_wrong_password(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        lab.functions.failing(TRIGGER, "No");
        for _ in 0..8 {
            let reply = client.sign_in("alice", "Wrong-Horse-1").await;
            reply.fault("UserLambdaValidationException", &refusal("No"));
        }
        lab.functions.listening(TRIGGER);
        alice.sign_in().await;
    }

    async fn a_refusal_says_nothing_of_the_password(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        lab.functions.failing(TRIGGER, "No");
        let (right, wrong) = (alice.try_sign_in().await, client.sign_in("alice", "Wrong-Horse-1").await);
        assert_eq!(right.error(), wrong.error());
    }

    async fn a_refusal_begins_no_sign_in_by_srp(lab: Lab) {
        let client = client_with(&lab, srp::with_srp(json!({}))).await;
        alice(&client).await;
        lab.functions.failing(TRIGGER, "No");
        let parameters = json!({ "USERNAME": "alice", "SRP_A": "2" });
        let reply = client.initiate_auth("USER_SRP_AUTH", parameters).await;
        reply.fault("UserLambdaValidationException", &refusal("No"));
    }

    async fn names_of_nobody_are_told_only_where_the_client_hides_them(lab: Lab) {
        let discreet = client_with(&lab, json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
        discreet.sign_in("nobody", PASSWORD).await.fault("NotAuthorizedException", INCORRECT);
        let request = json!({ "userAttributes": {}, "validationData": {}, "userNotFound": true });
        let expected = event(&discreet.pool, &discreet.id, SOURCE, "nobody", request, json!({}));
        assert_eq!(lab.functions.event(TRIGGER), expected);

        let open = discreet.pool.client().await;
        let (reply, sources) = sources_during(&lab, open.sign_in("nobody", PASSWORD)).await;
        reply.fault("UserNotFoundException", "User does not exist.");
        assert!(sources.is_empty(), "{sources:?}");
    }

    async fn a_function_that_lets_nobody_in_lets_nobody_in(lab: Lab) {
        let flows = json!(["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH"]);
        let client = client_with(&lab, json!({
            "PreventUserExistenceErrors": "ENABLED", "ExplicitAuthFlows": flows,
        })).await;
        let challenge = srp::challenge(&client, "nobody").await;
        let reply = srp::answer(&client, srp::proof(&client.pool, &challenge, PASSWORD)).await;
        reply.fault("NotAuthorizedException", INCORRECT);
        let parameters = json!({ "USERNAME": "nobody", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
        client.initiate_auth("USER_AUTH", parameters).await.fault("NotAuthorizedException", INCORRECT);
        let events = lab.functions.events(TRIGGER);
        assert_eq!(events.len(), 2, "once a sign-in");
        assert!(events.iter().all(|event| event["request"]["userNotFound"] == true), "{events:?}");
        lab.functions.failing(TRIGGER, "No");
        let reply = client.sign_in("nobody", PASSWORD).await;
        reply.fault("UserLambdaValidationException", &refusal("No"));
    }

    async fn a_user_is_called_by_their_username_however_they_are_named(lab: Lab) {
        let functions = json!({ TRIGGER: lab.functions.listening(TRIGGER) });
        let settings = json!({ "LambdaConfig": functions, "AliasAttributes": ["email"] });
        let client = lab.pool_with(settings).await.client().await;
        let alice = alice(&client).await;
        let verified = json!({ "UserAttributes": [{ "Name": "email_verified", "Value": "true" }] });
        alice.admin_call("AdminUpdateUserAttributes", verified).await.ok();
        client.sign_in(ALICE, PASSWORD).await.ok();
        let event = lab.functions.event(TRIGGER);
        assert_eq!(event["userName"], "alice");
        assert_eq!(event["request"]["userAttributes"]["cognito:email_alias"], ALICE);
    }

    async fn refreshing_is_no_sign_in(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await.sign_in().await;
        lab.functions.failing(TRIGGER, "No");
        alice.refresh().await.ok();
        client.call("GetTokensFromRefreshToken", json!({ "RefreshToken": alice.tokens.refresh })).await.ok();
        assert_eq!(lab.functions.events(TRIGGER).len(), 1);
    }

    async fn a_request_that_is_refused_anyway_asks_no_function(lab: Lab) {
        let client = client_with(&lab, json!({ "GenerateSecret": true })).await;
        alice(&client).await;
        let input = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD, "SECRET_HASH": "wrong" },
        });
        let message = format!("Unable to verify secret hash for client {}", client.id);
        client.call("InitiateAuth", input).await.fault("NotAuthorizedException", &message);
        let parameters = json!({ "USERNAME": "alice", "SRP_A": "2" });
        let reply = client.initiate_auth("USER_SRP_AUTH", parameters).await;
        reply.fault("InvalidParameterException", "USER_SRP_AUTH is not enabled for the client.");
        assert!(lab.functions.events(TRIGGER).is_empty());
    }
}
