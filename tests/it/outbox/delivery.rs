//! What becomes of a message once it is written.

use std::collections::BTreeSet;

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::clock::{minutes, seconds};
use poolhouse_tests::scenario;
use serde_json::json;

use super::{ALICE, sign_up, stage, waiting};

/// A passing trouble of the relay.
const BUSY: u16 = 503;
/// A refusal for good.
const REFUSED: u16 = 422;

scenario! {
    alone async fn a_node_that_dies_after_the_commit_loses_no_message(lab: Lab) {
        let client = stage(&lab).await;
        sign_up(&client, "alice").await;
        assert_eq!((lab.relay.attempts(), waiting(&lab).await), (0, 1));
        let other = lab.another_node();
        assert_eq!(other.deliver_due().await, 1);
        let [delivery] = other.relay.delivered().try_into().unwrap();
        assert_eq!(delivery.message, lab.mailbox.newest_for(ALICE).await);
        client.confirm_sign_up("alice", &delivery.message.code.unwrap()).await.ok();
        assert_eq!((lab.deliver_due().await, waiting(&lab).await), (0, 0));
    }

    alone async fn what_a_dead_node_had_taken_on_is_delivered_by_another(lab: Lab) {
        let client = stage(&lab).await;
        sign_up(&client, "alice").await;
        lab.relay.fall_silent();
        let world = lab.world().clone();
        let dying = tokio::spawn(async move { world.deliver_due().await.unwrap() });
        lab.relay.wait_for_attempts(1).await;
        let other = lab.another_node();
        lab.clock.advance(seconds(59));
        assert_eq!(other.deliver_due().await, 0);
        dying.abort();
        lab.clock.advance(seconds(1));
        assert_eq!(other.deliver_due().await, 1);
        assert_eq!((other.relay.delivered().len(), waiting(&lab).await), (1, 0));
    }

    alone async fn a_node_that_was_too_slow_touches_nothing_of_the_next(lab: Lab) {
        let client = stage(&lab).await;
        sign_up(&client, "alice").await;
        lab.relay.fall_silent();
        lab.relay.refuse([BUSY]);
        let world = lab.world().clone();
        let slow = tokio::spawn(async move { world.deliver_due().await.unwrap() });
        lab.relay.wait_for_attempts(1).await;
        lab.clock.advance(minutes(1));
        let other = lab.another_node();
        other.relay.fall_silent();
        let world = other.world().clone();
        let next = tokio::spawn(async move { world.deliver_due().await.unwrap() });
        other.relay.wait_for_attempts(1).await;
        // Its failure would make the message due again while the other one has it.
        lab.relay.answer();
        assert_eq!(slow.await.unwrap(), 1);
        lab.clock.advance(seconds(30));
        assert_eq!(lab.deliver_due().await, 0);
        other.relay.answer();
        assert_eq!(next.await.unwrap(), 1);
        assert_eq!((other.relay.delivered().len(), waiting(&lab).await), (1, 0));
    }

    alone async fn two_nodes_that_deliver_at_once_send_nothing_twice(lab: Lab) {
        let client = stage(&lab).await;
        for number in 0..30 {
            sign_up(&client, &format!("user{number}")).await;
        }
        let other = lab.another_node();
        let (one, two) = tokio::join!(lab.deliver_due(), other.deliver_due());
        // Whoever found another one quicker has stopped; what is left is delivered now.
        let rest = lab.deliver_due().await;
        assert_eq!(one + two + rest, 30);
        let mut delivered = lab.relay.delivered();
        delivered.extend(other.relay.delivered());
        let recipients: BTreeSet<_> = delivered.iter().map(|delivery| &delivery.message.to).collect();
        let ids: BTreeSet<_> = delivered.iter().map(|delivery| &delivery.id).collect();
        assert_eq!((delivered.len(), recipients.len(), ids.len()), (30, 30, 30));
    }

    alone async fn a_passing_trouble_is_waited_out_ever_longer(lab: Lab) {
        let client = stage(&lab).await;
        sign_up(&client, "alice").await;
        lab.relay.refuse([BUSY; 4]);
        assert_eq!(lab.deliver_due().await, 1);
        for pause in [5, 30, 120, 600] {
            lab.clock.advance(seconds(pause - 1));
            assert_eq!(lab.deliver_due().await, 0, "{pause} s");
            lab.clock.advance(seconds(1));
            assert_eq!(lab.deliver_due().await, 1, "{pause} s");
        }
        let [delivery] = lab.relay.delivered().try_into().unwrap();
        assert_eq!(delivery.attempted_at - delivery.message.sent_at, 755_000);
        assert_eq!((lab.relay.attempts(), waiting(&lab).await), (5, 0));
    }

    alone async fn a_refusal_for_good_gives_up_and_names_nobody(lab: Lab) {
        let client = stage(&lab).await;
        sign_up(&client, "alice").await;
        lab.relay.refuse([REFUSED]);
        assert_eq!(lab.deliver_due().await, 1);
        assert_eq!(waiting(&lab).await, 0);
        let log = lab.log();
        let line = log.lines().find(|line| line.contains("given up")).unwrap();
        for part in [client.pool.id.as_str(), "sign-up", "email", "the SMS endpoint answered with status 422"] {
            assert!(line.contains(part), "{line}");
        }
        assert!(!line.contains("alice"), "{line}");
        client.resend_code("alice").await.ok();
        assert_eq!(lab.deliver_due().await, 1);
        assert_eq!(lab.relay.delivered().len(), 1);
    }

    alone async fn a_message_is_given_up_with_its_code(lab: Lab) {
        let client = stage(&lab).await;
        sign_up(&client, "alice").await;
        lab.deliver_due().await;
        let code = lab.mailbox.code_for(ALICE).await;
        client.confirm_sign_up("alice", &code).await.ok();
        client.forgot_password("alice").await.ok();
        lab.relay.refuse([BUSY; 100]);
        let mut attempts = 0;
        for _ in 0..60 {
            attempts += lab.deliver_due().await;
            lab.clock.advance(minutes(1));
        }
        // A code that resets a password lasts an hour.
        assert_eq!((attempts, waiting(&lab).await), (6, 0));
    }

    alone async fn a_code_that_nobody_could_use_any_more_is_not_sent(lab: Lab) {
        let client = stage(&lab).await;
        sign_up(&client, "alice").await;
        lab.clock.advance(poolhouse_tests::clock::days(1));
        assert_eq!(lab.deliver_due().await, 1);
        assert_eq!((lab.relay.attempts(), waiting(&lab).await), (0, 0));
        assert!(lab.log().contains("given up: it has expired"));
    }

    alone async fn who_is_refused_by_the_database_is_sent_nothing(lab: Lab) {
        let client = stage(&lab).await;
        let (one, two) = (json!({ "email": "one@example.com" }), json!({ "email": "two@example.com" }));
        let other = client.at(&lab.another_node());
        other.pool.admin.create_pool(json!({})).await;
        let (first, second) = tokio::join!(
            client.sign_up("alice", PASSWORD, one),
            client.sign_up("alice", PASSWORD, two)
        );
        let to = match (first.status.as_u16(), second.status.as_u16()) {
            (200, 400) => "one@example.com",
            (400, 200) => "two@example.com",
            statuses => panic!("{statuses:?}"),
        };
        assert_eq!(lab.deliver_due().await, 1);
        assert_eq!(lab.relay.delivered()[0].message.to, to);
    }

    alone async fn a_pool_takes_its_messages_along(lab: Lab) {
        let client = stage(&lab).await;
        sign_up(&client, "alice").await;
        client.pool.call("DeleteUserPool", json!({})).await.ok();
        assert_eq!((lab.deliver_due().await, waiting(&lab).await), (0, 0));
    }

    alone async fn an_invitation_and_a_second_factor_wait_like_all_others(lab: Lab) {
        let client = stage(&lab).await;
        let invitation = json!({
            "Username": "bob", "DesiredDeliveryMediums": ["EMAIL"],
            "UserAttributes": [{ "Name": "email", "Value": "bob@example.com" }],
        });
        client.pool.call("AdminCreateUser", invitation).await.ok();
        assert_eq!(lab.deliver_due().await, 1);
        let [delivery] = lab.relay.delivered().try_into().unwrap();
        let password = delivery.message.temporary_password.unwrap();
        client.sign_in("bob", &password).await.ok();
    }

    async fn what_the_inbox_alone_takes_is_not_written(lab: Lab) {
        let client = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await.client().await;
        sign_up(&client, "alice").await;
        let sql = "SELECT COUNT(*) FROM outbox WHERE pool_id = $1";
        let row = lab.world().store.db().conn().read_one(sql, &[(&client.pool.id).into()]).await.unwrap();
        assert_eq!(row.int(0).unwrap(), 0);
        lab.mailbox.code_for(ALICE).await;
    }
}
