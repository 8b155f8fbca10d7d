//! Who empties the outbox: every node, each message by whichever takes it on.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use poolhouse_domain::{HOUR, MINUTE, Result, SECOND, Timestamp};
use poolhouse_outbound::{Delivery, EncryptionError, Invocation, InvokeError};
use poolhouse_storage::LeasedEntry;
use tokio::task::JoinSet;
use tracing::instrument::WithSubscriber;

use super::{Outgoing, SenderCall};
use crate::World;

/// How many deliveries a node has under way at a time.
const PARALLEL: usize = 8;
/// How long a node may take for one attempt before others take the message on, in milliseconds: longer than any relay,
/// endpoint or function is waited for.
const LEASE: i64 = MINUTE;
/// How often a node looks for messages that another node has left behind.
const POLL: Duration = Duration::from_secs(5);
/// How long a node rests when another one was quicker.
const YIELD: Duration = Duration::from_millis(100);
/// How often a function is called that fails, or takes too long, for one message: as often as AWS Lambda does.
const CALLS: i64 = 3;

/// Why a message was not delivered.
struct Failure {
    /// In words that name no person.
    why: String,
    /// Whether another attempt would be in vain.
    is_permanent: bool,
}

impl World {
    /// Delivers what is due now, one batch after the other, and answers how many attempts that took.
    pub async fn deliver_due(self: &Arc<Self>) -> Result<usize> {
        let mut attempts = 0;
        loop {
            let mut under_way = JoinSet::new();
            self.start_due(&mut under_way).await?;
            if under_way.is_empty() {
                return Ok(attempts);
            }
            attempts += under_way.len();
            while under_way.join_next().await.is_some() {}
        }
    }

