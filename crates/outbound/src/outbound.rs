//! The messenger that the server holds.

use std::sync::Arc;

use crate::inbox::Inbox;
use crate::message::{Medium, Message};
use crate::messenger::{BoxFuture, Delivery, DeliveryError, Messenger, Route};
use crate::sms::Sms;
use crate::smtp::Smtp;

/// Delivers mail by relay and SMS by its endpoint when there are any, and shows all in the inbox when there is one.
///
/// An inbox exists in development mode only. Each message that it receives is also a line in the log, code included,
/// under the target `poolhouse::inbox`; without an inbox no log line holds any part of a message.
#[derive(Debug)]
pub struct Outbound {
    smtp: Option<Smtp>,
    sms: Option<Sms>,
    inbox: Option<Arc<Inbox>>,
}

impl Outbound {
    pub fn new(smtp: Option<Smtp>, sms: Option<Sms>, inbox: Option<Arc<Inbox>>) -> Self {
        Self { smtp, sms, inbox }
    }
}

impl Messenger for Outbound {
    fn check(&self, message: &Message) -> Result<Route, DeliveryError> {
        let medium = message.medium;
        match medium {
            Medium::Email if let Some(smtp) = &self.smtp => smtp.check(message).map(|()| Route::Relay),
            Medium::Sms if self.sms.is_some() => Ok(Route::Relay),
            _ if self.inbox.is_some() => Ok(Route::Inbox),
            _ => Err(DeliveryError::NoRoute { medium }),
        }
    }

    fn record(&self, message: &Message) {
        let Some(inbox) = &self.inbox else { return };
        // Debug forms are quoted and escaped, so that nothing a user typed can forge a line of the log.
        tracing::info!(
            target: "poolhouse::inbox",
            to = ?message.to,
            username = ?message.username,
            pool = message.pool_id,
            medium = message.medium.as_str(),
            code = message.code.as_deref(),
            link = message.link.as_deref().map(tracing::field::debug),
            temporary_password = message.temporary_password.as_deref().map(tracing::field::debug),
            "{} message",
            message.kind,
        );
        inbox.keep(message.clone());
    }

    fn deliver(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), DeliveryError>> {
        Box::pin(async move {
            let medium = delivery.message.medium;
            match (medium, &self.smtp, &self.sms) {
                (Medium::Email, Some(smtp), _) => smtp.deliver(&delivery).await,
                (Medium::Sms, _, Some(sms)) => sms.deliver(&delivery).await,
                _ => Err(DeliveryError::NoRoute { medium }),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::Filter;
    use crate::message::tests::{delivery, sign_up_code};

    fn text_message() -> Message {
        Message {
            medium: Medium::Sms,
            to: "+15555550100".to_owned(),
            ..sign_up_code()
        }
    }

    fn relay() -> Smtp {
        // Two tests may both be first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Smtp::new("smtp://relay.example:1", "codes@poolhouse.example").unwrap()
    }

    #[test]
    fn the_inbox_alone_takes_mail_and_sms() {
        let inbox = Arc::new(Inbox::new());
        let outbound = Outbound::new(None, None, Some(inbox.clone()));
        for message in [sign_up_code(), text_message()] {
            assert_eq!(outbound.check(&message).unwrap(), Route::Inbox);
            outbound.record(&message);
        }
        let received = inbox.list(&Filter::default());
        assert_eq!(
            received.iter().map(|received| &received.message).collect::<Vec<_>>(),
            [&sign_up_code(), &text_message()]
        );
    }

    #[test]
    fn a_relay_takes_what_can_be_a_mail_and_the_inbox_keeps_a_copy() {
        let inbox = Arc::new(Inbox::new());
        let outbound = Outbound::new(Some(relay()), None, Some(inbox.clone()));
        assert_eq!(outbound.check(&sign_up_code()).unwrap(), Route::Relay);
        assert_eq!(outbound.check(&text_message()).unwrap(), Route::Inbox);
        let nowhere = Message {
            to: "alice".to_owned(),
            ..sign_up_code()
        };
        assert_eq!(
            outbound.check(&nowhere).unwrap_err().to_string(),
            "the recipient of the message is not a mail address"
        );
        assert_eq!(inbox.list(&Filter::default()), []);
        outbound.record(&sign_up_code());
        assert_eq!(inbox.list(&Filter::default()).len(), 1);
    }

    #[tokio::test]
    async fn without_inbox_and_relay_nothing_can_be_sent() {
        let outbound = Outbound::new(None, None, None);
        for (message, refusal) in [
            (
                sign_up_code(),
                "this server has no way to send email messages: set smtp_url",
            ),
            (
                text_message(),
                "this server has no way to send sms messages: set sms_webhook_url, sms_sns_region or \
                 sms_twilio_account_sid",
            ),
        ] {
            assert_eq!(outbound.check(&message).unwrap_err().to_string(), refusal);
            let error = outbound.deliver(delivery(message)).await.unwrap_err();
            assert_eq!((error.to_string().as_str(), error.is_permanent()), (refusal, false));
        }
    }
}
