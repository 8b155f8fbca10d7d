//! The texts of messages: what the pool's templates must hold, how a function may word them, and how they are filled in.

use std::borrow::Cow;

use html_escape::{encode_double_quoted_attribute, encode_text};
use poolhouse_model::{
    EmailMfaConfigType, MessageTemplateType, UserPoolType, VerificationMessageTemplateType, VerifiedAttributeType,
};

use crate::triggers::custom_message::CustomMessageResponse;
use crate::{Error, Result};

/// Where the code, or the temporary password, goes.
pub const CODE: &str = "{####}";
/// Where an invitation names the user.
pub const USERNAME: &str = "{username}";
/// Where a link goes, with a text for it.
pub const LINK: &str = "{##Click Here##}";
// What stands around the text of a verification link.
const LINK_START: &str = "{##";
const LINK_END: &str = "##}";

const VERIFICATION_SUBJECT: &str = "Your verification code";
const VERIFICATION_MESSAGE: &str = "Your verification code is {####}. ";
const LINK_SUBJECT: &str = "Your verification link";
const LINK_MESSAGE: &str = "Please click the link below to verify your email address. {##Verify Email##} ";
const INVITATION_SUBJECT: &str = "Your temporary password";
const INVITATION_MESSAGE: &str = "Your username is {username} and temporary password is {####}. ";
const AUTHENTICATION_SUBJECT: &str = "Your authentication code";
const AUTHENTICATION_MESSAGE: &str = "Your authentication code is {####}. ";

/// The characters that a function may put into the text of an SMS, into a subject, and into a mail.
const LONGEST_SMS: usize = 140;
const LONGEST_SUBJECT: usize = 140;
const LONGEST_EMAIL: usize = 20_000;

/// A message before its values stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    medium: VerifiedAttributeType,
    brings: Brings,
    subject: String,
    message: String,
}

/// What a message is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Brings {
    Code,
    Link,
    Invitation,
}

/// What stands for the placeholders.
#[derive(Debug, Clone, Copy, Default)]
pub struct Values<'a> {
    /// The code, or the temporary password.
    pub code: &'a str,
    pub username: &'a str,
    pub link: &'a str,
}

/// A message ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// An SMS has none.
    pub subject: Option<String>,
    /// HTML in a mail, plain text in an SMS.
    pub body: String,
}

/// Checks the verification and authentication messages of a pool, and carries those that are set by the older members
/// over to the verification template. What the template says itself stands.
pub fn reconcile(pool: &mut UserPoolType) -> Result<()> {
    let template = pool.verification_message_template.get_or_insert_default();
    let older = [
        (&mut template.sms_message, &pool.sms_verification_message),
        (&mut template.email_message, &pool.email_verification_message),
        (&mut template.email_subject, &pool.email_verification_subject),
    ];
    for (member, older) in older {
        if member.is_none() {
            member.clone_from(older);
        }
    }
    let codes = [
        ("SmsVerificationMessage", &pool.sms_verification_message),
        ("EmailVerificationMessage", &pool.email_verification_message),
        ("SmsAuthenticationMessage", &pool.sms_authentication_message),
        ("SmsMessage", &template.sms_message),
        ("EmailMessage", &template.email_message),
    ];
    for (member, message) in codes {
        message
            .iter()
            .try_for_each(|message| check_code_message(member, message))?;
    }
    let link = template.email_message_by_link.as_deref();
    if link.is_some_and(|message| next_link(message).is_none()) {
        return Err(Error::invalid_parameter(
            "EmailMessageByLink must contain a link text like {##Verify Email##}.",
        ));
    }
    Ok(())
}

/// Checks that the message in `member` has a place for the code.
pub fn check_code_message(member: &str, message: &str) -> Result<()> {
    if message.contains(CODE) {
        Ok(())
    } else {
        Err(Error::invalid_parameter(format!(
            "{member} must contain the placeholder {CODE}."
        )))
    }
}

