//! The one thing that the engine knows about delivery.

use std::pin::Pin;

use crate::message::{Medium, Message};

/// A boxed future, so that a messenger can stand behind `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Takes a message towards its user.
pub trait Messenger: Send + Sync {
    /// Hands the message over: to a relay that accepted it, or to an inbox that kept it.
    fn deliver(&self, message: Message) -> BoxFuture<'_, Result<(), DeliveryError>>;
}

/// Why a message could not be handed over.
///
/// None of the texts hold the message; those of a mail relay may name the recipient.
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
    #[error("the mail relay refused the message")]
    Refused(#[source] lettre::transport::smtp::Error),
    /// The relay could not be reached, or the conversation with it broke off.
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

fn advice(medium: Medium) -> &'static str {
    match medium {
        Medium::Email => ": set smtp_url",
        Medium::Sms => ": set sms_webhook_url or sms_sns_region",
    }
}

impl From<lettre::transport::smtp::Error> for DeliveryError {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        if error.status().is_some() {
            Self::Refused(error)
        } else {
            Self::Unreachable(error)
        }
    }
}
