//! CustomMessage, CustomEmailSender and CustomSMSSender: the words of messages, and who sends them.

use poolhouse_domain::Result;
use poolhouse_domain::templates::{self, Rendered};
use poolhouse_domain::triggers::custom_message::CustomMessageRequest;
use poolhouse_domain::triggers::custom_sender::{CustomEmailSenderRequest, CustomSmsSenderRequest, SenderRequest};
use poolhouse_domain::triggers::{Metadata, user_attributes};
use poolhouse_model::VerifiedAttributeType;
use poolhouse_outbound::Kind;
use serde_json::Value;

use super::{ONLY_VERSION, Triggers};
use crate::messages::Draft;

impl Triggers<'_> {
    /// The message as the pool's function words it, or else as the template does.
    pub async fn word(self, draft: &Draft<'_>) -> Result<Rendered> {
        let Draft {
            user, kind, template, ..
        } = draft;
        let Some(function) = self.function(|config| config.custom_message.as_deref()) else {
            return Ok(template.fill(draft.values));
        };
        let request = CustomMessageRequest {
            user_attributes: user_attributes(self.pool, user),
            code_parameter: templates::CODE,
            link_parameter: template.link_parameter(),
            username_parameter: template.username_parameter(),
            client_metadata: self.client_metadata(*kind),
        };
        let source = format!("CustomMessage_{}", occasion(*kind));
        let words = self.call(function, &source, &user.username, request).await?;
        Ok(template.clone().worded_by(words)?.fill(draft.values))
    }

    /// The function that sends the pool's messages instead of the server, if there is one for this medium, and what it
    /// receives: all but the code, which is encrypted when the function is called.
    pub fn custom_sender(self, draft: &Draft<'_>) -> Result<Option<(String, Value)>> {
        let Some(config) = self.pool.settings.lambda_config.as_ref() else {
            return Ok(None);
        };
        let request = |kind| SenderRequest {
            kind,
            code: String::new(),
            client_metadata: self.client_metadata(draft.kind),
            user_attributes: user_attributes(self.pool, draft.user),
        };
        let occasion = occasion(draft.kind);
        let name = &draft.user.username;
        let (arn, event) = match draft.channel.attribute {
            VerifiedAttributeType::Email => {
                let Some(sender) = &config.custom_email_sender else {
                    return Ok(None);
                };
                let request = CustomEmailSenderRequest(request("customEmailSenderRequestV1"));
                let source = format!("CustomEmailSender_{occasion}");
                (&sender.lambda_arn, self.event(ONLY_VERSION, &source, name, request)?)
            }
            VerifiedAttributeType::PhoneNumber => {
                let Some(sender) = &config.custom_sms_sender else {
                    return Ok(None);
                };
                let request = CustomSmsSenderRequest(request("customSMSSenderRequestV1"));
                let source = format!("CustomSMSSender_{occasion}");
                (&sender.lambda_arn, self.event(ONLY_VERSION, &source, name, request)?)
            }
        };
        Ok(Some((arn.clone(), event)))
    }

    /// What the client hands on to the functions of messages. What comes with an invitation is for PreSignUp alone.
    fn client_metadata(self, kind: Kind) -> Metadata {
        match kind {
            Kind::AdminCreateUser => Metadata::new(),
            _ => self.cx.handed.client_metadata(),
        }
    }
}

/// The name of a message's occasion in `triggerSource`.
fn occasion(kind: Kind) -> &'static str {
    match kind {
        Kind::SignUp => "SignUp",
        Kind::ResendCode => "ResendCode",
        Kind::ForgotPassword => "ForgotPassword",
        Kind::UpdateUserAttribute => "UpdateUserAttribute",
        Kind::VerifyUserAttribute => "VerifyUserAttribute",
        Kind::AdminCreateUser => "AdminCreateUser",
        Kind::Authentication => "Authentication",
    }
}
