//! Messages: what they say, and who sends them.

use poolhouse_domain::delivery::{self, Channel};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::templates::{Rendered, Template, Values};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::VerifiedAttributeType;
use poolhouse_outbound::{Kind, Medium, Message, escape_temporary_password};

use crate::Cx;
use crate::outbox::{Outgoing, SenderCall};
use crate::triggers::Triggers;

/// A message that is about to be worded.
pub(crate) struct Draft<'a> {
    pub user: &'a User,
    pub channel: &'a Channel,
    pub kind: Kind,
    pub template: Template,
    pub values: Values<'a>,
    pub reveals: Reveals,
}

/// What the code of a message's values is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reveals {
    Code,
    TemporaryPassword,
    /// Words that stand in its place.
    Nothing,
}

impl Cx {
    /// The message of `draft` from the pool's own sender, in the words of its function or of its template; or the call of
    /// the function that sends messages for the pool.
    pub(crate) async fn compose(&self, triggers: Triggers<'_>, pool: &Pool, draft: &Draft<'_>) -> Result<Outgoing> {
        let Some((function_arn, event)) = triggers.custom_sender(draft)? else {
            let text = triggers.word(draft).await?;
            return Ok(self.message(pool, draft, text).into());
        };
        let config = pool.settings.lambda_config.as_ref();
        let key_id = config.and_then(|config| config.kms_key_id.clone());
        Ok(Outgoing::Function(Box::new(SenderCall {
            message: self.message(pool, draft, draft.template.fill(draft.values)),
            function_arn,
            // A pool with a custom sender names a key.
            key_id: key_id.ok_or(Error::CodeDeliveryFailure("Failed to deliver the message."))?,
            event,
            code: match draft.reveals {
                Reveals::Code => draft.values.code.to_owned(),
                Reveals::TemporaryPassword | Reveals::Nothing => escape_temporary_password(draft.values.code),
            },
        })))
    }

    fn message(&self, pool: &Pool, draft: &Draft<'_>, text: Rendered) -> Message {
        let Draft {
            user,
            channel,
            kind,
            values,
            reveals,
            ..
        } = *draft;
        let revealed = |what| (reveals == what).then(|| values.code.to_owned());
        let email = pool.settings.email_configuration.as_ref();
        Message {
            pool_id: pool.id().to_owned(),
            username: user.username.clone(),
            to: channel.destination.clone(),
            medium: match channel.attribute {
                VerifiedAttributeType::Email => Medium::Email,
                VerifiedAttributeType::PhoneNumber => Medium::Sms,
            },
            kind,
            configuration_set: email.and_then(|config| config.configuration_set.clone()),
            from: email.and_then(delivery::sender).map(str::to_owned),
            reply_to: email.and_then(|config| config.reply_to_email_address.clone()),
            subject: text.subject,
            body: text.body,
            code: revealed(Reveals::Code),
            link: (!values.link.is_empty()).then(|| values.link.to_owned()),
            temporary_password: revealed(Reveals::TemporaryPassword),
            sent_at: self.now().millis(),
        }
    }
}