    /// Delivers messages as they are written, and those that other nodes have left behind, until `ending`. What has been
    /// taken on by then is delivered.
    pub async fn deliver_until(self: Arc<Self>, ending: impl Future<Output = ()>) {
        let mut ending = pin!(ending);
        let mut under_way = JoinSet::new();
        let mut goes_on = true;
        while goes_on {
            let pause = self.start_due(&mut under_way).await.unwrap_or_else(|error| {
                tracing::warn!(error = &error as &dyn std::error::Error, "the outbox could not be read");
                POLL
            });
            tokio::select! {
                // What was written last still leaves.
                () = &mut ending => {
                    goes_on = false;
                    let _ = self.start_due(&mut under_way).await;
                }
                () = self.outbox_bell.notified() => {}
                Some(_) = under_way.join_next() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// Begins as many deliveries as are due and may be under way; answers when to look again at the latest.
    async fn start_due(self: &Arc<Self>, under_way: &mut JoinSet<()>) -> Result<Duration> {
        loop {
            let now = self.clock.now();
            let wait = match self.store.outbox().next_due().await? {
                Some(due_at) => due_at.millis().saturating_sub(now.millis()),
                None => return Ok(POLL),
            };
            if let Ok(wait @ 1..) = u64::try_from(wait) {
                return Ok(POLL.min(Duration::from_millis(wait)));
            }
            let free = PARALLEL.saturating_sub(under_way.len());
            if free == 0 {
                return Ok(POLL);
            }
            let until = now.plus_millis(LEASE);
            let taken = self.store.outbox().lease(now, until, free as i64).await?;
            if taken.is_empty() {
                return Ok(YIELD);
            }
            for entry in taken {
                under_way.spawn(Arc::clone(self).carry(entry).with_current_subscriber());
            }
        }
    }

    /// Delivers one message and writes what became of it.
    async fn carry(self: Arc<Self>, entry: LeasedEntry) {
        let outgoing = entry
            .content
            .as_ref()
            .and_then(|content| serde_json::from_slice::<Outgoing>(content).ok());
        let now = self.clock.now();
        let outcome = match outgoing {
            Some(_) if entry.leased_until <= now => return,
            Some(outgoing) => {
                let (kind, medium) = (outgoing.message().kind, outgoing.message().medium);
                let outcome = if entry.expires_at <= now {
                    Err(Failure {
                        why: "it has expired".to_owned(),
                        is_permanent: true,
                    })
                } else {
                    self.attempt(&entry, outgoing, now).await
                };
                outcome.map_err(|failure| (failure, kind.as_str(), medium.as_str()))
            }
            None => Err((
                Failure {
                    why: "it cannot be read".to_owned(),
                    is_permanent: true,
                },
                "unknown",
                "unknown",
            )),
        };
        let now = self.clock.now();
        let written = match outcome {
            Ok(()) => self.store.outbox().finish(&entry).await,
            Err((failure, kind, medium)) => {
                let retry_at = now.plus_millis(pause_after(entry.attempt));
                let gives_up = failure.is_permanent || retry_at >= entry.expires_at;
                tracing::warn!(
                    pool = entry.pool_id,
                    kind,
                    medium,
                    attempt = entry.attempt,
                    "a message could not be delivered{}: {}",
                    if gives_up { ", and is given up" } else { "" },
                    failure.why,
                );
                if gives_up {
                    self.store.outbox().finish(&entry).await
                } else {
                    self.store.outbox().retry(&entry, retry_at).await
                }
            }
        };
        if let Err(error) = written {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what became of a message could not be written: it may be sent once more"
            );
        }
    }

    async fn attempt(&self, entry: &LeasedEntry, outgoing: Outgoing, now: Timestamp) -> Result<(), Failure> {
        match outgoing {
            Outgoing::Message(message) => {
                let delivery = Delivery {
                    id: entry.id.clone(),
                    message: *message,
                    attempted_at: now.millis(),
                };
                let delivered = self.messenger.deliver(delivery).await;
                delivered.map_err(|error| Failure {
                    why: error.to_string(),
                    is_permanent: error.is_permanent(),
                })
            }
            Outgoing::Function(call) => self.call_sender(entry, *call, now).await,
        }
    }

    /// Calls the function that sends a message. What it answers means nothing; that it answers is enough.
    async fn call_sender(&self, entry: &LeasedEntry, mut call: SenderCall, now: Timestamp) -> Result<(), Failure> {
        let code = self.encrypted_code(&call, now).await.map_err(|error| Failure {
            why: error.to_string(),
            is_permanent: false,
        })?;
        if let Some(place) = call.event.pointer_mut("/request/code") {
            *place = code.into();
        }
        let invocation = Invocation {
            trigger: call.trigger(),
            function_arn: call.function_arn,
            pool_id: entry.pool_id.clone(),
            event: call.event,
            invoked_at: now.millis(),
        };
        let ran_out = entry.attempt >= CALLS;
        let (why, is_permanent) = match self.invoker.invoke(invocation).await {
            Ok(_) | Err(InvokeError::NotJson | InvokeError::TooLong { .. }) => return Ok(()),
            // The text of a function may hold anything.
            Err(InvokeError::Function { .. }) => ("its function failed".to_owned(), ran_out),
            Err(error @ InvokeError::TimedOut { .. }) => (error.to_string(), ran_out),
            Err(error @ InvokeError::Forbidden) => (error.to_string(), true),
            Err(error @ (InvokeError::Service { .. } | InvokeError::NoTarget | InvokeError::Unreachable(_))) => {
                (error.to_string(), false)
            }
        };
        Err(Failure { why, is_permanent })
    }

    /// The code of a message, encrypted for the function that sends it.
    async fn encrypted_code(&self, call: &SenderCall, now: Timestamp) -> Result<String, EncryptionError> {
        let encryptor = self.code_encryptor.as_ref().ok_or(EncryptionError::NoKey)?;
        let context = [("userpool-id", &*call.message.pool_id)];
        encryptor
            .encrypt(&call.key_id, &call.code, &context, now.millis())
            .await
    }
}

/// How long to wait after this many attempts, in milliseconds.
fn pause_after(attempt: i64) -> i64 {
    match attempt {
        ..=1 => 5 * SECOND,
        2 => 30 * SECOND,
        3 => 2 * MINUTE,
        4 => 10 * MINUTE,
        5 => 30 * MINUTE,
        _ => HOUR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour() {
        let pauses: Vec<_> = (0..9).map(|attempt| pause_after(attempt) / SECOND).collect();
        assert_eq!(pauses, [5, 5, 30, 120, 600, 1_800, 3_600, 3_600, 3_600]);
    }
}
