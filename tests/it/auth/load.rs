//! More sign-ins at a time than the server hashes passwords for.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use poolhouse_crypto::password::{PasswordError, PasswordHasher, Verification};
use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::scenario;
use serde_json::json;

/// A hash that takes a good part of a second to check.
const SLOW: &str = "$argon2id$v=19$m=65536,t=8,p=1$c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Verification, PasswordError>> + Send + 'a>>;

/// Lets slow work wait until no more is taken on; it is given up when the answer is dropped.
fn fill(hasher: &PasswordHasher) -> Vec<Waiting<'_>> {
    let mut waiting: Vec<Waiting<'_>> = Vec::new();
    loop {
        let mut work: Waiting<'_> = Box::pin(hasher.verify("x", SLOW));
        match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => waiting.push(work),
            Poll::Ready(result) => {
                assert_eq!(result, Err(PasswordError::Busy));
                return waiting;
            }
        }
    }
}

scenario! {
    async fn more_sign_ins_than_can_be_worked_on_are_asked_to_come_back(lab: Lab) {
        let pool = lab.pool().await;
        let open = pool.client().await;
        let silent = pool.client_with(json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
        let alice = open.confirmed_user("alice").await;
        let waiting = fill(&lab.world().hasher);
        assert!(waiting.len() > 100, "{}", waiting.len());
        alice.try_sign_in().await.fault("TooManyRequestsException", "Too many requests");
        // A name of nobody costs the same work where nobody may tell the difference.
        silent.sign_in("nobody", PASSWORD).await.fault("TooManyRequestsException", "Too many requests");
        open.sign_in("nobody", PASSWORD).await.fault("UserNotFoundException", "User does not exist.");
        drop(waiting);
        while lab.world().hasher.hash("x").await == Err(PasswordError::Busy) {
            tokio::task::yield_now().await;
        }
        alice.sign_in().await;
    }
}
