//! What goes out of the server: checked before anything is written, written with what it speaks of, delivered later.
//!
//! Nobody waits for a relay: a request ends when its message is in the outbox, in the same transaction as the code that
//! the message holds. What the inbox of development mode alone takes needs no outbox.

mod budgets;
mod worker;

use poolhouse_domain::{DAY, Error, HOUR, MINUTE, Result};
use poolhouse_outbound::{EncryptionError, Kind, Medium, Message, Route};
use poolhouse_storage::{OutboxEntry, Transaction};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::budgets::Budgets;
use crate::Cx;

/// What goes out of the server.
#[derive(Serialize, Deserialize)]
pub(crate) enum Outgoing {
    /// A message that the server sends itself.
    Message(Box<Message>),
    /// A message that a function of the pool's sends: its CustomEmailSender or CustomSMSSender.
    Function(Box<SenderCall>),
}

/// The call of a function that sends a message.
#[derive(Serialize, Deserialize)]
pub(crate) struct SenderCall {
    /// What the function is to say. Developers see it in the inbox.
    pub message: Message,
    pub function_arn: String,
    /// The key that the code is encrypted under.
    pub key_id: String,
    /// What the function receives, but for the code.
    pub event: Value,
    /// The code, or what stands for the temporary password as HTML: encrypted for each call.
    pub code: String,
}

impl From<Message> for Outgoing {
    fn from(message: Message) -> Self {
        Self::Message(Box::new(message))
    }
}

impl Outgoing {
    /// The message, whoever sends it.
    pub fn message(&self) -> &Message {
        match self {
            Self::Message(message) => message,
            Self::Function(call) => &call.message,
        }
    }
}

impl SenderCall {
    /// The trigger that sends messages of this medium.
    pub fn trigger(&self) -> &'static str {
        match self.message.medium {
            Medium::Email => "CustomEmailSender",
            Medium::Sms => "CustomSMSSender",
        }
    }
}

impl Cx {
    /// Refuses what nothing can carry, and what is too much for its destination; the rest is counted against it. Call it
    /// before anything is written.
    pub(crate) async fn check_outgoing(&self, outgoing: &Outgoing) -> Result<()> {
        let message = outgoing.message();
        let obstacle = match outgoing {
            Outgoing::Message(message) => self.messenger.check(message).err().map(|error| error.to_string()),
            Outgoing::Function(_) if self.code_encryptor.is_none() => Some(EncryptionError::NoKey.to_string()),
            Outgoing::Function(_) => None,
        };
        if let Some(obstacle) = obstacle {
            tracing::warn!(
                request_id = self.request.id,
                pool = message.pool_id,
                kind = message.kind.as_str(),
                "a message could not be sent: {obstacle}"
            );
            return Err(Error::CodeDeliveryFailure("Failed to deliver the message."));
        }
        self.count_outgoing(message).await
    }

    /// Writes what has to be delivered, in the transaction of what it speaks of.
    pub(crate) async fn post(&self, tx: &mut Transaction, outgoing: &Outgoing) -> Result<()> {
        if !self.needs_delivery(outgoing) {
            return Ok(());
        }
        let (message, now) = (outgoing.message(), self.now());
        let entry = OutboxEntry {
            id: &self.entropy.uuid_v4(),
            pool_id: &message.pool_id,
            due_at: now,
            expires_at: now.plus_millis(worthless_after(message.kind)),
            content: &serde_json::to_vec(outgoing).map_err(Error::internal)?,
        };
        Ok(tx.outbox().put(&entry).await?)
    }

    /// Shows developers what was written, and has it delivered. Call it after the commit.
    pub(crate) fn announce(&self, outgoing: &Outgoing) {
        self.messenger.record(outgoing.message());
        if self.needs_delivery(outgoing) {
            self.outbox_bell.notify_one();
        }
    }

    fn needs_delivery(&self, outgoing: &Outgoing) -> bool {
        match outgoing {
            Outgoing::Message(message) => !matches!(self.messenger.check(message), Ok(Route::Inbox)),
            Outgoing::Function(_) => true,
        }
    }
}

/// How long it makes sense to deliver a message, in milliseconds: no longer than the code lasts that it holds.
fn worthless_after(kind: Kind) -> i64 {
    match kind {
        Kind::Authentication => 15 * MINUTE,
        Kind::ForgotPassword => HOUR,
        Kind::SignUp
        | Kind::ResendCode
        | Kind::UpdateUserAttribute
        | Kind::VerifyUserAttribute
        | Kind::AdminCreateUser => DAY,
    }
}
