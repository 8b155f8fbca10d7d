//! How many sessions a user may have.

use poolhouse_tests::clock::minutes;
use poolhouse_tests::scenario;

use super::{assert_ended, assert_stands, configure, own_session, sessions, sessions_of, tracked, tracking};

scenario! {
    async fn the_least_recently_used_session_gives_way_to_the_next(lab: Lab) {
        let client = tracked(&lab, 2).await;
        let alice = client.confirmed_user("alice").await;
        let bob = client.confirmed_user("bob").await.sign_in().await;
        let first = alice.sign_in().await;
        lab.clock.advance(minutes(1));
        let second = alice.sign_in().await;
        lab.clock.advance(minutes(1));
        first.refresh().await.ok();
        lab.clock.advance(minutes(1));
        let third = alice.sign_in().await;
        assert_ended(&second).await;
        assert_eq!(sessions(&third).await.len(), 2);
        own_session(&first).await;
        assert_stands(&third).await;
        assert_stands(&bob).await;
    }

    async fn the_limit_is_of_the_pool_not_of_a_client(lab: Lab) {
        let client = tracked(&lab, 1).await;
        let alice = client.confirmed_user("alice").await;
        let mut elsewhere = alice.clone();
        elsewhere.client = client.pool.client().await;
        let first = alice.sign_in().await;
        let second = elsewhere.sign_in().await;
        assert_ended(&first).await;
        assert_stands(&second).await;
    }

    async fn a_lowered_limit_holds_from_the_next_sign_in(lab: Lab) {
        let client = tracked(&lab, 5).await;
        let alice = client.confirmed_user("alice").await;
        let mut signed_in = Vec::new();
        for _ in 0..4 {
            signed_in.push(alice.sign_in().await);
            lab.clock.advance(minutes(1));
        }
        configure(&client.pool, tracking(2)).await;
        assert_eq!(sessions_of(&alice).await.len(), 4);
        assert_stands(&signed_in[0]).await;
        let last = alice.sign_in().await;
        assert_eq!(sessions_of(&alice).await.len(), 2);
        assert_stands(&last).await;
        // The first was used last.
        assert_stands(&signed_in[0]).await;
        for ended in &signed_in[1..] {
            assert_ended(ended).await;
        }
    }

    async fn a_sign_in_that_fails_ends_nothing(lab: Lab) {
        let client = tracked(&lab, 1).await;
        let alice = client.confirmed_user("alice").await;
        let signed_in = alice.sign_in().await;
        client.sign_in("alice", "Wrong-Horse-1").await.fault("NotAuthorizedException", "Incorrect username or password.");
        assert_stands(&signed_in).await;
    }

    async fn those_who_sign_in_at_the_same_time_are_no_more_than_allowed(lab: Lab) {
        let client = tracked(&lab, 2).await;
        let alice = client.confirmed_user("alice").await;
        for _ in 0..3 {
            let attempts = [0; 6].map(|_| {
                let alice = alice.clone();
                tokio::spawn(async move { alice.try_sign_in().await })
            });
            for attempt in attempts {
                attempt.await.unwrap().ok();
            }
            assert_eq!(sessions_of(&alice).await.len(), 2);
        }
    }
}
