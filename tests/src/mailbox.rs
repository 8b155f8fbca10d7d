//! What the users of a lab find in their mail and on their phones.

#![expect(clippy::expect_used, clippy::panic, reason = "what is missing fails the test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use poolhouse_outbound::{BoxFuture, DeliveryError, Filter, Inbox, Message, Messenger};

/// How long a message may take that nobody waits for in the call itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// The messages of one lab.
#[derive(Clone, Debug)]
pub struct Mailbox(pub(crate) Arc<Inbox>);

impl Mailbox {
    /// The newest message to this address or phone number; waits for the first.
    pub async fn newest_for(&self, to: &str) -> Message {
        let messages = self.0.wait(&filter(to), PATIENCE).await;
        let Some(newest) = messages.into_iter().next_back() else {
            panic!("no message for {to}")
        };
        newest.message
    }

    /// The code in the newest message to this address or phone number.
    pub async fn code_for(&self, to: &str) -> String {
        self.newest_for(to).await.code.expect("the message holds a code")
    }

    /// The temporary password in the newest message to this address or phone number.
    pub async fn temporary_password_for(&self, to: &str) -> String {
        self.newest_for(to)
            .await
            .temporary_password
            .expect("the message holds a temporary password")
    }

    /// Every message to this address or phone number so far, oldest first.
    pub fn messages_for(&self, to: &str) -> Vec<Message> {
        self.0
            .list(&filter(to))
            .into_iter()
            .map(|received| received.message)
            .collect()
    }

    /// Everything in the messages that lets somebody in.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let messages = self
            .0
            .list(&Filter::default())
            .into_iter()
            .map(|received| received.message);
        messages
            .flat_map(|message| [message.code, message.link, message.temporary_password])
            .flatten()
            .collect()
    }
}

/// A messenger that works until it is broken; clones are the same one.
#[derive(Clone)]
pub struct Relay {
    messenger: Arc<dyn Messenger>,
    is_broken: Arc<AtomicBool>,
}

impl Relay {
    pub(crate) fn new(messenger: Arc<dyn Messenger>) -> Self {
        Self {
            messenger,
            is_broken: Arc::default(),
        }
    }

    /// Lets no message through from now on.
    pub fn break_down(&self) {
        self.is_broken.store(true, Ordering::SeqCst);
    }

    /// Lets messages through again.
    pub fn repair(&self) {
        self.is_broken.store(false, Ordering::SeqCst);
    }
}

impl Messenger for Relay {
    fn deliver(&self, message: Message) -> BoxFuture<'_, Result<(), DeliveryError>> {
        if self.is_broken.load(Ordering::SeqCst) {
            Box::pin(async { Err(DeliveryError::TimedOut { seconds: 10.0 }) })
        } else {
            self.messenger.deliver(message)
        }
    }
}

fn filter(to: &str) -> Filter {
    Filter {
        to: Some(to.to_owned()),
        ..Filter::default()
    }
}
