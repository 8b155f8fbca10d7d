//! The worker that delivers while a server runs.

use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{ALICE, sign_up, stage, waiting};

/// A worker, and what ends it.
fn start(lab: &Lab) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (end, ending) = oneshot::channel();
    let world = lab.world().clone();
    let worker = tokio::spawn(world.deliver_until(async {
        let _ = ending.await;
    }));
    (end, worker)
}

scenario! {
    alone async fn a_message_leaves_as_soon_as_it_is_written(lab: Lab) {
        let client = stage(&lab).await;
        let (end, worker) = start(&lab);
        for number in 1..=3 {
            sign_up(&client, &format!("user{number}")).await;
            lab.relay.wait_for_attempts(number).await;
        }
        end.send(()).unwrap();
        worker.await.unwrap();
        assert_eq!((lab.relay.delivered().len(), waiting(&lab).await), (3, 0));
    }

    alone async fn so_many_leave_at_a_time_and_what_a_node_leaves_behind_others_deliver(lab: Lab) {
        let client = stage(&lab).await;
        for number in 0..20 {
            sign_up(&client, &format!("user{number}")).await;
        }
        let other = lab.another_node();
        other.relay.fall_silent();
        let (end, worker) = start(&other);
        other.relay.wait_for_attempts(8).await;
        end.send(()).unwrap();
        other.relay.answer();
        worker.await.unwrap();
        let delivered = other.relay.delivered().len();
        // What ended while the last ones were taken on made room for as many.
        assert!((8..=16).contains(&delivered), "{delivered}");
        assert_eq!(waiting(&lab).await, 20 - delivered as i64);

        let (end, worker) = start(&lab);
        lab.relay.wait_for_attempts(20 - delivered).await;
        end.send(()).unwrap();
        worker.await.unwrap();
        assert_eq!((lab.relay.delivered().len(), waiting(&lab).await), (20 - delivered, 0));
    }

    alone async fn the_end_waits_for_what_is_under_way(lab: Lab) {
        let client = stage(&lab).await;
        lab.relay.fall_silent();
        let (end, worker) = start(&lab);
        sign_up(&client, "alice").await;
        lab.relay.wait_for_attempts(1).await;
        // What was written last still leaves.
        sign_up(&client, "bob").await;
        end.send(()).unwrap();
        lab.relay.wait_for_attempts(2).await;
        assert!(!worker.is_finished());
        lab.relay.answer();
        worker.await.unwrap();
        assert_eq!((lab.relay.delivered().len(), waiting(&lab).await), (2, 0));
    }

    alone async fn nobody_waits_for_a_silent_relay(lab: Lab) {
        let client = stage(&lab).await;
        let secretive = client.pool.client_with(json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
        sign_up(&client, "alice").await;
        lab.deliver_due().await;
        let code = lab.mailbox.code_for(ALICE).await;
        client.confirm_sign_up("alice", &code).await.ok();
        lab.relay.fall_silent();
        let (end, worker) = start(&lab);
        // Both answer although no delivery ends.
        let known = secretive.forgot_password("alice").await.ok();
        let unknown = secretive.forgot_password("nobody").await.ok();
        let medium = |output: &serde_json::Value| output["CodeDeliveryDetails"]["DeliveryMedium"].clone();
        assert_eq!((medium(&known), medium(&unknown)), (json!("EMAIL"), json!("EMAIL")));
        lab.relay.wait_for_attempts(2).await;
        assert_eq!(lab.relay.delivered().len(), 1);
        lab.relay.answer();
        end.send(()).unwrap();
        worker.await.unwrap();
        assert_eq!(lab.relay.delivered().len(), 2);
    }
}
