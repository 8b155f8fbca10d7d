//! The challenge that a temporary password brings: a password of one's own, and the attributes that are missing.

use poolhouse_tests::actors::{Client, PASSWORD, Tokens, merge};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{INCORRECT, TEMPORARY_PASSWORD, admin_initiate, invite, members, new_password_session};

const CHALLENGE: &str = "NEW_PASSWORD_REQUIRED";

async fn answer(client: &Client, session: &str, responses: Value) -> Reply {
    let responses = merge(json!({ "USERNAME": "alice", "NEW_PASSWORD": PASSWORD }), responses);
    client.respond(CHALLENGE, session, responses).await
}

/// A pool in which every user must have a name and an immutable badge.
fn demanding() -> Value {
    json!({ "Schema": [
        { "Name": "name", "AttributeDataType": "String", "Required": true, "Mutable": true },
        { "Name": "family_name", "AttributeDataType": "String", "Required": true, "Mutable": false },
    ] })
}

scenario! {
    async fn a_temporary_password_asks_for_a_new_one_and_tells_what_is_known(lab: Lab) {
        let client = lab.pool_with(json!({ "UsernameConfiguration": { "CaseSensitive": false } })).await.client().await;
        let attributes = json!({ "UserAttributes": [
            { "Name": "email", "Value": "alice@example.com" },
            { "Name": "email_verified", "Value": "true" },
        ] });
        invite(&client.pool, "alice", attributes).await;
        let output = client.sign_in("ALICE", TEMPORARY_PASSWORD).await.ok();
        assert_eq!(members(&output), ["ChallengeName", "ChallengeParameters", "Session"]);
        assert_eq!(output["ChallengeName"], CHALLENGE);
        assert_eq!(output["ChallengeParameters"], json!({
            "USER_ID_FOR_SRP": "alice",
            "requiredAttributes": "[]",
            "userAttributes": r#"{"email":"alice@example.com","email_verified":"true"}"#,
        }));

        let output = answer(&client, output["Session"].as_str().unwrap(), json!({})).await.ok();
        assert_eq!(members(&output), ["AuthenticationResult", "ChallengeParameters"]);
        let result = &output["AuthenticationResult"];
        assert_eq!(members(result), ["AccessToken", "ExpiresIn", "IdToken", "RefreshToken", "TokenType"]);
        let claims = client.pool.verify(&Tokens::of(&output).id).await;
        assert_eq!((&claims["cognito:username"], &claims["email"]), (&json!("alice"), &json!("alice@example.com")));
        assert_eq!(client.pool.user("alice").await["UserStatus"], "CONFIRMED");
        client.sign_in("alice", TEMPORARY_PASSWORD).await.fault("NotAuthorizedException", INCORRECT);
        let output = client.sign_in("alice", PASSWORD).await.ok();
        assert_eq!(output["ChallengeName"], Value::Null);
    }

    async fn the_challenge_shows_only_what_the_client_may_read(lab: Lab) {
        let client = lab.pool().await.client_with(json!({ "ReadAttributes": ["name"] })).await;
        let attributes = json!({ "UserAttributes": [
            { "Name": "email", "Value": "alice@example.com" },
            { "Name": "name", "Value": "Alice" },
        ] });
        invite(&client.pool, "alice", attributes).await;
        let output = client.sign_in("alice", TEMPORARY_PASSWORD).await.ok();
        assert_eq!(output["ChallengeParameters"]["userAttributes"], r#"{"name":"Alice"}"#);
    }

    async fn administrators_go_through_the_same_challenge(lab: Lab) {
        let client = lab.pool().await.client().await;
        invite(&client.pool, "alice", json!({})).await;
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": TEMPORARY_PASSWORD });
        let output = admin_initiate(&client, "ADMIN_USER_PASSWORD_AUTH", parameters).await.ok();
        assert_eq!(output["ChallengeName"], CHALLENGE);
        let input = json!({
            "ClientId": client.id, "ChallengeName": CHALLENGE, "Session": output["Session"],
            "ChallengeResponses": { "USERNAME": "alice", "NEW_PASSWORD": PASSWORD },
        });
        let output = client.pool.call("AdminRespondToAuthChallenge", input).await.ok();
        assert_eq!(members(&output), ["AuthenticationResult", "ChallengeParameters"]);
        client.pool.verify(&Tokens::of(&output).access).await;
    }

    async fn required_attributes_are_asked_for_and_set(lab: Lab) {
        let client = lab.pool_with(demanding()).await.client().await;
        invite(&client.pool, "alice", json!({})).await;
        let output = client.sign_in("alice", TEMPORARY_PASSWORD).await.ok();
        let required = output["ChallengeParameters"]["requiredAttributes"].as_str().unwrap();
        let mut required: Vec<String> = serde_json::from_str(required).unwrap();
        required.sort();
        assert_eq!(required, ["userAttributes.family_name", "userAttributes.name"]);
        let session = output["Session"].as_str().unwrap();
        let missing = [
            (json!({ "userAttributes.name": "Alice" }), "Invalid attributes given, family_name is missing"),
            (json!({ "userAttributes.family_name": "Liddell" }), "Invalid attributes given, name is missing"),
        ];
        for (responses, sentence) in missing {
            answer(&client, session, responses).await.fault("InvalidParameterException", sentence);
        }
        let whole = json!({
            "userAttributes.name": "Alice", "userAttributes.family_name": "Liddell", "userAttributes.nickname": "Al",
        });
        let output = answer(&client, session, whole).await.ok();
        let claims = client.pool.verify(&Tokens::of(&output).id).await;
        assert_eq!((&claims["name"], &claims["family_name"], &claims["nickname"]), (&json!("Alice"), &json!("Liddell"), &json!("Al")));
        assert_eq!(client.pool.attribute("alice", "nickname").await.as_deref(), Some("Al"));
    }

    async fn what_is_known_already_cannot_be_changed_on_the_way(lab: Lab) {
        let client = lab.pool().await.client().await;
        let attributes = json!({ "UserAttributes": [
            { "Name": "email", "Value": "alice@example.com" },
            { "Name": "email_verified", "Value": "true" },
        ] });
        invite(&client.pool, "alice", attributes).await;
        let session = new_password_session(&client, "alice").await;
        let reply = answer(&client, &session, json!({ "userAttributes.email": "mallory@example.com" })).await;
        reply.fault("NotAuthorizedException", "Cannot modify an already provided email");
        let reply = answer(&client, &session, json!({ "userAttributes.email": "" })).await;
        reply.fault("NotAuthorizedException", "Cannot modify an already provided email");
        let reply = answer(&client, &session, json!({ "userAttributes.email_verified": "true" })).await;
        reply.fault("NotAuthorizedException", "Cannot modify an already provided email_verified");
        assert_eq!(client.pool.user("alice").await["UserStatus"], "FORCE_CHANGE_PASSWORD");
        answer(&client, &session, json!({})).await.ok();
        assert_eq!(client.pool.attribute("alice", "email").await.as_deref(), Some("alice@example.com"));
    }

    async fn attributes_of_others_are_not_written_on_the_way(lab: Lab) {
        let client = lab.pool().await.client_with(json!({ "WriteAttributes": ["name"] })).await;
        invite(&client.pool, "alice", json!({})).await;
        let session = new_password_session(&client, "alice").await;
        for name in ["nickname", "email_verified", "identities", "custom:unknown"] {
            let mut responses = json!({});
            responses[format!("userAttributes.{name}")] = "x".into();
            let sentence = "A client attempted to write unauthorized attribute";
            answer(&client, &session, responses).await.fault("NotAuthorizedException", sentence);
        }
        let reply = answer(&client, &session, json!({ "userAttributes.sub": "another" })).await;
        reply.fault("NotAuthorizedException", "Cannot modify an already provided sub");
        answer(&client, &session, json!({ "userAttributes.name": "Alice" })).await.ok();
    }

    async fn an_email_given_on_the_way_is_not_verified(lab: Lab) {
        let client = lab.pool().await.client().await;
        invite(&client.pool, "alice", json!({})).await;
        let session = new_password_session(&client, "alice").await;
        let reply = answer(&client, &session, json!({ "userAttributes.email": "nonsense" })).await;
        reply.fault("InvalidParameterException", "Invalid email address format.");
        let output = answer(&client, &session, json!({ "userAttributes.email": "alice@example.com" })).await.ok();
        let claims = client.pool.verify(&Tokens::of(&output).id).await;
        assert_eq!((&claims["email"], &claims["email_verified"]), (&json!("alice@example.com"), &json!(false)));
    }

    async fn a_weak_password_is_refused_and_the_session_stays(lab: Lab) {
        let client = lab.pool().await.client().await;
        invite(&client.pool, "alice", json!({})).await;
        let session = new_password_session(&client, "alice").await;
        let long = "Aa1!".repeat(65);
        let weak = [
            ("", "Password not long enough"),
            ("Short1!", "Password not long enough"),
            ("ALL-UPPER-1", "Password must have lowercase characters"),
            ("all-lower-1", "Password must have uppercase characters"),
            ("No-Digits-Here", "Password must have numeric characters"),
            ("NoSymbolsHere1", "Password must have symbol characters"),
            (long.as_str(), "Password is too long"),
        ];
        for (password, reason) in weak {
            let sentence = format!("Password did not conform with policy: {reason}");
            let reply = answer(&client, &session, json!({ "NEW_PASSWORD": password })).await;
            reply.fault("InvalidPasswordException", &sentence);
        }
        answer(&client, &session, json!({})).await.ok();
    }

    async fn the_temporary_password_may_stay_unless_the_pool_remembers_passwords(lab: Lab) {
        let client = lab.pool().await.client().await;
        invite(&client.pool, "alice", json!({})).await;
        let session = new_password_session(&client, "alice").await;
        answer(&client, &session, json!({ "NEW_PASSWORD": TEMPORARY_PASSWORD })).await.ok();

        let policy = json!({ "MinimumLength": 8, "PasswordHistorySize": 2 });
        let pool = lab.pool_with(json!({ "Policies": { "PasswordPolicy": policy } })).await;
        let client = pool.client().await;
        invite(&pool, "alice", json!({})).await;
        let session = new_password_session(&client, "alice").await;
        let reply = answer(&client, &session, json!({ "NEW_PASSWORD": TEMPORARY_PASSWORD })).await;
        reply.fault("PasswordHistoryPolicyViolationException", "Password has previously been used");
        answer(&client, &session, json!({})).await.ok();
    }

    async fn the_parts_of_an_answer_must_be_there(lab: Lab) {
        let client = lab.pool().await.client().await;
        invite(&client.pool, "alice", json!({})).await;
        let session = new_password_session(&client, "alice").await;
        let cases = [
            (json!({ "NEW_PASSWORD": PASSWORD }), "USERNAME"),
            (json!({ "USERNAME": "", "NEW_PASSWORD": PASSWORD }), "USERNAME"),
            (json!({ "USERNAME": "alice" }), "NEW_PASSWORD"),
        ];
        for (responses, missing) in cases {
            let sentence = format!("Missing required parameter {missing}");
            let reply = client.respond(CHALLENGE, &session, responses).await;
            reply.fault("InvalidParameterException", &sentence);
        }
        let responses = json!({ "USERNAME": "alice", "NEW_PASSWORD": PASSWORD });
        let input = json!({ "ChallengeName": CHALLENGE, "ChallengeResponses": responses });
        let reply = client.call("RespondToAuthChallenge", input).await;
        reply.fault("InvalidParameterException", "Missing required parameter Session");
        let reply = client.call("RespondToAuthChallenge", json!({ "ChallengeName": CHALLENGE })).await;
        reply.fault("InvalidParameterException", "Missing required parameter USERNAME");
        let reply = client.respond(CHALLENGE, "short", responses).await;
        let sentence = "1 validation error detected: Value at 'session' failed to satisfy constraint: Member must have \
                        length greater than or equal to 20";
        reply.fault("InvalidParameterException", sentence);
    }
}
