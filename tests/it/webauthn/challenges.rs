//! A registration that was started is good once, for its user, its client and a while.

use std::time::Duration;

use poolhouse_domain::users::User as Stored;
use poolhouse_tests::actors::SignedIn;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::passkeys::Authenticator;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ORIGIN, alice, complete, credentials, registered, start};

const NOT_FOUND: (&str, &str) = (
    "WebAuthnChallengeNotFoundException",
    "The passkey registration has expired or was not started.",
);
const TOO_MANY: (&str, &str) = ("LimitExceededException", "A user can have 20 passkeys at most.");

/// The user as they are stored.
async fn stored(lab: &Lab, user: &SignedIn) -> Stored {
    let (pool, sub) = (&user.user.client.pool.id, &user.user.sub);
    lab.world().store.users().by_sub(pool, sub).await.unwrap().unwrap()
}

/// Gives the user copies of their first passkey, behind the doors, until they have `count`.
async fn fill_up(lab: &Lab, user: &SignedIn, count: usize) {
    let store = &lab.world().store;
    let user = stored(lab, user).await;
    let passkeys = store.passkeys().of_user(&user.pool_id, &user.sub).await.unwrap();
    for number in passkeys.len()..count {
        let mut copy = passkeys[0].clone();
        copy.credential_id = format!("copy-{number}");
        store.passkeys().insert(&copy).await.unwrap();
    }
}

fn count(credentials: &Value) -> usize {
    credentials.as_array().unwrap().len()
}

scenario! {
    async fn a_registration_is_good_once(lab: Lab) {
        let alice = alice(&lab).await;
        complete(&alice, json!({})).await.fault(NOT_FOUND.0, NOT_FOUND.1);
        let options = start(&alice).await;
        complete(&alice, Authenticator::new(ORIGIN).create(&options)).await.ok();
        complete(&alice, Authenticator::new(ORIGIN).create(&options)).await.fault(NOT_FOUND.0, NOT_FOUND.1);
        start(&alice).await;
        complete(&alice, Authenticator::new(ORIGIN).create(&options)).await.fault(NOT_FOUND.0, NOT_FOUND.1);
        assert_eq!(count(&credentials(&alice).await), 1);
    }

    async fn a_new_start_takes_the_place_of_the_old_one(lab: Lab) {
        let alice = alice(&lab).await;
        let old = start(&alice).await;
        let new = start(&alice).await;
        complete(&alice, Authenticator::new(ORIGIN).create(&old)).await.fault(NOT_FOUND.0, NOT_FOUND.1);
        complete(&alice, Authenticator::new(ORIGIN).create(&new)).await.ok();
    }

    async fn a_registration_lasts_five_minutes(lab: Lab) {
        let alice = alice(&lab).await;
        let options = start(&alice).await;
        let credential = Authenticator::new(ORIGIN).create(&options);
        lab.clock.advance(Duration::from_mins(5));
        complete(&alice, credential).await.fault(NOT_FOUND.0, NOT_FOUND.1);
        let options = start(&alice).await;
        lab.clock.advance(Duration::from_mins(5) - Duration::from_millis(1));
        complete(&alice, Authenticator::new(ORIGIN).create(&options)).await.ok();
    }

    async fn a_registration_belongs_to_its_user(lab: Lab) {
        let alice = alice(&lab).await;
        let bob = alice.user.client.confirmed_user("bob").await.sign_in().await;
        let options = start(&alice).await;
        complete(&bob, Authenticator::new(ORIGIN).create(&options)).await.fault(NOT_FOUND.0, NOT_FOUND.1);
        start(&bob).await;
        complete(&bob, Authenticator::new(ORIGIN).create(&options)).await.fault(NOT_FOUND.0, NOT_FOUND.1);
        assert_eq!(credentials(&bob).await, json!([]));
        complete(&alice, Authenticator::new(ORIGIN).create(&options)).await.ok();
    }

    async fn a_registration_belongs_to_its_client(lab: Lab) {
        let alice = alice(&lab).await;
        let mut elsewhere = alice.user.clone();
        elsewhere.client = alice.user.client.pool.client().await;
        let elsewhere = elsewhere.sign_in().await;
        let options = start(&alice).await;
        complete(&elsewhere, Authenticator::new(ORIGIN).create(&options)).await.fault(
            "WebAuthnClientMismatchException",
            "The passkey registration was started by another client.",
        );
        complete(&alice, Authenticator::new(ORIGIN).create(&options)).await.ok();
        assert_eq!(count(&credentials(&elsewhere).await), 1);
    }

    async fn of_two_that_complete_one_registration_one_wins(lab: Lab) {
        let alice = alice(&lab).await;
        let options = start(&alice).await;
        let [one, other] = [(); 2].map(|()| Authenticator::new(ORIGIN).create(&options));
        let (one, other) = tokio::join!(complete(&alice, one), complete(&alice, other));
        let (won, lost) = if one.status.is_success() { (one, other) } else { (other, one) };
        won.ok();
        lost.fault(NOT_FOUND.0, NOT_FOUND.1);
        assert_eq!(count(&credentials(&alice).await), 1);
    }

    async fn a_user_has_twenty_passkeys_at_most(lab: Lab) {
        let alice = alice(&lab).await;
        registered(&alice).await;
        fill_up(&lab, &alice, 19).await;
        let options = start(&alice).await;
        fill_up(&lab, &alice, 20).await;
        complete(&alice, Authenticator::new(ORIGIN).create(&options)).await.fault(TOO_MANY.0, TOO_MANY.1);
        alice.call("StartWebAuthnRegistration", json!({})).await.fault(TOO_MANY.0, TOO_MANY.1);
        assert_eq!(count(&credentials(&alice).await), 20);
        alice.call("DeleteWebAuthnCredential", json!({ "CredentialId": "copy-19" })).await.ok();
        complete(&alice, Authenticator::new(ORIGIN).create(&options)).await.ok();
    }
}