/// Checks that the messages of an invitation have a place for the temporary password. Where users may do without a
/// password, so may the messages.
pub fn check_invitation(template: &MessageTemplateType, passwordless: bool) -> Result<()> {
    if passwordless {
        return Ok(());
    }
    let messages = [
        ("SMSMessage", &template.sms_message),
        ("EmailMessage", &template.email_message),
    ];
    messages.into_iter().try_for_each(|(member, message)| {
        message
            .iter()
            .try_for_each(|message| check_code_message(member, message))
    })
}

/// The message that brings a verification or reset code.
pub fn verification(pool: &UserPoolType, medium: VerifiedAttributeType) -> Template {
    let template = pool.verification_message_template.as_ref();
    let member = |member: fn(&VerificationMessageTemplateType) -> Option<&str>| template.and_then(member);
    let subject = member(|template| template.email_subject.as_deref()).or(pool.email_verification_subject.as_deref());
    let message = match medium {
        VerifiedAttributeType::Email => {
            member(|template| template.email_message.as_deref()).or(pool.email_verification_message.as_deref())
        }
        VerifiedAttributeType::PhoneNumber => {
            member(|template| template.sms_message.as_deref()).or(pool.sms_verification_message.as_deref())
        }
    };
    Template {
        medium,
        brings: Brings::Code,
        subject: subject.unwrap_or(VERIFICATION_SUBJECT).to_owned(),
        message: message.unwrap_or(VERIFICATION_MESSAGE).to_owned(),
    }
}

/// The mail that confirms a sign-up by a click on a link.
pub fn verification_link(pool: &UserPoolType) -> Template {
    let template = pool.verification_message_template.as_ref();
    let member = |member: fn(&VerificationMessageTemplateType) -> Option<&str>| template.and_then(member);
    let subject = member(|template| template.email_subject_by_link.as_deref());
    let message = member(|template| template.email_message_by_link.as_deref());
    Template {
        medium: VerifiedAttributeType::Email,
        brings: Brings::Link,
        subject: subject.unwrap_or(LINK_SUBJECT).to_owned(),
        message: message.unwrap_or(LINK_MESSAGE).to_owned(),
    }
}

/// The message that brings the code of a sign-in.
pub fn authentication(
    pool: &UserPoolType,
    email: Option<&EmailMfaConfigType>,
    medium: VerifiedAttributeType,
) -> Template {
    let message = match medium {
        VerifiedAttributeType::Email => email.and_then(|email| email.message.as_deref()),
        VerifiedAttributeType::PhoneNumber => pool.sms_authentication_message.as_deref(),
    };
    let subject = email.and_then(|email| email.subject.as_deref());
    Template {
        medium,
        brings: Brings::Code,
        subject: subject.unwrap_or(AUTHENTICATION_SUBJECT).to_owned(),
        message: message.unwrap_or(AUTHENTICATION_MESSAGE).to_owned(),
    }
}

/// The message that invites a user whom an administrator created.
pub fn invitation(pool: &UserPoolType, medium: VerifiedAttributeType) -> Template {
    let config = pool.admin_create_user_config.as_ref();
    let template = config.and_then(|config| config.invite_message_template.as_ref());
    let member = |member: fn(&MessageTemplateType) -> Option<&str>| template.and_then(member);
    let subject = member(|template| template.email_subject.as_deref());
    let message = match medium {
        VerifiedAttributeType::Email => member(|template| template.email_message.as_deref()),
        VerifiedAttributeType::PhoneNumber => member(|template| template.sms_message.as_deref()),
    };
    Template {
        medium,
        brings: Brings::Invitation,
        subject: subject.unwrap_or(INVITATION_SUBJECT).to_owned(),
        message: message.unwrap_or(INVITATION_MESSAGE).to_owned(),
    }
}

