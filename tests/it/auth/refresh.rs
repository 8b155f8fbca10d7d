//! New id and access tokens for a refresh token.

use poolhouse_tests::actors::{PASSWORD, SignedIn};
use poolhouse_tests::clock::{hours, minutes, seconds};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{INCORRECT, INVALID_REFRESH_TOKEN, REVOKED_REFRESH_TOKEN, admin_initiate, get_tokens, initiate, members};

const EXPIRED: &str = "Refresh Token has expired";

/// The claims of the id and the access token in the answer to a refresh.
async fn claims(alice: &SignedIn, output: &Value) -> [Value; 2] {
    let pool = &alice.user.client.pool;
    let result = &output["AuthenticationResult"];
    let token = |name: &str| result[name].as_str().unwrap().to_owned();
    [
        pool.verify(&token("IdToken")).await,
        pool.verify(&token("AccessToken")).await,
    ]
}

scenario! {
    async fn every_way_to_refresh_gives_new_tokens_of_the_same_sign_in(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let first = [alice.id_claims().await, alice.access_claims().await];
        let parameters = json!({ "REFRESH_TOKEN": alice.tokens.refresh });
        lab.clock.advance(minutes(10));
        let outputs = [
            initiate(&client, "REFRESH_TOKEN_AUTH", parameters.clone()).await.ok(),
            initiate(&client, "REFRESH_TOKEN", parameters.clone()).await.ok(),
            admin_initiate(&client, "REFRESH_TOKEN_AUTH", parameters.clone()).await.ok(),
            admin_initiate(&client, "REFRESH_TOKEN", parameters).await.ok(),
            get_tokens(&client, &alice.tokens.refresh).await.ok(),
        ];
        let mut token_ids = first.clone().map(|claims| claims["jti"].clone()).to_vec();
        for output in &outputs {
            let result = &output["AuthenticationResult"];
            assert_eq!(members(result), ["AccessToken", "ExpiresIn", "IdToken", "TokenType"]);
            assert_eq!((&result["ExpiresIn"], &result["TokenType"]), (&json!(3600), &json!("Bearer")));
            for (mut claims, mut first) in claims(&alice, output).await.into_iter().zip(first.clone()) {
                let times = |claims: &Value| (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
                let (issued, expires) = times(&first);
                assert_eq!(times(&claims), (issued + 600, expires + 600));
                token_ids.push(claims["jti"].clone());
                for changed in ["iat", "exp", "jti"] {
                    claims[changed] = Value::Null;
                    first[changed] = Value::Null;
                }
                assert_eq!(claims, first);
            }
        }
        for output in &outputs[..4] {
            assert_eq!(members(output), ["AuthenticationResult", "ChallengeParameters"]);
            assert_eq!(output["ChallengeParameters"], json!({}));
        }
        assert_eq!(members(&outputs[4]), ["AuthenticationResult"]);
        let count = token_ids.len();
        token_ids.sort_by_key(ToString::to_string);
        token_ids.dedup();
        assert_eq!((count, token_ids.len()), (12, 12));
    }

    async fn attributes_and_groups_are_those_of_now(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        for group in ["staff", "board"] {
            client.pool.call("CreateGroup", json!({ "GroupName": group })).await.ok();
            alice.user.admin_call("AdminAddUserToGroup", json!({ "GroupName": group })).await.ok();
        }
        let name = json!({ "UserAttributes": [{ "Name": "name", "Value": "Alice" }] });
        alice.user.admin_call("AdminUpdateUserAttributes", name).await.ok();
        let [id, access] = claims(&alice, &alice.refresh().await.ok()).await;
        assert_eq!(id["name"], "Alice");
        assert_eq!((&id["cognito:groups"], &access["cognito:groups"]), (&json!(["board", "staff"]), &json!(["board", "staff"])));
        for group in ["staff", "board"] {
            alice.user.admin_call("AdminRemoveUserFromGroup", json!({ "GroupName": group })).await.ok();
        }
        alice.user.admin_call("AdminDeleteUserAttributes", json!({ "UserAttributeNames": ["name"] })).await.ok();
        let [id, access] = claims(&alice, &alice.refresh().await.ok()).await;
        assert_eq!((id.get("name"), id.get("cognito:groups"), access.get("cognito:groups")), (None, None, None));
    }

    async fn a_refresh_token_ends_when_it_said_and_no_use_prolongs_it(lab: Lab) {
        let settings = json!({ "RefreshTokenValidity": 60, "TokenValidityUnits": { "RefreshToken": "minutes" } });
        let client = lab.pool().await.client_with(settings).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        lab.clock.advance(seconds(60 * 60 - 1));
        let output = alice.refresh().await.ok();
        lab.clock.advance(seconds(1));
        alice.refresh().await.fault("NotAuthorizedException", EXPIRED);
        get_tokens(&client, &alice.tokens.refresh).await.fault("NotAuthorizedException", EXPIRED);
        // The access token that it gave last lives on, also after the rows that have expired are removed.
        lab.world().store.purge_expired(lab.world().clock.now(), 100).await.unwrap();
        lab.clock.advance(minutes(50));
        let token = json!({ "AccessToken": output["AuthenticationResult"]["AccessToken"] });
        lab.call("GetUser", token).await.ok();
    }

    async fn a_refresh_token_lasts_thirty_days_by_default(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        lab.clock.advance(seconds(30 * 86_400 - 1));
        alice.refresh().await.ok();
        lab.clock.advance(seconds(1));
        alice.refresh().await.fault("NotAuthorizedException", EXPIRED);
    }

    async fn a_disabled_user_gets_no_tokens_and_enabling_revives_none(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        alice.user.admin_call("AdminDisableUser", json!({})).await.ok();
        alice.refresh().await.fault("NotAuthorizedException", "User is disabled.");
        get_tokens(&client, &alice.tokens.refresh).await.fault("NotAuthorizedException", "User is disabled.");
        alice.user.admin_call("AdminEnableUser", json!({})).await.ok();
        alice.refresh().await.fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);
    }

    async fn a_deleted_user_gets_no_tokens_nor_does_the_next_of_that_name(lab: Lab) {
        let pool = lab.pool().await;
        let open = pool.client().await;
        let silent = pool.client_with(json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
        let alice = open.confirmed_user("alice").await;
        let here = alice.sign_in().await;
        let output = silent.sign_in("alice", PASSWORD).await.ok();
        let there = output["AuthenticationResult"]["RefreshToken"].clone();
        alice.admin_call("AdminDeleteUser", json!({})).await.ok();
        for _ in 0..2 {
            here.refresh().await.fault("UserNotFoundException", "User does not exist.");
            let reply = initiate(&silent, "REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": there })).await;
            reply.fault("NotAuthorizedException", INCORRECT);
            open.sign_up("alice", PASSWORD, json!({})).await;
        }
    }

    async fn a_user_whose_password_must_be_reset_gets_no_tokens(lab: Lab) {
        let pool = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await;
        let client = pool.client().await;
        let alice = client.confirmed_user_with("alice", json!({ "email": "alice@example.com" })).await;
        let verified = json!({ "UserAttributes": [{ "Name": "email_verified", "Value": "true" }] });
        alice.admin_call("AdminUpdateUserAttributes", verified).await.ok();
        let alice = alice.sign_in().await;
        alice.user.admin_call("AdminResetUserPassword", json!({})).await.ok();
        let sentence = "Password reset required for the user";
        alice.refresh().await.fault("PasswordResetRequiredException", sentence);
        // GetTokensFromRefreshToken has no such error.
        get_tokens(&client, &alice.tokens.refresh).await.fault("NotAuthorizedException", sentence);
    }

    async fn a_refresh_token_is_its_client_s_alone(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        for stranger in [client.pool.client().await, lab.pool().await.client().await] {
            let parameters = json!({ "REFRESH_TOKEN": alice.tokens.refresh });
            let reply = initiate(&stranger, "REFRESH_TOKEN_AUTH", parameters).await;
            reply.fault("NotAuthorizedException", INVALID_REFRESH_TOKEN);
            let reply = get_tokens(&stranger, &alice.tokens.refresh).await;
            reply.fault("NotAuthorizedException", INVALID_REFRESH_TOKEN);
        }
        alice.refresh().await.ok();
    }

    async fn a_refresh_token_ends_with_its_client(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        client.pool.call("DeleteUserPoolClient", json!({ "ClientId": client.id })).await.ok();
        let sentence = format!("User pool client {} does not exist.", client.id);
        alice.refresh().await.fault("ResourceNotFoundException", &sentence);
        get_tokens(&client, &alice.tokens.refresh).await.fault("ResourceNotFoundException", &sentence);
    }

    async fn garbage_is_no_refresh_token(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let token = &alice.tokens.refresh;
        let mut altered = token.clone().into_bytes();
        let middle = altered.len() / 2;
        altered[middle] = if altered[middle] == b'A' { b'B' } else { b'A' };
        let garbage = [
            "garbage".to_owned(),
            "a.b.c.d.e".to_owned(),
            String::from_utf8(altered).unwrap(),
            token[..token.len() - 1].to_owned(),
            format!("{token}="),
            format!("{token}."),
            alice.tokens.access.clone(),
            alice.tokens.id.clone(),
            "A".repeat(100_000),
            format!("refresh-{}.1800000000000.11111111-2222-4333-8444-555555555555", alice.user.sub),
        ];
        for text in garbage {
            let reply = initiate(&client, "REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": text })).await;
            reply.fault("NotAuthorizedException", INVALID_REFRESH_TOKEN);
            get_tokens(&client, &text).await.fault("NotAuthorizedException", INVALID_REFRESH_TOKEN);
        }
        let reply = get_tokens(&client, "two words").await;
        let sentence = "1 validation error detected: Value at 'refreshToken' failed to satisfy constraint: Member must \
                        satisfy regular expression pattern: [A-Za-z0-9-_=.]+";
        reply.fault("InvalidParameterException", sentence);
        alice.refresh().await.ok();
    }

    async fn a_client_that_refreshes_no_more_refuses_its_old_tokens(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let flows = json!({ "ClientId": client.id, "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
        client.pool.call("UpdateUserPoolClient", flows).await.ok();
        let sentence = "Auth flow not enabled for this client";
        alice.refresh().await.fault("InvalidParameterException", sentence);
        get_tokens(&client, &alice.tokens.refresh).await.fault("InvalidParameterException", sentence);
    }

    async fn refreshing_at_the_same_time_works_for_all(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        lab.clock.advance(hours(1));
        let refreshes = [0; 6].map(|_| {
            let alice = alice.clone();
            tokio::spawn(async move { alice.refresh().await })
        });
        for refresh in refreshes {
            refresh.await.unwrap().ok();
        }
    }
}
