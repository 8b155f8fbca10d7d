//! The messenger that the server holds.

use std::sync::Arc;

use crate::inbox::Inbox;
use crate::message::{Medium, Message};
use crate::messenger::{BoxFuture, DeliveryError, Messenger};
use crate::sms::Sms;
use crate::smtp::Smtp;

/// Delivers mail by relay and SMS by its endpoint when there are any, and keeps a copy in the inbox when there is one.
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

    fn record(&self, message: &Message) -> bool {
        let Some(inbox) = &self.inbox else { return false };
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
        inbox.record(message.clone());
        true
    }
}

impl Messenger for Outbound {
    fn deliver(&self, message: Message) -> BoxFuture<'_, Result<(), DeliveryError>> {
        let recorded = self.record(&message);
        let route = match message.medium {
            Medium::Email => self.smtp.as_ref().map(|smtp| smtp as &dyn Messenger),
            Medium::Sms => self.sms.as_ref().map(|sms| sms as &dyn Messenger),
        };
        let medium = message.medium;
        match route {
            Some(route) => route.deliver(message),
            None => Box::pin(async move {
                if recorded {
                    Ok(())
                } else {
                    Err(DeliveryError::NoRoute { medium })
                }
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::Filter;
    use crate::message::tests::sign_up_code;

    fn text_message() -> Message {
        Message {
            medium: Medium::Sms,
            to: "+15555550100".to_owned(),
            ..sign_up_code()
        }
    }

    #[tokio::test]
    async fn the_inbox_alone_takes_mail_and_sms() {
        let inbox = Arc::new(Inbox::new());
        let outbound = Outbound::new(None, None, Some(inbox.clone()));
        outbound.deliver(sign_up_code()).await.unwrap();
        outbound.deliver(text_message()).await.unwrap();
        let received = inbox.list(&Filter::default());
        assert_eq!(
            received.iter().map(|received| &received.message).collect::<Vec<_>>(),
            [&sign_up_code(), &text_message()]
        );
    }

    #[tokio::test]
    async fn without_inbox_and_relay_nothing_is_delivered() {
        let outbound = Outbound::new(None, None, None);
        let refusal = |message| async { outbound.deliver(message).await.unwrap_err().to_string() };
        assert_eq!(
            refusal(sign_up_code()).await,
            "this server has no way to send email messages: set smtp_url"
        );
        assert_eq!(
            refusal(text_message()).await,
            "this server has no way to send sms messages: set sms_webhook_url or sms_sns_region"
        );
    }
}