impl Template {
    /// What stands for a link in the texts of functions, where the message brings one.
    pub fn link_parameter(&self) -> Option<&'static str> {
        (self.brings == Brings::Link).then_some(LINK)
    }

    /// What stands for the username in the texts of functions, where the message says it.
    pub fn username_parameter(&self) -> Option<&'static str> {
        (self.brings == Brings::Invitation).then_some(USERNAME)
    }

    /// The message in the words of a CustomMessage function, as far as it had any. They must have a place for what the
    /// message brings.
    pub fn worded_by(self, words: CustomMessageResponse) -> Result<Self> {
        let (subject, message, longest) = match self.medium {
            VerifiedAttributeType::Email => (words.email_subject, words.email_message, LONGEST_EMAIL),
            VerifiedAttributeType::PhoneNumber => (None, words.sms_message, LONGEST_SMS),
        };
        if let Some(message) = &message {
            self.check(message, longest)?;
        }
        if subject
            .as_ref()
            .is_some_and(|subject| subject.chars().count() > LONGEST_SUBJECT)
        {
            let refusal = format!("The subject of the custom message is longer than {LONGEST_SUBJECT} characters.");
            return Err(Error::TriggerAnswer(refusal.into()));
        }
        Ok(Self {
            subject: subject.unwrap_or(self.subject),
            message: message.unwrap_or(self.message),
            ..self
        })
    }

    fn check(&self, message: &str, longest: usize) -> Result<()> {
        let missing = match self.brings {
            Brings::Link if next_link(message).is_none() => Some(LINK),
            Brings::Code | Brings::Invitation if !message.contains(CODE) => Some(CODE),
            Brings::Invitation if !message.contains(USERNAME) => Some(USERNAME),
            _ => None,
        };
        let refusal = match missing {
            Some(placeholder) => format!("The custom message must contain the placeholder {placeholder}."),
            None if message.chars().count() > longest => {
                format!("The custom message is longer than {longest} characters.")
            }
            None => return Ok(()),
        };
        Err(Error::TriggerAnswer(refusal.into()))
    }

    /// Puts the values in: as text into the HTML of a mail, as they are into an SMS.
    pub fn fill(&self, values: Values<'_>) -> Rendered {
        let by_email = self.medium == VerifiedAttributeType::Email;
        let escaped = |value| {
            if by_email {
                encode_text(value)
            } else {
                Cow::Borrowed(value)
            }
        };
        let body = match self.brings {
            Brings::Link => fill_links(&self.message, values.link),
            Brings::Code => fill(&self.message, &[(CODE, escaped(values.code))]),
            Brings::Invitation => {
                let values = [(USERNAME, escaped(values.username)), (CODE, escaped(values.code))];
                fill(&self.message, &values)
            }
        };
        Rendered {
            subject: by_email.then(|| self.subject.clone()),
            body,
        }
    }
}

/// Makes a link of each text that is marked as one. The mark of a code is a link without a text, and shows where it leads.
fn fill_links(message: &str, link: &str) -> String {
    let link = encode_double_quoted_attribute(link);
    let mut filled = String::new();
    let mut rest = message;
    while let Some((before, text, after)) = next_link(rest) {
        let text = if text.is_empty() { &link } else { text };
        filled.extend([before, "<a href=\"", &link, "\">", text, "</a>"]);
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Replaces placeholders by their values in one pass: a placeholder inside a value stays as it is.
fn fill(template: &str, values: &[(&str, Cow<str>)]) -> String {
    let mut filled = String::new();
    let mut rest = template;
    loop {
        let found = values
            .iter()
            .filter_map(|(placeholder, value)| {
                rest.split_once(placeholder)
                    .map(|(before, after)| (before, value, after))
            })
            .min_by_key(|(before, ..)| before.len());
        let Some((before, value, after)) = found else { break };
        filled.push_str(before);
        filled.push_str(value);
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Splits a message at its first link: what is before, the text of the link, what is after.
fn next_link(message: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = message.split_once(LINK_START)?;
    let (text, after) = rest.split_once(LINK_END)?;
    Some((before, text, after))
}

#[cfg(test)]
#[path = "templates_tests.rs"]
mod tests;
