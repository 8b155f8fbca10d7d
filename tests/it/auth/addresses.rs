//! What wrong passwords and codes cost the address that they come from. A lab in production mode allows an address six.

use std::time::Duration;

use poolhouse_tests::actors::{Client, PASSWORD, Pool};
use poolhouse_tests::authenticator::Authenticator;
use poolhouse_tests::clock::minutes;
use poolhouse_tests::lab::{FAILURES_PER_ADDRESS, Lab};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use poolhouse_tests::srp::SrpClient;
use serde_json::json;
use tokio::task::JoinSet;

use super::srp::{self, with_srp};
use super::{INCORRECT, admin_initiate};

const HERE: &str = "203.0.113.7";
const THERE: &str = "198.51.100.1";
const PROXY: &str = "10.0.0.1";
const WRONG: &str = "Wrong-Horse-1";
const LIMIT: usize = FAILURES_PER_ADDRESS as usize;

/// An app client that doesn't tell who exists.
async fn silent_client(pool: &Pool) -> Client {
    let settings = with_srp(json!({ "PreventUserExistenceErrors": "ENABLED" }));
    pool.client_with(settings).await
}

/// Shows this many wrong passwords, each for another name, and is told so.
async fn spray(client: &Client, names: &str, times: usize) {
    for number in 0..times {
        client
            .sign_in(&format!("{names}{number}"), WRONG)
            .await
            .fault("NotAuthorizedException", INCORRECT);
    }
}

fn assert_refused(reply: &Reply) {
    reply.fault("TooManyRequestsException", "Too many requests");
}

/// The failures of an origin that count now.
async fn failures(lab: &Lab, pool: &Pool, origin: &str) -> i64 {
    let world = lab.world();
    let key = format!("address:{origin}");
    let window = minutes(15).as_millis() as i64;
    let counters = world.store.counters();
    counters.get(&pool.id, &key, world.clock.now(), window).await.unwrap()
}

