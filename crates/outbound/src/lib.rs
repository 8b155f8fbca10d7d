//! What Poolhouse says to the outside world: codes and invitations, by mail, by SMS, or into an inbox for developers.
//!
//! The engine renders a [`Message`], asks a [`Messenger`] whether it can be carried, and has it delivered later:
//! - [`Smtp`] sends it through a mail relay;
//! - [`Sms`] sends it to a webhook, to Amazon SNS or to Twilio;
//! - [`Inbox`] keeps it in memory, where a test or a developer waits for it;
//! - [`Outbound`] is what the server holds: the inbox in development mode, the relay and the way of SMS when there
//!   are any.
//!
//! [`FormerPools`] asks the user pools elsewhere that users move here from.

mod code_encryption;
mod former_pool;
mod functions;
mod inbox;
mod invoker;
mod message;
mod messenger;
mod network;
mod outbound;
mod recent;
mod signature;
mod sigv4;
mod sms;
mod smtp;
#[cfg(test)]
mod test_endpoint;

pub use code_encryption::{
    CodeEncryptor, CustomSenderKey, EncryptionError, InvalidCustomSenderKey, KEY_NAMESPACE, KmsAccess, KmsSettingError,
    escape_temporary_password,
};
pub use former_pool::{
    Answer, FormerPool, FormerPoolAccess, FormerPoolError, FormerPoolSettingError, FormerPools, FormerUser,
};
pub use functions::{
    FunctionSettingError, FunctionSettings, FunctionTarget, Functions, InvocationFilter, Invocations, Invoked,
    LambdaAccess, is_function, is_lambda_path,
};
pub use inbox::{Filter, Inbox, Received};
pub use invoker::{Invocation, InvokeError, Invoker};
pub use message::{Kind, Medium, Message, UnknownKind};
pub use messenger::{BoxFuture, Delivery, DeliveryError, Messenger, Route};
pub use network::{AddressPolicy, is_poolhouse};
pub use outbound::Outbound;
pub use sms::{Sms, SmsSettingError, SnsAccess, TwilioAccess};
pub use smtp::{DEFAULT_SENDER, Smtp, SmtpUrlError};
