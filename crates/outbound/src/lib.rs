//! What Poolhouse says to the outside world: codes and invitations, by mail, by SMS, or into an inbox for developers.
//!
//! The engine renders a [`Message`] and hands it to a [`Messenger`]:
//! - [`Smtp`] sends it through a mail relay;
//! - [`Inbox`] keeps it in memory, where a test or a developer waits for it;
//! - [`Outbound`] is what the server holds: the inbox in development mode, the relay when there is one.

mod inbox;
mod message;
mod messenger;
mod outbound;
mod smtp;

pub use inbox::{Filter, Inbox, Received};
pub use message::{Kind, Medium, Message, UnknownKind};
pub use messenger::{BoxFuture, DeliveryError, Messenger};
pub use outbound::Outbound;
pub use smtp::{DEFAULT_SENDER, Smtp, SmtpUrlError};