scenario! {
    production async fn spraying_over_many_users_from_one_address_is_stopped(lab: Lab) {
        let client = lab.pool().await.client().await;
        for name in ["user0", "user1", "user2", "alice"] {
            client.confirmed_user(name).await;
        }
        let here = client.at(&lab.from_address(HERE));
        spray(&here, "user", 3).await;
        spray(&here, "user", 3).await;
        assert_refused(&here.sign_in("alice", PASSWORD).await);
        assert_refused(&here.sign_in("user0", WRONG).await);
        client.at(&lab.from_address(THERE)).sign_in("alice", PASSWORD).await.ok();
        client.sign_in("alice", PASSWORD).await.ok();
        assert_eq!(failures(&lab, &client.pool, HERE).await, 6);
    }

    production async fn the_wait_ends_fifteen_minutes_after_the_first_failure(lab: Lab) {
        let client = silent_client(&lab.pool().await).await;
        client.confirmed_user("alice").await;
        let here = client.at(&lab.from_address(HERE));
        spray(&here, "first", 1).await;
        lab.clock.advance(minutes(14));
        spray(&here, "later", LIMIT - 1).await;
        lab.clock.advance(Duration::from_millis(59_999));
        assert_refused(&here.sign_in("alice", PASSWORD).await);
        lab.clock.advance(Duration::from_millis(1));
        here.sign_in("alice", PASSWORD).await.ok();
        assert_eq!(failures(&lab, &client.pool, HERE).await, 0);
    }

    production async fn successes_neither_count_nor_forgive(lab: Lab) {
        let client = silent_client(&lab.pool().await).await;
        client.confirmed_user("alice").await;
        let here = client.at(&lab.from_address(HERE));
        for _ in 0..=LIMIT {
            here.sign_in("alice", PASSWORD).await.ok();
        }
        assert_eq!(failures(&lab, &client.pool, HERE).await, 0);
        spray(&here, "nobody", LIMIT - 1).await;
        here.sign_in("alice", PASSWORD).await.ok();
        spray(&here, "nobody", 1).await;
        assert_refused(&here.sign_in("alice", PASSWORD).await);
    }

    production async fn nodes_share_the_count_and_a_restart_keeps_it(lab: Lab) {
        let client = silent_client(&lab.pool().await).await;
        client.confirmed_user("alice").await;
        let (one, two) = (lab.from_address(HERE), lab.another_node().from_address(HERE));
        spray(&client.at(&one), "one", LIMIT / 2).await;
        spray(&client.at(&two), "two", LIMIT / 2).await;
        assert_refused(&client.at(&one).sign_in("alice", PASSWORD).await);
        assert_refused(&client.at(&two).sign_in("alice", PASSWORD).await);
        drop((one, two));
        let restarted = lab.another_node();
        assert_refused(&client.at(&restarted.from_address(HERE)).sign_in("alice", PASSWORD).await);
        client.at(&restarted.from_address(THERE)).sign_in("alice", PASSWORD).await.ok();
    }

    production async fn guesses_at_one_user_count_wherever_they_come_from(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await;
        for host in 1..=5 {
            let there = client.at(&lab.from_address(&format!("192.0.2.{host}")));
            there.sign_in("alice", WRONG).await.fault("NotAuthorizedException", INCORRECT);
        }
        client.at(&lab.from_address(HERE)).sign_in("alice", PASSWORD).await
            .fault("NotAuthorizedException", "Password attempts exceeded");
        lab.clock.advance(Duration::from_secs(1));
        alice.sign_in().await;
    }

    production async fn an_ipv6_network_of_64_bits_is_one_address(lab: Lab) {
        let client = silent_client(&lab.pool().await).await;
        client.confirmed_user("alice").await;
        for host in 0..LIMIT {
            let address = lab.from_address(&format!("2001:db8:1:2::{host:x}"));
            spray(&client.at(&address), &format!("nobody{host}-"), 1).await;
        }
        let sign_in_from = async |address: &str| client.at(&lab.from_address(address)).sign_in("alice", PASSWORD).await;
        assert_refused(&sign_in_from("2001:db8:1:2:ffff:ffff:ffff:ffff").await);
        sign_in_from("2001:db8:1:3::").await.ok();
        assert_eq!(failures(&lab, &client.pool, "2001:db8:1:2::/64").await, 6);
    }

    production async fn an_ipv4_address_in_ipv6_is_the_same_address(lab: Lab) {
        let client = silent_client(&lab.pool().await).await;
        client.confirmed_user("alice").await;
        spray(&client.at(&lab.from_address(HERE)), "nobody", LIMIT - 1).await;
        let mapped = client.at(&lab.from_address(&format!("::ffff:{HERE}")));
        spray(&mapped, "nobody", 1).await;
        assert_refused(&mapped.sign_in("alice", PASSWORD).await);
        client.at(&lab.from_address(&format!("::ffff:{THERE}"))).sign_in("alice", PASSWORD).await.ok();
    }

    production async fn a_client_that_claims_to_be_forwarded_is_not_believed(lab: Lab) {
        let client = silent_client(&lab.pool().await).await;
        client.confirmed_user("alice").await;
        let here = lab.from_address(HERE);
        for number in 0..LIMIT {
            let claim = here.forwarded_for(&format!("192.0.2.{number}"));
            spray(&client.at(&claim), &format!("nobody{number}-"), 1).await;
        }
        assert_refused(&client.at(&here.forwarded_for(THERE)).sign_in("alice", PASSWORD).await);
        client.at(&lab.from_address(THERE)).sign_in("alice", PASSWORD).await.ok();
    }

    production async fn behind_a_trusted_proxy_each_client_is_counted_alone(lab: Lab) {
        let client = silent_client(&lab.pool().await).await;
        client.confirmed_user("alice").await;
        let proxy = lab.from_address(PROXY);
        for number in 0..LIMIT {
            let claim = proxy.forwarded_for(&format!("192.0.2.{number}, {HERE}"));
            spray(&client.at(&claim), &format!("nobody{number}-"), 1).await;
        }
        assert_refused(&client.at(&proxy.forwarded_for(HERE)).sign_in("alice", PASSWORD).await);
        assert_refused(&client.at(&lab.from_address(HERE)).sign_in("alice", PASSWORD).await);
        client.at(&proxy.forwarded_for(THERE)).sign_in("alice", PASSWORD).await.ok();
    }

    production async fn wrong_names_proofs_and_codes_count_like_wrong_passwords(lab: Lab) {
        let pool = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await;
        let factors = json!({ "SoftwareTokenMfaConfiguration": { "Enabled": true }, "MfaConfiguration": "OPTIONAL" });
        pool.call("SetUserPoolMfaConfig", factors).await.ok();
        let client = silent_client(&pool).await;
        let alice = client.confirmed_user("alice").await;
        let here = client.at(&lab.from_address(HERE));
        let count = async || failures(&lab, &pool, HERE).await;

        here.sign_in("alice", WRONG).await.fault("NotAuthorizedException", INCORRECT);
        assert_eq!(count().await, 1);
        here.sign_in("nobody", WRONG).await.fault("NotAuthorizedException", INCORRECT);
        assert_eq!(count().await, 2);
        srp::sign_in(&here, "alice", WRONG).await.fault("NotAuthorizedException", INCORRECT);
        assert_eq!(count().await, 3);

        let signed_in = alice.sign_in().await;
        let secret = signed_in.call("AssociateSoftwareToken", json!({})).await.ok();
        let app = Authenticator::new(secret["SecretCode"].as_str().unwrap());
        signed_in.call("VerifySoftwareToken", json!({ "UserCode": app.code(&lab.clock) })).await.ok();
        let on = json!({ "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
        signed_in.call("SetUserMFAPreference", on).await.ok();
        lab.clock.advance(minutes(2));
        let challenge = here.sign_in("alice", PASSWORD).await.ok();
        let session = challenge["Session"].as_str().unwrap();
        let code = |code: &str| json!({ "USERNAME": "alice", "SOFTWARE_TOKEN_MFA_CODE": code });
        here.respond("SOFTWARE_TOKEN_MFA", session, code(&app.wrong_code(&lab.clock)))
            .await
            .fault("CodeMismatchException", "Invalid code received for user");
        assert_eq!(count().await, 4);

        here.sign_up("bob", PASSWORD, json!({ "email": "bob@example.com" })).await.ok();
        let sent = lab.mailbox.code_for("bob@example.com").await;
        let wrong = if sent == "000000" { "000001" } else { "000000" };
        here.confirm_sign_up("bob", wrong)
            .await
            .fault("CodeMismatchException", "Invalid verification code provided, please try again.");
        assert_eq!(count().await, 5);
        spray(&here, "nobody", 1).await;

        assert_refused(&here.sign_in("alice", PASSWORD).await);
        assert_refused(&here.respond("SOFTWARE_TOKEN_MFA", session, code(&app.code(&lab.clock))).await);
        assert_refused(&here.confirm_sign_up("bob", &sent).await);
        assert_refused(&here.forgot_password("bob").await);
        let challenge = srp::challenge(&here, "alice").await;
        assert_refused(&srp::answer(&here, srp::proof(&pool, &challenge, PASSWORD)).await);
        assert_eq!(count().await, 6);
        client.confirm_sign_up("bob", &sent).await.ok();
    }

    production async fn guessed_names_count_where_clients_tell_who_exists(lab: Lab) {
        let client = lab.pool().await.client_with(with_srp(json!({}))).await;
        client.confirmed_user("alice").await;
        let here = client.at(&lab.from_address(HERE));
        for number in 0..LIMIT {
            let name = format!("nobody{number}");
            let reply = if number % 2 == 0 {
                here.sign_in(&name, WRONG).await
            } else {
                let parameters = json!({ "USERNAME": name, "SRP_A": SrpClient::default().srp_a() });
                here.initiate_auth("USER_SRP_AUTH", parameters).await
            };
            reply.fault("UserNotFoundException", "User does not exist.");
        }
        assert_refused(&here.sign_in("nobody", WRONG).await);
        assert_refused(&here.sign_in("alice", PASSWORD).await);
        assert_eq!(failures(&lab, &client.pool, HERE).await, 6);
    }

    production async fn of_guesses_that_race_no_more_are_answered_than_the_limit(lab: Lab) {
        let client = silent_client(&lab.pool().await).await;
        let here = client.at(&lab.from_address(HERE));
        let mut guesses = JoinSet::new();
        for number in 0..2 * LIMIT {
            let here = here.clone();
            guesses.spawn(async move { here.sign_in(&format!("nobody{number}"), WRONG).await });
        }
        let mut answered = 0;
        while let Some(reply) = guesses.join_next().await {
            let reply = reply.unwrap();
            if reply.error().1 == INCORRECT {
                answered += 1;
            } else {
                assert_refused(&reply);
            }
        }
        assert_eq!(answered, LIMIT);
    }

    production async fn an_address_that_has_to_wait_in_one_pool_is_free_in_another(lab: Lab) {
        let client = silent_client(&lab.pool().await).await;
        let other = silent_client(&lab.pool().await).await;
        other.confirmed_user("alice").await;
        let here = lab.from_address(HERE);
        spray(&client.at(&here), "nobody", LIMIT).await;
        assert_refused(&client.at(&here).sign_in("alice", PASSWORD).await);
        other.at(&here).sign_in("alice", PASSWORD).await.ok();
    }

    production async fn what_administrators_sign_is_not_counted_against_their_server(lab: Lab) {
        let client = lab.pool().await.client().await;
        for name in ["alice", "bob"] {
            client.confirmed_user(name).await;
        }
        let here = client.at(&lab.from_address(HERE));
        let sign_in = async |name: &str, password: &str| {
            admin_initiate(&here, "ADMIN_USER_PASSWORD_AUTH", json!({ "USERNAME": name, "PASSWORD": password })).await
        };
        for number in 0..=LIMIT {
            let name = if number % 2 == 0 { "alice" } else { "bob" };
            sign_in(name, WRONG).await.fault("NotAuthorizedException", INCORRECT);
        }
        assert_eq!(failures(&lab, &client.pool, HERE).await, 0);
        sign_in("alice", PASSWORD).await.ok();
    }

    async fn without_a_limit_nothing_is_counted(lab: Lab) {
        let client = silent_client(&lab.pool().await).await;
        let here = client.at(&lab.from_address(HERE));
        spray(&here, "nobody", LIMIT + 1).await;
        assert_eq!(failures(&lab, &client.pool, HERE).await, 0);
    }
}
