//! Refresh tokens that are replaced at every use.

use poolhouse_tests::actors::{Client, Pool};
use poolhouse_tests::clock::{days, minutes, seconds};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{REVOKED_ACCESS_TOKEN, REVOKED_REFRESH_TOKEN, admin_initiate, get_tokens, initiate, members};

const REUSED: &str = "Refresh Token has already been used.";

async fn rotating(pool: &Pool, grace: u32) -> Client {
    let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": grace });
    let settings = json!({ "RefreshTokenRotation": rotation, "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
    pool.client_with(settings).await
}

fn token(reply: &Reply, name: &str) -> String {
    reply.ok()["AuthenticationResult"][name].as_str().unwrap().to_owned()
}

/// Uses a refresh token and answers the next.
async fn rotate(client: &Client, refresh_token: &str) -> String {
    token(&get_tokens(client, refresh_token).await, "RefreshToken")
}

scenario! {
    async fn every_refresh_gives_the_next_token_of_the_same_sign_in(lab: Lab) {
        let client = rotating(&lab.pool().await, 0).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let first = alice.access_claims().await;
        let mut refresh_token = alice.tokens.refresh.clone();
        for _ in 0..3 {
            lab.clock.advance(minutes(10));
            let reply = get_tokens(&client, &refresh_token).await;
            let output = reply.ok();
            assert_eq!(members(&output), ["AuthenticationResult"]);
            let result = &output["AuthenticationResult"];
            assert_eq!(members(result), ["AccessToken", "ExpiresIn", "IdToken", "RefreshToken", "TokenType"]);
            let next = token(&reply, "RefreshToken");
            assert_ne!(next, refresh_token);
            refresh_token = next;
            let claims = client.pool.verify(&token(&reply, "AccessToken")).await;
            for kept in ["sub", "origin_jti", "event_id", "auth_time", "username", "client_id", "scope"] {
                assert_eq!(claims[kept], first[kept], "{kept}");
            }
            assert_ne!(claims["jti"], first["jti"]);
        }
    }

    async fn the_flow_that_gives_no_next_token_is_closed(lab: Lab) {
        let client = rotating(&lab.pool().await, 60).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let parameters = json!({ "REFRESH_TOKEN": alice.tokens.refresh });
        let sentence = "Auth flow not enabled for this client";
        for flow in ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"] {
            initiate(&client, flow, parameters.clone()).await.fault("InvalidParameterException", sentence);
            admin_initiate(&client, flow, parameters.clone()).await.fault("InvalidParameterException", sentence);
        }
        rotate(&client, &alice.tokens.refresh).await;
    }

    async fn a_used_token_ends_the_sign_in_and_no_other(lab: Lab) {
        let client = rotating(&lab.pool().await, 0).await;
        let alice = client.confirmed_user("alice").await;
        let (stolen, other) = (alice.sign_in().await, alice.sign_in().await);
        let reply = get_tokens(&client, &stolen.tokens.refresh).await;
        get_tokens(&client, &stolen.tokens.refresh).await.fault("RefreshTokenReuseException", REUSED);
        let next = token(&reply, "RefreshToken");
        get_tokens(&client, &next).await.fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);
        get_tokens(&client, &stolen.tokens.refresh).await.fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);
        stolen.get_user().await.fault("NotAuthorizedException", REVOKED_ACCESS_TOKEN);
        let access = json!({ "AccessToken": token(&reply, "AccessToken") });
        lab.call("GetUser", access).await.fault("NotAuthorizedException", REVOKED_ACCESS_TOKEN);
        other.get_user().await.ok();
        rotate(&client, &other.tokens.refresh).await;
    }

    async fn within_the_grace_period_a_lost_answer_is_given_again(lab: Lab) {
        let client = rotating(&lab.pool().await, 10).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let lost = rotate(&client, &alice.tokens.refresh).await;
        lab.clock.advance(seconds(5));
        rotate(&client, &alice.tokens.refresh).await;
        lab.clock.advance(seconds(4));
        let again = rotate(&client, &alice.tokens.refresh).await;
        // Whichever answer arrived, its token goes on.
        let next = rotate(&client, &again).await;
        rotate(&client, &lost).await;
        lab.clock.advance(days(1));
        let last = rotate(&client, &next).await;
        lab.clock.advance(seconds(10));
        get_tokens(&client, &next).await.fault("RefreshTokenReuseException", REUSED);
        get_tokens(&client, &last).await.fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);
    }

    async fn the_grace_period_ends_to_the_second_and_is_not_prolonged(lab: Lab) {
        let client = rotating(&lab.pool().await, 60).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        rotate(&client, &alice.tokens.refresh).await;
        lab.clock.advance(seconds(59));
        rotate(&client, &alice.tokens.refresh).await;
        lab.clock.advance(seconds(1));
        get_tokens(&client, &alice.tokens.refresh).await.fault("RefreshTokenReuseException", REUSED);
    }

    async fn the_last_token_ends_when_the_first_would_have(lab: Lab) {
        let client = rotating(&lab.pool().await, 0).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        lab.clock.advance(days(20));
        let second = rotate(&client, &alice.tokens.refresh).await;
        lab.clock.advance(seconds(10 * 86_400 - 1));
        let third = rotate(&client, &second).await;
        lab.clock.advance(seconds(1));
        get_tokens(&client, &third).await.fault("NotAuthorizedException", "Refresh Token has expired");
    }

    async fn of_those_who_use_one_token_at_the_same_time_one_wins(lab: Lab) {
        let client = rotating(&lab.pool().await, 0).await;
        for round in 0..3 {
            let alice = client.confirmed_user(&format!("alice{round}")).await.sign_in().await;
            let (won, refused) = race(&client, &alice.tokens.refresh).await;
            assert_eq!((won.len(), refused.len()), (1, 3));
            assert!(refused.iter().any(|(name, _)| name == "RefreshTokenReuseException"), "{refused:?}");
            for (name, message) in refused {
                let expected = [("RefreshTokenReuseException", REUSED), ("NotAuthorizedException", REVOKED_REFRESH_TOKEN)];
                assert!(expected.contains(&(name.as_str(), message.as_str())), "{name}: {message}");
            }
            get_tokens(&client, &won[0]).await.fault("NotAuthorizedException", REVOKED_REFRESH_TOKEN);
        }
    }

    async fn within_the_grace_period_all_who_use_one_token_at_the_same_time_go_on(lab: Lab) {
        let client = rotating(&lab.pool().await, 10).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let (won, refused) = race(&client, &alice.tokens.refresh).await;
        assert_eq!((won.len(), refused.len()), (4, 0), "{refused:?}");
        lab.clock.advance(minutes(5));
        for token in won {
            rotate(&client, &token).await;
        }
    }

    async fn a_token_of_before_rotation_was_switched_off_is_used_up_all_the_same(lab: Lab) {
        let client = rotating(&lab.pool().await, 60).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let next = rotate(&client, &alice.tokens.refresh).await;
        let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
        let settings = json!({ "ClientId": client.id, "ExplicitAuthFlows": flows });
        client.pool.call("UpdateUserPoolClient", settings).await.ok();
        let output = get_tokens(&client, &next).await.ok();
        assert_eq!(output["AuthenticationResult"]["RefreshToken"], Value::Null);
        get_tokens(&client, &alice.tokens.refresh).await.fault("RefreshTokenReuseException", REUSED);
    }
}

/// Four use one token at the same time: the tokens of those who were given one, and the refusals of the others.
async fn race(client: &Client, refresh_token: &str) -> (Vec<String>, Vec<(String, String)>) {
    let attempts = [0; 4].map(|_| {
        let (client, refresh_token) = (client.clone(), refresh_token.to_owned());
        tokio::spawn(async move { get_tokens(&client, &refresh_token).await })
    });
    let (mut won, mut refused) = (Vec::new(), Vec::new());
    for attempt in attempts {
        let reply = attempt.await.unwrap();
        if reply.status.is_success() {
            won.push(token(&reply, "RefreshToken"));
        } else {
            refused.push(reply.error());
        }
    }
    (won, refused)
}
