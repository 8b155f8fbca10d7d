//! CustomMessage: the words of messages.

use poolhouse_domain::Result;
use poolhouse_domain::delivery::Channel;
use poolhouse_domain::templates::{self, Rendered, Template, Values};
use poolhouse_domain::triggers::custom_message::CustomMessageRequest;
use poolhouse_domain::triggers::{Metadata, user_attributes};
use poolhouse_domain::users::User;
use poolhouse_outbound::Kind;

use super::Triggers;

/// A message that is about to be worded.
pub(crate) struct Draft<'a> {
    pub user: &'a User,
    pub channel: &'a Channel,
    pub kind: Kind,
    pub template: Template,
    pub values: Values<'a>,
}

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
            // What comes with an invitation is for PreSignUp alone.
            client_metadata: match kind {
                Kind::AdminCreateUser => Metadata::new(),
                _ => self.cx.handed.client_metadata(),
            },
        };
        let source = format!("CustomMessage_{}", occasion(*kind));
        let words = self.call(function, &source, &user.username, request).await?;
        Ok(template.clone().worded_by(words)?.fill(draft.values))
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
