//! The one thing that the engine knows about delivery.

use std::pin::Pin;

use crate::message::{Medium, Message};

/// A boxed future, so that a messenger can stand behind `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Takes messages towards their users.
pub trait Messenger: Send + Sync {
    /// Checks that a message can be carried, and says by whom. Nothing is sent, and nobody is asked.
    fn check(&self, message: &Message) -> Result<Route, DeliveryError>;

    /// Shows a message to developers, where there is an inbox for them.
    fn record(&self, message: &Message);

    /// Hands a message to what carries it out of this server, and waits for its word that it has it.
    fn deliver(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), DeliveryError>>;
}

/// Who carries a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The inbox of development mode alone: once it is recorded, nothing is left to do.
    Inbox,
    /// Something outside of this server, to which it has to be delivered.
    Relay,
}

/// An attempt to deliver a message.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The same in every attempt, so that a second copy of a message can be recognised.
    pub id: String,
    pub message: Message,
    /// The time of this attempt, in milliseconds since the Unix epoch.
    pub attempted_at: i64,
}

/// Why a message could not be handed over.
///
/// None of the texts hold the message; the sources of those about a mail relay may name the recipient.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// Nothing in this server's configuration carries that medium.
    #[error("this server has no way to send {medium} messages{}", advice(*.medium))]
    NoRoute { medium: Medium },
    /// The recipient, the sender or the reply address is not one a mail can carry.
    #[error("the {role} of the message is not a mail address")]
    InvalidAddress {
        role: &'static str,
        #[source]
        source: lettre::address::AddressError,
    },
    /// The message could not be put into the form of a mail.
    #[error("the message cannot be written as a mail")]
    InvalidMail(#[from] lettre::error::Error),
    /// The relay answered that it won't take the message.
    #[error("the mail relay refused the message with code {code}")]
    Refused {
        code: u16,
        #[source]
        source: lettre::transport::smtp::Error,
    },
    /// The relay could not be reached or wants nothing of this server, or the conversation with it broke off.
    #[error("the mail relay could not be used")]
    Unreachable(#[source] lettre::transport::smtp::Error),
    /// The relay took too long.
    #[error("the mail relay did not accept the message within {seconds} s")]
    TimedOut { seconds: f64 },
    /// The request that would have carried an SMS could not be made.
    #[error("the SMS cannot be put into a request")]
    InvalidSms(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The SMS endpoint answered with something other than success.
    #[error("the SMS endpoint answered with status {status}")]
    SmsRefused { status: u16 },
    /// The SMS endpoint could not be reached, or the conversation with it broke off.
    #[error("the SMS endpoint could not be used")]
    SmsUnreachable(#[source] reqwest::Error),
    /// The SMS endpoint took too long.
    #[error("the SMS endpoint did not accept the message within {seconds} s")]
    SmsTimedOut { seconds: f64 },
}

impl DeliveryError {
    /// Whether another attempt would fail for the same reason: the message itself is what was refused.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::InvalidAddress { .. } | Self::InvalidMail(_) | Self::InvalidSms(_) => true,
            Self::Refused { code, .. } => (500..600).contains(code) && !REFUSES_US.contains(code),
            // Unlike these, wrong credentials, a wrong path and too many requests are not the message's fault.
            Self::SmsRefused { status } => matches!(status, 400 | 410 | 413 | 415 | 422),
            Self::NoRoute { .. }
            | Self::Unreachable(_)
            | Self::TimedOut { .. }
            | Self::SmsUnreachable(_)
            | Self::SmsTimedOut { .. } => false,
        }
    }
}

/// What a relay answers when it is this server that it refuses, not the message: it wants something else first.
const REFUSES_US: [u16; 3] = [502, 503, 530];

fn advice(medium: Medium) -> &'static str {
    match medium {
        Medium::Email => ": set smtp_url",
        Medium::Sms => ": set sms_webhook_url, sms_sns_region or sms_twilio_account_sid",
    }
}

impl From<lettre::transport::smtp::Error> for DeliveryError {
    fn from(source: lettre::transport::smtp::Error) -> Self {
        match source.status() {
            Some(code) => Self::Refused {
                code: code.into(),
                source,
            },
            None => Self::Unreachable(source),
        }
    }
}
