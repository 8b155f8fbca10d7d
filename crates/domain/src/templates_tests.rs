//! Tests of the texts of messages.

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

fn code(code: &str) -> Values<'_> {
    Values {
        code,
        ..Values::default()
    }
}

fn verification_email(pool: &UserPoolType, digits: &str) -> Rendered {
    verification(pool, VerifiedAttributeType::Email).fill(code(digits))
}

fn verification_sms(pool: &UserPoolType, digits: &str) -> String {
    verification(pool, VerifiedAttributeType::PhoneNumber)
        .fill(code(digits))
        .body
}

fn authentication_sms(pool: &UserPoolType, digits: &str) -> String {
    authentication(pool, None, VerifiedAttributeType::PhoneNumber)
        .fill(code(digits))
        .body
}

fn verification_link_email(pool: &UserPoolType, link: &str) -> Rendered {
    verification_link(pool).fill(Values {
        link,
        ..Values::default()
    })
}

fn invited(pool: &UserPoolType, medium: VerifiedAttributeType, username: &str, password: &str) -> Rendered {
    invitation(pool, medium).fill(Values {
        username,
        ..code(password)
    })
}

fn invitation_email(pool: &UserPoolType, username: &str, password: &str) -> Rendered {
    invited(pool, VerifiedAttributeType::Email, username, password)
}

fn invitation_sms(pool: &UserPoolType, username: &str, password: &str) -> String {
    invited(pool, VerifiedAttributeType::PhoneNumber, username, password).body
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

#[test]
fn a_function_words_what_it_likes_and_leaves_a_place_for_what_the_message_brings() {
    let pool = UserPoolType::default();
    let words = |subject: Option<&str>, email: Option<&str>, sms: Option<&str>| CustomMessageResponse {
        email_subject: subject.map(str::to_owned),
        email_message: email.map(str::to_owned),
        sms_message: sms.map(str::to_owned),
    };
    let email = || verification(&pool, VerifiedAttributeType::Email);
    let sms = || verification(&pool, VerifiedAttributeType::PhoneNumber);
    let worded = |template: Template, words| template.worded_by(words).map(|template| template.fill(code("1")));
    assert_eq!(
        worded(email(), words(Some("Hi"), Some("<b>{####}</b>"), Some("no place"))).unwrap(),
        mail("Hi", "<b>1</b>")
    );
    assert_eq!(
        worded(email(), words(Some("Hi"), None, None)).unwrap(),
        mail("Hi", "Your verification code is 1. ")
    );
    assert_eq!(worded(sms(), words(None, None, Some("{####}!"))).unwrap().body, "1!");
    let refused = |template: Template, words| template.worded_by(words).unwrap_err().to_string();
    assert_eq!(
        refused(sms(), words(None, None, Some("####"))),
        "The custom message must contain the placeholder {####}."
    );
    assert_eq!(
        refused(sms(), words(None, None, Some(&format!("{{####}}{}", "x".repeat(135))))),
        "The custom message is longer than 140 characters."
    );
    assert_eq!(
        refused(
            email(),
            words(None, Some(&format!("{{####}}{}", "x".repeat(20_000))), None)
        ),
        "The custom message is longer than 20000 characters."
    );
    assert_eq!(
        refused(email(), words(Some(&"x".repeat(141)), None, None)),
        "The subject of the custom message is longer than 140 characters."
    );
    assert_eq!(
        refused(verification_link(&pool), words(None, Some("no link"), None)),
        "The custom message must contain the placeholder {##Click Here##}."
    );
    assert_eq!(
        refused(
            invitation(&pool, VerifiedAttributeType::Email),
            words(None, Some("{####}"), None)
        ),
        "The custom message must contain the placeholder {username}."
    );
}
