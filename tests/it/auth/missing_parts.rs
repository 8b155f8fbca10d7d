//! Requests that lack a part, or name what isn't there or isn't theirs; and pools that ask for what can't be asked yet.

use poolhouse_tests::actors::{PASSWORD, Pool};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{INCORRECT, admin_initiate, get_tokens, initiate, invite, new_password_session};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:judge";

async fn set_triggers(pool: &Pool, triggers: Value) {
    pool.call("UpdateUserPool", json!({ "LambdaConfig": triggers }))
        .await
        .ok();
}

fn unavailable(trigger: &str) -> String {
    format!("{trigger} invocation failed due to configuration")
}

scenario! {
    async fn the_parameters_of_a_flow_must_be_there(lab: Lab) {
        let client = lab.pool().await.client().await;
        let cases = [
            ("USER_PASSWORD_AUTH", json!({ "PASSWORD": PASSWORD }), "USERNAME"),
            ("USER_PASSWORD_AUTH", json!({ "USERNAME": "", "PASSWORD": PASSWORD }), "USERNAME"),
            ("USER_PASSWORD_AUTH", json!({}), "USERNAME"),
            ("USER_PASSWORD_AUTH", json!({ "USERNAME": "alice" }), "PASSWORD"),
            ("USER_PASSWORD_AUTH", json!({ "USERNAME": "alice", "PASSWORD": "" }), "PASSWORD"),
            ("REFRESH_TOKEN_AUTH", json!({ "USERNAME": "alice" }), "REFRESH_TOKEN"),
            ("REFRESH_TOKEN", json!({ "REFRESH_TOKEN": "" }), "REFRESH_TOKEN"),
        ];
        for (flow, parameters, missing) in cases {
            let sentence = format!("Missing required parameter {missing}");
            initiate(&client, flow, parameters).await.fault("InvalidParameterException", &sentence);
        }
        let reply = client.call("InitiateAuth", json!({ "AuthFlow": "USER_PASSWORD_AUTH" })).await;
        reply.fault("InvalidParameterException", "Missing required parameter USERNAME");
        let reply = admin_initiate(&client, "ADMIN_NO_SRP_AUTH", json!({ "USERNAME": "alice" })).await;
        reply.fault("InvalidParameterException", "Missing required parameter PASSWORD");
    }

    async fn clients_and_pools_must_be_there_and_belong_together(lab: Lab) {
        let client = lab.pool().await.client().await;
        let foreign = lab.pool().await.client().await;
        client.confirmed_user("alice").await;
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
        let unknown = json!({ "ClientId": "unknownclient", "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters });
        lab.call("InitiateAuth", unknown)
            .await
            .fault("ResourceNotFoundException", "User pool client unknownclient does not exist.");
        let sentence = format!("User pool client {} does not exist.", foreign.id);
        let flow = json!({ "ClientId": foreign.id, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": parameters });
        client.pool.call("AdminInitiateAuth", flow.clone()).await.fault("ResourceNotFoundException", &sentence);
        let answer = json!({
            "ClientId": foreign.id, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "x".repeat(20),
            "ChallengeResponses": { "USERNAME": "alice", "NEW_PASSWORD": PASSWORD },
        });
        client.pool.call("AdminRespondToAuthChallenge", answer).await.fault("ResourceNotFoundException", &sentence);
        let pool = Pool { id: "us-east-1_unknown00".to_owned(), ..client.pool.clone() };
        let sentence = "User pool us-east-1_unknown00 does not exist.";
        pool.call("AdminInitiateAuth", flow).await.fault("ResourceNotFoundException", sentence);
        let user = json!({ "Username": "alice" });
        pool.call("AdminUserGlobalSignOut", user).await.fault("ResourceNotFoundException", sentence);

        // A user of one pool is nobody in the other.
        foreign.sign_in("alice", PASSWORD).await.fault("UserNotFoundException", "User does not exist.");
    }

    async fn a_deleted_client_signs_nobody_in(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await;
        client.pool.call("DeleteUserPoolClient", json!({ "ClientId": client.id })).await.ok();
        let sentence = format!("User pool client {} does not exist.", client.id);
        alice.try_sign_in().await.fault("ResourceNotFoundException", &sentence);
    }

    async fn usernames_that_nobody_can_have_are_nobodys(lab: Lab) {
        let client = lab.pool().await.client_with(json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
        let long = "x".repeat(100_000);
        for name in ["a b", "' OR 1=1 --", "\u{202e}ecila", long.as_str(), "%", "_"] {
            client.sign_in(name, PASSWORD).await.fault("NotAuthorizedException", INCORRECT);
        }
        let sentence = "Text with a NUL character cannot be stored.";
        client.sign_in("a\0b", PASSWORD).await.fault("InvalidParameterException", sentence);
    }

    async fn a_password_is_compared_byte_for_byte(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.confirmed_user("alice").await;
        let long = format!("{PASSWORD}{}", "x".repeat(100_000));
        let padded = format!("{PASSWORD} ");
        let shouted = PASSWORD.to_uppercase();
        for wrong in [long.as_str(), &padded, &shouted, &PASSWORD[..PASSWORD.len() - 1]] {
            client.sign_in("alice", wrong).await.fault("NotAuthorizedException", INCORRECT);
        }
        client.sign_in("alice", PASSWORD).await.ok();
    }

    async fn a_trigger_that_cannot_be_called_lets_nobody_in(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await;
        invite(&client.pool, "bob", json!({})).await;
        let triggers = [
            ("PreAuthentication", json!({ "PreAuthentication": FUNCTION })),
            ("PostAuthentication", json!({ "PostAuthentication": FUNCTION })),
            ("PreTokenGeneration", json!({ "PreTokenGeneration": FUNCTION })),
            (
                "PreTokenGeneration",
                json!({ "PreTokenGenerationConfig": { "LambdaArn": FUNCTION, "LambdaVersion": "V2_0" } }),
            ),
        ];
        for (name, config) in triggers {
            set_triggers(&client.pool, config).await;
            alice.try_sign_in().await.fault("UnexpectedLambdaException", &unavailable(name));
        }
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
        admin_initiate(&client, "ADMIN_USER_PASSWORD_AUTH", parameters)
            .await
            .fault("UnexpectedLambdaException", &unavailable("PreTokenGeneration"));

        set_triggers(&client.pool, json!({ "PostAuthentication": FUNCTION })).await;
        let session = new_password_session(&client, "bob").await;
        let responses = json!({ "USERNAME": "bob", "NEW_PASSWORD": PASSWORD });
        let reply = client.respond("NEW_PASSWORD_REQUIRED", &session, responses.clone()).await;
        reply.fault("UnexpectedLambdaException", &unavailable("PostAuthentication"));
        assert_eq!(client.pool.user("bob").await["UserStatus"], "FORCE_CHANGE_PASSWORD");
        set_triggers(&client.pool, json!({})).await;
        client.respond("NEW_PASSWORD_REQUIRED", &session, responses).await.ok();
    }

    async fn the_migration_trigger_is_asked_for_unknown_users_only(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await;
        set_triggers(&client.pool, json!({ "UserMigration": FUNCTION })).await;
        alice.sign_in().await;
        let sentence = unavailable("UserMigration");
        client.sign_in("nobody", PASSWORD).await.fault("UnexpectedLambdaException", &sentence);
    }

    async fn a_refresh_asks_what_tokens_hold_but_not_before_the_sign_in(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        set_triggers(&client.pool, json!({ "PreAuthentication": FUNCTION, "PostAuthentication": FUNCTION })).await;
        alice.refresh().await.ok();
        set_triggers(&client.pool, json!({ "PreTokenGeneration": FUNCTION })).await;
        let sentence = unavailable("PreTokenGeneration");
        alice.refresh().await.fault("UnexpectedLambdaException", &sentence);
        get_tokens(&client, &alice.tokens.refresh).await.fault("UnexpectedLambdaException", &sentence);
    }
}
