//! What the users of a lab find in their mail and on their phones.

#![expect(clippy::expect_used, clippy::panic, reason = "what is missing fails the test")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use poolhouse_outbound::{BoxFuture, Delivery, DeliveryError, Filter, Inbox, Message, Messenger, Route};
use tokio::sync::watch;
use tokio::time::timeout;

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

/// The way out of a lab: nothing needs delivery, until a test asks for it. Clones are the same one.
#[derive(Clone)]
pub struct Relay {
    messenger: Arc<dyn Messenger>,
    state: Arc<Mutex<RelayState>>,
    /// How many deliveries were begun.
    attempts: Arc<watch::Sender<usize>>,
    /// Whether deliveries wait for an answer.
    is_silent: Arc<watch::Sender<bool>>,
}

#[derive(Default)]
struct RelayState {
    is_broken: bool,
    takes_deliveries: bool,
    refusals: VecDeque<u16>,
    delivered: Vec<Delivery>,
}

impl Relay {
    pub(crate) fn new(messenger: Arc<dyn Messenger>) -> Self {
        Self {
            messenger,
            state: Arc::default(),
            attempts: Arc::new(watch::Sender::new(0)),
            is_silent: Arc::new(watch::Sender::new(false)),
        }
    }

    /// Carries no message from now on, and says so before anything is written.
    pub fn break_down(&self) {
        self.state().is_broken = true;
    }

    /// Carries messages again.
    pub fn repair(&self) {
        self.state().is_broken = false;
    }

    /// Wants every message delivered from now on, besides showing it in the mailbox.
    pub fn take_deliveries(&self) {
        self.state().takes_deliveries = true;
    }

    /// Answers the next deliveries with these statuses of an SMS endpoint: 503 is a passing trouble, 422 a refusal for
    /// good.
    pub fn refuse(&self, statuses: impl IntoIterator<Item = u16>) {
        self.state().refusals.extend(statuses);
    }

    /// Answers no delivery until [`Self::answer`].
    pub fn fall_silent(&self) {
        self.is_silent.send_replace(true);
    }

    /// Answers deliveries again, those that wait too.
    pub fn answer(&self) {
        self.is_silent.send_replace(false);
    }

    /// How often a delivery was tried.
    pub fn attempts(&self) -> usize {
        *self.attempts.borrow()
    }

    /// Waits until a delivery was tried so often.
    pub async fn wait_for_attempts(&self, count: usize) {
        let mut attempts = self.attempts.subscribe();
        let tried = timeout(PATIENCE, attempts.wait_for(|tried| *tried >= count));
        tried.await.expect("deliveries in time").expect("the relay is there");
    }

    /// What was delivered, in the order of delivery.
    pub fn delivered(&self) -> Vec<Delivery> {
        self.state().delivered.clone()
    }

    fn state(&self) -> MutexGuard<'_, RelayState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Messenger for Relay {
    fn check(&self, message: &Message) -> Result<Route, DeliveryError> {
        let state = self.state();
        if state.is_broken {
            Err(DeliveryError::NoRoute { medium: message.medium })
        } else if state.takes_deliveries {
            Ok(Route::Relay)
        } else {
            self.messenger.check(message)
        }
    }

    fn record(&self, message: &Message) {
        self.messenger.record(message);
    }

    fn deliver(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), DeliveryError>> {
        self.attempts.send_modify(|attempts| *attempts += 1);
        Box::pin(async move {
            let mut silence = self.is_silent.subscribe();
            // Ends with the lab at the latest.
            let _ = silence.wait_for(|is_silent| !is_silent).await;
            let mut state = self.state();
            if let Some(status) = state.refusals.pop_front() {
                return Err(DeliveryError::SmsRefused { status });
            }
            state.delivered.push(delivery);
            Ok(())
        })
    }
}

fn filter(to: &str) -> Filter {
    Filter {
        to: Some(to.to_owned()),
        ..Filter::default()
    }
}
