//! The texts of messages: what the pool's templates must hold, and how they are filled in.

use std::borrow::Cow;

use html_escape::{encode_double_quoted_attribute, encode_text};
use poolhouse_model::{EmailMfaConfigType, MessageTemplateType, UserPoolType, VerificationMessageTemplateType};

use crate::{Error, Result};

/// Where the code, or the temporary password, goes.
const CODE: &str = "{####}";
/// Where an invitation names the user.
const USERNAME: &str = "{username}";
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

/// The mail that brings a verification or reset code.
pub fn verification_email(pool: &UserPoolType, code: &str) -> Rendered {
    let template = pool.verification_message_template.as_ref();
    let subject = template.and_then(|template| template.email_subject.as_deref());
    let message = template.and_then(|template| template.email_message.as_deref());
    let subject = subject
        .or(pool.email_verification_subject.as_deref())
        .unwrap_or(VERIFICATION_SUBJECT);
    let message = message
        .or(pool.email_verification_message.as_deref())
        .unwrap_or(VERIFICATION_MESSAGE);
    Rendered {
        subject: Some(subject.to_owned()),
        body: fill(message, &[(CODE, encode_text(code))]),
    }
}

/// The mail that confirms a sign-up by a click on `link`.
pub fn verification_link_email(pool: &UserPoolType, link: &str) -> Rendered {
    let template = pool.verification_message_template.as_ref();
    let member = |member: fn(&VerificationMessageTemplateType) -> Option<&str>| template.and_then(member);
    let subject = member(|template| template.email_subject_by_link.as_deref()).unwrap_or(LINK_SUBJECT);
    let mut rest = member(|template| template.email_message_by_link.as_deref()).unwrap_or(LINK_MESSAGE);

    let link = encode_double_quoted_attribute(link);
    let mut body = String::new();
    while let Some((before, text, after)) = next_link(rest) {
        body.extend([before, "<a href=\"", &link, "\">", text, "</a>"]);
        rest = after;
    }
    body.push_str(rest);
    Rendered {
        subject: Some(subject.to_owned()),
        body,
    }
}

/// The SMS that brings a verification or reset code.
pub fn verification_sms(pool: &UserPoolType, code: &str) -> String {
    let template = pool.verification_message_template.as_ref();
    let message = template.and_then(|template| template.sms_message.as_deref());
    let message = message
        .or(pool.sms_verification_message.as_deref())
        .unwrap_or(VERIFICATION_MESSAGE);
    fill(message, &[(CODE, code.into())])
}

/// The SMS that brings the code of a second factor.
pub fn authentication_sms(pool: &UserPoolType, code: &str) -> String {
    let message = pool
        .sms_authentication_message
        .as_deref()
        .unwrap_or(AUTHENTICATION_MESSAGE);
    fill(message, &[(CODE, code.into())])
}

/// The mail that brings the code of a second factor.
pub fn authentication_email(config: &EmailMfaConfigType, code: &str) -> Rendered {
    let message = config.message.as_deref().unwrap_or(AUTHENTICATION_MESSAGE);
    Rendered {
        subject: Some(config.subject.as_deref().unwrap_or(AUTHENTICATION_SUBJECT).to_owned()),
        body: fill(message, &[(CODE, encode_text(code))]),
    }
}

/// The mail that invites a user whom an administrator created. Username and password are text, whatever characters
/// they have.
pub fn invitation_email(pool: &UserPoolType, username: &str, temporary_password: &str) -> Rendered {
    let template = invitation(pool);
    let subject = template
        .and_then(|template| template.email_subject.as_deref())
        .unwrap_or(INVITATION_SUBJECT);
    let message = template
        .and_then(|template| template.email_message.as_deref())
        .unwrap_or(INVITATION_MESSAGE);
    let values = [
        (USERNAME, encode_text(username)),
        (CODE, encode_text(temporary_password)),
    ];
    Rendered {
        subject: Some(subject.to_owned()),
        body: fill(message, &values),
    }
}

/// The SMS that invites a user whom an administrator created.
pub fn invitation_sms(pool: &UserPoolType, username: &str, temporary_password: &str) -> String {
    let message = invitation(pool)
        .and_then(|template| template.sms_message.as_deref())
        .unwrap_or(INVITATION_MESSAGE);
    fill(
        message,
        &[(USERNAME, username.into()), (CODE, temporary_password.into())],
    )
}

