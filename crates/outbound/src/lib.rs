//! What Poolhouse says to the outside world: codes and invitations, by mail, by SMS, or into an inbox for developers.
//!
//! The engine renders a [`Message`] and hands it to a [`Messenger`]:
//! - [`Smtp`] sends it through a mail relay;
//! - [`Sms`] sends it to a webhook or to Amazon SNS;
//! - [`Inbox`] keeps it in memory, where a test or a developer waits for it;
//! - [`Outbound`] is what the server holds: the inbox in development mode, the relay and the way of SMS when there
//!   are any.

mod inbox;
mod invoker;
mod message;
mod messenger;
mod outbound;
mod signature;
mod sigv4;
mod sms;
mod smtp;

pub use inbox::{Filter, Inbox, Received};
pub use invoker::{Invocation, InvokeError, Invoker};
pub use message::{Kind, Medium, Message, UnknownKind};
pub use messenger::{BoxFuture, DeliveryError, Messenger};
pub use outbound::Outbound;
pub use sms::{Sms, SmsSettingError, SnsAccess};
pub use smtp::{DEFAULT_SENDER, Smtp, SmtpUrlError};
