//! Mail through a relay.

mod mail;
mod relay;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::message::{Medium, Message};
use crate::messenger::{Delivery, DeliveryError};
use relay::Relay;
pub use relay::SmtpUrlError;

/// The sender of messages whose pool names none: Cognito's own.
pub const DEFAULT_SENDER: &str = "no-reply@verificationemail.com";

/// How long one delivery may take, from the first packet to the relay's word that it has the message.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many conversations with the relay there may be at a time; further messages wait their turn.
const CONNECTIONS: usize = 8;
/// How long a connection may rest between two messages: less than relays wait before they hang up.
const REST: Duration = Duration::from_secs(30);

/// Sends mail through one relay, over connections that it keeps for the next message.
pub struct Smtp {
    relay: Relay,
    sender: Mailbox,
    patience: Duration,
    turns: Semaphore,
    resting: Mutex<Vec<Resting>>,
}

/// A connection whose last message the relay accepted.
struct Resting {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl Smtp {
    /// Prepares to send through the relay at `url` with `sender` (`address` or `Name <address>`) as the default sender.
    ///
    /// `smtp://[user:password@]host[:port][?tls=opportunistic|required|none]` speaks STARTTLS when the relay offers it
    /// (opportunistic, the default), always, or never; `smtps://…` speaks TLS from the first byte. No connection is
    /// made before the first message.
    pub fn new(url: &str, sender: &str) -> Result<Self, SmtpUrlError> {
        Ok(Self {
            relay: Relay::parse(url)?,
            sender: sender.parse().map_err(|_| SmtpUrlError::Sender)?,
            patience: PATIENCE,
            turns: Semaphore::new(CONNECTIONS),
            resting: Mutex::default(),
        })
    }

    /// The same, giving up on a delivery after `patience` instead of 10 seconds.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Checks that a message can be written as a mail.
    pub fn check(&self, message: &Message) -> Result<(), DeliveryError> {
        mail::Addresses::of(message, &self.sender).map(drop)
    }

    /// Hands a message to the relay, and waits for its word that it has it.
    pub async fn deliver(&self, delivery: &Delivery) -> Result<(), DeliveryError> {
        let medium = delivery.message.medium;
        if medium != Medium::Email {
            return Err(DeliveryError::NoRoute { medium });
        }
        let mail = mail::compose(delivery, &self.sender)?;
        timeout(self.patience, self.converse(&mail))
            .await
            .unwrap_or(Err(DeliveryError::TimedOut {
                seconds: self.patience.as_secs_f64(),
            }))
    }

    /// Hands one mail to the relay; dropping the future closes its connection, so none is left in mid-sentence.
    async fn converse(&self, mail: &lettre::Message) -> Result<(), DeliveryError> {
        let _turn = self.turns.acquire().await;
        let mut connection = if let Some(connection) = self.rested().await {
            connection
        } else {
            let connected = self.relay.connect(self.patience).await;
            connected.map_err(DeliveryError::Unreachable)?
        };
        connection.send(mail.envelope(), &mail.formatted()).await?;
        self.resting().push(Resting {
            connection,
            since: Instant::now(),
        });
        Ok(())
    }

    /// A connection that rested, when the relay still listens on one.
    async fn rested(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let Resting { mut connection, since } = self.resting().pop()?;
            if since.elapsed() < REST && connection.test_connected().await {
                return Some(connection);
            }
        }
    }

    fn resting(&self) -> std::sync::MutexGuard<'_, Vec<Resting>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Smtp")
            .field("relay", &self.relay)
            .field("sender", &self.sender)
            .finish_non_exhaustive()
    }
}
