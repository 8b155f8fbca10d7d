//! App clients with a secret, and what proves that they know it.

use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{admin_initiate, initiate, invite, new_password_session};

fn not_received(client: &Client) -> String {
    format!(
        "Client {} is configured with secret but SECRET_HASH was not received",
        client.id
    )
}

fn not_verified(client: &Client) -> String {
    format!("Unable to verify secret hash for client {}", client.id)
}

fn parameters(username: &str, hash: Option<String>) -> Value {
    let mut parameters = json!({ "USERNAME": username, "PASSWORD": PASSWORD });
    if let Some(hash) = hash {
        parameters["SECRET_HASH"] = hash.into();
    }
    parameters
}

scenario! {
    async fn a_confidential_client_hashes_its_secret_over_the_name_that_it_sends(lab: Lab) {
        let pool = lab.pool_with(json!({ "AliasAttributes": ["email"], "UsernameConfiguration": { "CaseSensitive": false } })).await;
        let client = pool.client_with(json!({ "GenerateSecret": true })).await;
        let other = pool.client_with(json!({ "GenerateSecret": true })).await;
        let alice = client.confirmed_user_with("alice", json!({ "email": "alice@example.com" })).await;
        let verified = json!({ "UserAttributes": [{ "Name": "email_verified", "Value": "true" }] });
        alice.admin_call("AdminUpdateUserAttributes", verified).await.ok();

        let flow = "USER_PASSWORD_AUTH";
        for name in ["alice", "ALICE", "alice@example.com"] {
            initiate(&client, flow, parameters(name, client.secret_hash(name))).await.ok();
        }
        let hash = client.secret_hash("alice");
        for name in ["ALICE", "alice@example.com"] {
            let reply = initiate(&client, flow, parameters(name, hash.clone())).await;
            reply.fault("NotAuthorizedException", &not_verified(&client));
        }
        let wrong = [client.secret_hash("bob"), other.secret_hash("alice"), client.secret.clone(), Some(String::new())];
        for hash in wrong {
            let reply = initiate(&client, flow, parameters("alice", hash)).await;
            reply.fault("NotAuthorizedException", &not_verified(&client));
        }
        let reply = initiate(&client, flow, parameters("alice", None)).await;
        reply.fault("NotAuthorizedException", &not_received(&client));
        let reply = admin_initiate(&client, "ADMIN_USER_PASSWORD_AUTH", parameters("alice", None)).await;
        reply.fault("NotAuthorizedException", &not_received(&client));
    }

    async fn the_secret_is_asked_for_before_the_user(lab: Lab) {
        let client = lab.pool().await.client_with(json!({ "GenerateSecret": true })).await;
        let reply = initiate(&client, "USER_PASSWORD_AUTH", parameters("nobody", None)).await;
        reply.fault("NotAuthorizedException", &not_received(&client));
        let reply = initiate(&client, "USER_PASSWORD_AUTH", parameters("nobody", client.secret_hash("alice"))).await;
        reply.fault("NotAuthorizedException", &not_verified(&client));
        let reply = initiate(&client, "USER_PASSWORD_AUTH", parameters("nobody", client.secret_hash("nobody"))).await;
        reply.fault("UserNotFoundException", "User does not exist.");
    }

    async fn a_public_client_has_nothing_to_hash(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let other = pool.client_with(json!({ "GenerateSecret": true })).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let hash = other.secret_hash("alice");
        let reply = initiate(&client, "USER_PASSWORD_AUTH", parameters("alice", hash.clone())).await;
        reply.fault("NotAuthorizedException", &not_verified(&client));
        let refresh = json!({ "REFRESH_TOKEN": alice.tokens.refresh, "SECRET_HASH": hash });
        let reply = initiate(&client, "REFRESH_TOKEN_AUTH", refresh).await;
        reply.fault("NotAuthorizedException", &not_verified(&client));
        let input = json!({ "RefreshToken": alice.tokens.refresh, "ClientSecret": other.secret });
        let reply = client.call("GetTokensFromRefreshToken", input).await;
        reply.fault("NotAuthorizedException", &not_verified(&client));
    }

    async fn both_of_two_secrets_work_and_a_deleted_one_does_not(lab: Lab) {
        let client = lab.pool().await.client_with(json!({ "GenerateSecret": true })).await;
        let alice = client.confirmed_user("alice").await;
        let named = json!({ "ClientId": client.id });
        let listed = client.pool.call("ListUserPoolClientSecrets", named.clone()).await.ok();
        let added = client.pool.call("AddUserPoolClientSecret", named).await.ok();
        let secret = added["ClientSecretDescriptor"]["ClientSecretValue"].as_str().unwrap().to_owned();
        let renewed = Client { secret: Some(secret), ..client.clone() };
        client.sign_in("alice", PASSWORD).await.ok();
        let signed_in = renewed.sign_in("alice", PASSWORD).await.ok();
        let old = json!({ "ClientId": client.id, "ClientSecretId": listed["ClientSecrets"][0]["ClientSecretId"] });
        client.pool.call("DeleteUserPoolClientSecret", old).await.ok();
        alice.try_sign_in().await.fault("NotAuthorizedException", &not_verified(&client));
        renewed.sign_in("alice", PASSWORD).await.ok();

        let token = &signed_in["AuthenticationResult"]["RefreshToken"];
        let with = |secret: &Option<String>| json!({ "RefreshToken": token, "ClientSecret": secret });
        let reply = client.call("GetTokensFromRefreshToken", with(&client.secret)).await;
        reply.fault("NotAuthorizedException", &not_verified(&client));
        client.call("GetTokensFromRefreshToken", with(&renewed.secret)).await.ok();
    }

    async fn an_answer_to_a_challenge_carries_the_hash_too(lab: Lab) {
        let client = lab.pool().await.client_with(json!({ "GenerateSecret": true })).await;
        invite(&client.pool, "alice", json!({})).await;
        let session = new_password_session(&client, "alice").await;
        let answer = |hash: Option<String>| {
            let mut responses = json!({ "USERNAME": "alice", "NEW_PASSWORD": PASSWORD });
            if let Some(hash) = hash {
                responses["SECRET_HASH"] = hash.into();
            }
            json!({ "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session, "ChallengeResponses": responses })
        };
        let reply = client.call("RespondToAuthChallenge", answer(None)).await;
        reply.fault("NotAuthorizedException", &not_received(&client));
        let reply = client.call("RespondToAuthChallenge", answer(client.secret_hash("bob"))).await;
        reply.fault("NotAuthorizedException", &not_verified(&client));
        client.call("RespondToAuthChallenge", answer(client.secret_hash("alice"))).await.ok();
    }

    async fn a_refresh_is_proved_by_a_hash_over_username_or_sub_or_by_the_secret(lab: Lab) {
        let pool = lab.pool_with(json!({ "AliasAttributes": ["email"] })).await;
        let client = pool.client_with(json!({ "GenerateSecret": true })).await;
        let alice = client.confirmed_user_with("alice", json!({ "email": "alice@example.com" })).await.sign_in().await;
        let refresh = |proof: Option<String>| {
            let mut parameters = json!({ "REFRESH_TOKEN": alice.tokens.refresh });
            if let Some(proof) = proof {
                parameters["SECRET_HASH"] = proof.into();
            }
            parameters
        };
        let proofs = [client.secret_hash("alice"), client.secret_hash(&alice.user.sub), client.secret.clone()];
        for proof in proofs {
            initiate(&client, "REFRESH_TOKEN_AUTH", refresh(proof)).await.ok();
        }
        for wrong in [client.secret_hash("alice@example.com"), client.secret_hash("bob"), Some("secret".to_owned())] {
            let reply = initiate(&client, "REFRESH_TOKEN_AUTH", refresh(wrong)).await;
            reply.fault("NotAuthorizedException", &not_verified(&client));
        }
        let reply = initiate(&client, "REFRESH_TOKEN_AUTH", refresh(None)).await;
        reply.fault("NotAuthorizedException", &not_received(&client));
        let bare = json!({ "RefreshToken": alice.tokens.refresh });
        let reply = client.call("GetTokensFromRefreshToken", bare).await;
        reply.fault("NotAuthorizedException", &not_verified(&client));
    }
}
