//! What wrong passwords cost.

use std::time::Duration;

use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::clock::{minutes, seconds};
use poolhouse_tests::scenario;
use serde_json::json;

use super::{INCORRECT, admin_initiate};

const EXCEEDED: &str = "Password attempts exceeded";
const WRONG: &str = "Wrong-Horse-1";

/// Guesses wrong this often, each time being told so.
async fn guess(client: &Client, username: &str, times: usize) {
    for _ in 0..times {
        client
            .sign_in(username, WRONG)
            .await
            .fault("NotAuthorizedException", INCORRECT);
    }
}

async fn assert_locked(client: &Client, username: &str) {
    client
        .sign_in(username, PASSWORD)
        .await
        .fault("NotAuthorizedException", EXCEEDED);
}

const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

scenario! {
    async fn the_fifth_failure_pauses_a_second_and_each_further_doubles_it(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.confirmed_user("alice").await;
        guess(&client, "alice", 4).await;
        for pause in [1, 2, 4, 8] {
            guess(&client, "alice", 1).await;
            assert_locked(&client, "alice").await;
            lab.clock.advance(millis(pause * 1_000 - 1));
            assert_locked(&client, "alice").await;
            lab.clock.advance(millis(1));
        }
        client.sign_in("alice", PASSWORD).await.ok();
    }

    async fn success_forgets_the_failures(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.confirmed_user("alice").await;
        guess(&client, "alice", 5).await;
        lab.clock.advance(seconds(1));
        client.sign_in("alice", PASSWORD).await.ok();
        guess(&client, "alice", 4).await;
        client.sign_in("alice", PASSWORD).await.ok();
        guess(&client, "alice", 5).await;
        assert_locked(&client, "alice").await;
    }

    async fn no_pause_is_longer_than_fifteen_minutes_and_then_all_is_forgotten(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.confirmed_user("alice").await;
        guess(&client, "alice", 4).await;
        for doublings in 0..10 {
            guess(&client, "alice", 1).await;
            lab.clock.advance(seconds(1 << doublings));
        }
        guess(&client, "alice", 1).await;
        lab.clock.advance(millis(15 * 60_000 - 1));
        assert_locked(&client, "alice").await;
        lab.clock.advance(millis(1));
        guess(&client, "alice", 4).await;
        client.sign_in("alice", PASSWORD).await.ok();
    }

    async fn fifteen_minutes_without_an_attempt_forget_the_failures(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.confirmed_user("alice").await;
        guess(&client, "alice", 4).await;
        lab.clock.advance(millis(15 * 60_000 - 1));
        guess(&client, "alice", 1).await;
        assert_locked(&client, "alice").await;
        lab.clock.advance(minutes(15));
        guess(&client, "alice", 4).await;
        client.sign_in("alice", PASSWORD).await.ok();
    }

    async fn failures_are_counted_per_user_under_every_name_and_by_every_door(lab: Lab) {
        let pool = lab.pool_with(json!({ "AliasAttributes": ["preferred_username"], "UsernameConfiguration": { "CaseSensitive": false } })).await;
        let (client, other) = (pool.client().await, pool.client().await);
        let alice = client.confirmed_user("alice").await;
        let bob = client.confirmed_user("bob").await;
        let name = json!({ "UserAttributes": [{ "Name": "preferred_username", "Value": "wonder" }] });
        alice.admin_call("AdminUpdateUserAttributes", name).await.ok();
        guess(&client, "alice", 1).await;
        guess(&other, "ALICE", 1).await;
        guess(&client, "wonder", 1).await;
        guess(&client, &alice.sub, 1).await;
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": WRONG });
        let flow = "ADMIN_USER_PASSWORD_AUTH";
        admin_initiate(&client, flow, parameters.clone()).await.fault("NotAuthorizedException", INCORRECT);
        for name in ["alice", "wonder"] {
            assert_locked(&other, name).await;
        }
        admin_initiate(&client, flow, parameters).await.fault("NotAuthorizedException", EXCEEDED);
        bob.sign_in().await;
    }

    async fn names_of_nobody_are_paused_like_users_where_they_must_look_alike(lab: Lab) {
        let pool = lab.pool_with(json!({ "UsernameConfiguration": { "CaseSensitive": false } })).await;
        let silent = pool.client_with(json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
        silent.confirmed_user("alice").await;
        for name in ["alice", "nobody"] {
            guess(&silent, name, 5).await;
            assert_locked(&silent, name).await;
            assert_locked(&silent, &name.to_uppercase()).await;
        }
        lab.clock.advance(seconds(1));
        for name in ["alice", "nobody"] {
            guess(&silent, name, 1).await;
            lab.clock.advance(seconds(1));
            assert_locked(&silent, name).await;
        }
        silent.sign_in("somebody-else", WRONG).await.fault("NotAuthorizedException", INCORRECT);

        let open = pool.client().await;
        for _ in 0..7 {
            open.sign_in("ghost", WRONG).await.fault("UserNotFoundException", "User does not exist.");
        }
    }

    async fn guesses_at_the_same_time_are_all_counted(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.confirmed_user("alice").await;
        let guesses: Vec<_> = (0..12)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.sign_in("alice", WRONG).await })
            })
            .collect();
        let mut incorrect = 0;
        for guess in guesses {
            let (name, message) = guess.await.unwrap().error();
            assert_eq!(name, "NotAuthorizedException");
            assert!([INCORRECT, EXCEEDED].contains(&message.as_str()), "{message}");
            incorrect += usize::from(message == INCORRECT);
        }
        assert!(incorrect >= 5, "{incorrect}");
        assert_locked(&client, "alice").await;
    }

    async fn a_new_password_by_an_administrator_ends_the_pause(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await;
        guess(&client, "alice", 5).await;
        assert_locked(&client, "alice").await;
        let password = json!({ "Password": "Another-Horse-2", "Permanent": true });
        alice.admin_call("AdminSetUserPassword", password).await.ok();
        client.sign_in("alice", "Another-Horse-2").await.ok();
    }
}