fn invitation(pool: &UserPoolType) -> Option<&MessageTemplateType> {
    pool.admin_create_user_config.as_ref()?.invite_message_template.as_ref()
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
mod tests {
    use poolhouse_model::AdminCreateUserConfigType;

    use super::*;
    use crate::testing::{invalid_parameter, pool};

    fn verifying(template: VerificationMessageTemplateType) -> UserPoolType {
        pool(|pool| pool.verification_message_template = Some(template))
    }

    fn inviting(template: MessageTemplateType) -> UserPoolType {
        pool(|pool| {
            pool.admin_create_user_config = Some(AdminCreateUserConfigType {
                invite_message_template: Some(template),
                ..AdminCreateUserConfigType::default()
            });
        })
    }

    fn mail(subject: &str, body: &str) -> Rendered {
        Rendered {
            subject: Some(subject.to_owned()),
            body: body.to_owned(),
        }
    }

    #[test]
    fn a_pool_without_templates_sends_the_default_texts() {
        let pool = UserPoolType::default();
        assert_eq!(
            verification_email(&pool, "123456"),
            mail("Your verification code", "Your verification code is 123456. ")
        );
        assert_eq!(verification_sms(&pool, "123456"), "Your verification code is 123456. ");
        assert_eq!(
            authentication_sms(&pool, "123456"),
            "Your authentication code is 123456. "
        );
        assert_eq!(
            invitation_email(&pool, "alice", "Aa1!5678"),
            mail(
                "Your temporary password",
                "Your username is alice and temporary password is Aa1!5678. "
            )
        );
        assert_eq!(
            invitation_sms(&pool, "alice", "Aa1!5678"),
            "Your username is alice and temporary password is Aa1!5678. "
        );
        assert_eq!(
            verification_link_email(&pool, "https://example.com/c?a=1"),
            mail(
                "Your verification link",
                "Please click the link below to verify your email address. <a \
                 href=\"https://example.com/c?a=1\">Verify Email</a> "
            )
        );
    }

    #[test]
    fn a_pools_templates_are_used() {
        let pool = verifying(VerificationMessageTemplateType {
            email_subject: Some("Hello".to_owned()),
            email_message: Some("<b>{####}</b> or {####}".to_owned()),
            sms_message: Some("sms {####}".to_owned()),
            email_subject_by_link: Some("Click".to_owned()),
            email_message_by_link: Some("One {##here##}, two {##or there##}.".to_owned()),
            ..VerificationMessageTemplateType::default()
        });
        assert_eq!(
            verification_email(&pool, "123456"),
            mail("Hello", "<b>123456</b> or 123456")
        );
        assert_eq!(verification_sms(&pool, "123456"), "sms 123456");
        assert_eq!(
            verification_link_email(&pool, "https://x/?a=1&b=\"2\"").body,
            "One <a href=\"https://x/?a=1&amp;b=&quot;2&quot;\">here</a>, two <a \
             href=\"https://x/?a=1&amp;b=&quot;2&quot;\">or there</a>."
        );
        assert_eq!(
            verification_link_email(&pool, "https://x").subject.as_deref(),
            Some("Click")
        );
        let pool = inviting(MessageTemplateType {
            email_subject: Some("Welcome".to_owned()),
            email_message: Some("{####} is the password of {username}".to_owned()),
            sms_message: Some("{username} {####}".to_owned()),
        });
        assert_eq!(
            invitation_email(&pool, "alice", "pw"),
            mail("Welcome", "pw is the password of alice")
        );
        assert_eq!(invitation_sms(&pool, "alice", "pw"), "alice pw");
    }

    #[test]
    fn older_members_stand_in_for_the_template() {
        let mut pool = pool(|pool| {
            pool.sms_verification_message = Some("old sms {####}".to_owned());
            pool.email_verification_message = Some("old mail {####}".to_owned());
            pool.email_verification_subject = Some("old subject".to_owned());
            pool.sms_authentication_message = Some("sign in with {####}".to_owned());
        });
        assert_eq!(verification_email(&pool, "1"), mail("old subject", "old mail 1"));
        assert_eq!(verification_sms(&pool, "1"), "old sms 1");
        assert_eq!(authentication_sms(&pool, "1"), "sign in with 1");

        reconcile(&mut pool).unwrap();
        let template = pool.verification_message_template.clone().unwrap();
        assert_eq!(template.sms_message, Some("old sms {####}".to_owned()));
        assert_eq!(template.email_message, Some("old mail {####}".to_owned()));
        assert_eq!(template.email_subject, Some("old subject".to_owned()));

        pool.email_verification_message = Some("older mail {####}".to_owned());
        reconcile(&mut pool).unwrap();
        assert_eq!(verification_email(&pool, "1").body, "old mail 1");
    }

    #[test]
    fn values_are_not_searched_for_placeholders() {
        let pool = UserPoolType::default();
        assert_eq!(
            invitation_sms(&pool, "{####}{username}", "{username}"),
            "Your username is {####}{username} and temporary password is {username}. "
        );
        assert_eq!(
            invitation_email(&pool, "{####}", "{####}").body,
            "Your username is {####} and temporary password is {####}. "
        );
    }

    #[test]
    fn values_are_text_in_a_mail_and_as_they_are_in_an_sms() {
        let pool = UserPoolType::default();
        let username = "<script>alert('&')</script>";
        assert_eq!(
            invitation_email(&pool, username, "a<b&c").body,
            "Your username is &lt;script&gt;alert('&amp;')&lt;/script&gt; and temporary password is a&lt;b&amp;c. "
        );
        assert_eq!(
            invitation_sms(&pool, username, "a<b&c"),
            "Your username is <script>alert('&')</script> and temporary password is a<b&c. "
        );
    }

    #[test]
    fn a_half_placeholder_is_text() {
        let pool = inviting(MessageTemplateType {
            sms_message: Some("{###} {####} {user {##x".to_owned()),
            ..Default::default()
        });
        assert_eq!(invitation_sms(&pool, "alice", "pw"), "{###} pw {user {##x");
        let pool = verifying(VerificationMessageTemplateType {
            email_message_by_link: Some("{##a##} {##b".to_owned()),
            ..VerificationMessageTemplateType::default()
        });
        assert_eq!(verification_link_email(&pool, "l").body, "<a href=\"l\">a</a> {##b");
    }

    #[test]
    fn messages_must_have_a_place_for_the_code() {
        let refused = |set: fn(&mut UserPoolType)| invalid_parameter(reconcile(&mut pool(set)));
        let template = |set: fn(&mut VerificationMessageTemplateType)| {
            let mut template = VerificationMessageTemplateType::default();
            set(&mut template);
            invalid_parameter(reconcile(&mut verifying(template)))
        };
        assert_eq!(
            refused(|pool| pool.sms_verification_message = Some("no code".to_owned())),
            "SmsVerificationMessage must contain the placeholder {####}."
        );
        assert_eq!(
            refused(|pool| pool.email_verification_message = Some("{###}".to_owned())),
            "EmailVerificationMessage must contain the placeholder {####}."
        );
        assert_eq!(
            refused(|pool| pool.sms_authentication_message = Some("no code".to_owned())),
            "SmsAuthenticationMessage must contain the placeholder {####}."
        );
        assert_eq!(
            template(|template| template.sms_message = Some("no code".to_owned())),
            "SmsMessage must contain the placeholder {####}."
        );
        assert_eq!(
            template(|template| template.email_message = Some("{##link##}".to_owned())),
            "EmailMessage must contain the placeholder {####}."
        );
        for link in ["no link", "{##", "##} {##"] {
            let template = VerificationMessageTemplateType {
                email_message_by_link: Some(link.to_owned()),
                ..Default::default()
            };
            assert_eq!(
                invalid_parameter(reconcile(&mut verifying(template))),
                "EmailMessageByLink must contain a link text like {##Verify Email##}."
            );
        }
        assert!(reconcile(&mut UserPoolType::default()).is_ok());
    }

    #[test]
    fn an_invitation_must_have_a_place_for_the_password() {
        let email = MessageTemplateType {
            email_message: Some("Hi {username}".to_owned()),
            ..MessageTemplateType::default()
        };
        let sms = MessageTemplateType {
            sms_message: Some("Hi {username}".to_owned()),
            ..MessageTemplateType::default()
        };
        assert_eq!(
            invalid_parameter(check_invitation(&email, false)),
            "EmailMessage must contain the placeholder {####}."
        );
        assert_eq!(
            invalid_parameter(check_invitation(&sms, false)),
            "SMSMessage must contain the placeholder {####}."
        );
        assert!(check_invitation(&email, true).is_ok());
        assert!(check_invitation(&MessageTemplateType::default(), false).is_ok());
        assert_eq!(
            invalid_parameter(check_code_message("EmailMfaConfiguration", "x")),
            "EmailMfaConfiguration must contain the placeholder {####}."
        );
    }
}
