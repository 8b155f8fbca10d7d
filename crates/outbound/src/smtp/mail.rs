//! Writes a message as a mail.

use std::time::{Duration, SystemTime};

use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message as Mail};

use crate::message::Message;
use crate::messenger::{Delivery, DeliveryError};

/// How wide the plain text is made.
const COLUMNS: usize = 78;

/// Between whom a mail goes.
pub struct Addresses {
    to: Address,
    from: Mailbox,
    reply_to: Option<Mailbox>,
}

impl Addresses {
    /// Reads the addresses of a message; `default_sender` sends what names no sender.
    pub fn of(message: &Message, default_sender: &Mailbox) -> Result<Self, DeliveryError> {
        let to = message.to.parse().map_err(|source| DeliveryError::InvalidAddress {
            role: "recipient",
            source,
        })?;
        let from = match &message.from {
            Some(from) => mailbox("sender", from)?,
            None => default_sender.clone(),
        };
        let reply_to = message.reply_to.as_deref();
        let reply_to = reply_to
            .map(|reply_to| mailbox("reply address", reply_to))
            .transpose()?;
        Ok(Self { to, from, reply_to })
    }
}

/// Names the rules under which Amazon SES sends a mail; other relays pass it on.
#[derive(Clone)]
struct ConfigurationSet(String);

impl Header for ConfigurationSet {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-SES-CONFIGURATION-SET")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// Writes the mail: HTML as Cognito's mails are, with a plain alternative.
pub fn compose(delivery: &Delivery, default_sender: &Mailbox) -> Result<Mail, DeliveryError> {
    let Delivery { id, message, .. } = delivery;
    let Addresses { to, from, reply_to } = Addresses::of(message, default_sender)?;
    let sent_at = SystemTime::UNIX_EPOCH + Duration::from_millis(message.sent_at.unsigned_abs());
    let mut mail = Mail::builder()
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .from(from)
        .to(Mailbox::new(None, to))
        .date(sent_at);
    if let Some(reply_to) = reply_to {
        mail = mail.reply_to(reply_to);
    }
    if let Some(name) = &message.configuration_set {
        mail = mail.header(ConfigurationSet(name.clone()));
    }
    let mail = mail.subject(message.subject.clone().unwrap_or_default());
    let html = message.body.clone();
    Ok(match text_of(&html) {
        Some(text) => mail.multipart(MultiPart::alternative_plain_html(text, html))?,
        None => mail.singlepart(SinglePart::html(html))?,
    })
}

/// The HTML of a body as plain text, its links below it; `None` for HTML that can't be read.
fn text_of(html: &str) -> Option<String> {
    if !html.contains(['<', '&']) {
        return Some(html.to_owned());
    }
    let renderer = html2text::config::plain_no_decorate()
        .link_footnotes(true)
        .no_link_wrapping()
        .no_table_borders()
        .allow_width_overflow();
    renderer.string_from_read(html.as_bytes(), COLUMNS).ok()
}

fn mailbox(role: &'static str, text: &str) -> Result<Mailbox, DeliveryError> {
    text.parse()
        .map_err(|source| DeliveryError::InvalidAddress { role, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::tests::{delivery, sign_up_code};
    use crate::smtp::DEFAULT_SENDER;

    fn composed(message: Message) -> Result<String, DeliveryError> {
        let mail = compose(&delivery(message), &DEFAULT_SENDER.parse().unwrap())?;
        Ok(String::from_utf8(mail.formatted()).unwrap())
    }

    /// The header lines, with folded ones joined.
    fn headers(mail: &str) -> Vec<String> {
        mail.split("\r\n\r\n")
            .next()
            .unwrap()
            .replace("\r\n ", " ")
            .split("\r\n")
            .map(str::to_owned)
            .collect()
    }

    fn assert_has(mail: &str, header: &str) {
        assert!(
            headers(mail).iter().any(|line| line == header),
            "no {header:?} in {mail}"
        );
    }

    #[test]
    fn the_mail_names_sender_recipient_subject_and_date() {
        let mail = composed(sign_up_code()).unwrap();
        assert_has(&mail, "From: no-reply@verificationemail.com");
        assert_has(&mail, "To: alice@example.com");
        assert_has(&mail, "Subject: Your verification code");
        assert_has(&mail, "Date: Tue, 14 Nov 2023 22:13:20 +0000");

        let message = Message {
            from: Some("Shop <codes@shop.example>".to_owned()),
            reply_to: Some("help@shop.example".to_owned()),
            ..sign_up_code()
        };
        let mail = composed(message).unwrap();
        assert_has(&mail, "From: Shop <codes@shop.example>");
        assert_has(&mail, "Reply-To: help@shop.example");
    }

    /// The plain text and the HTML of a mail.
    fn alternatives(body: &str) -> [String; 2] {
        let message = Message {
            body: body.to_owned(),
            ..sign_up_code()
        };
        let mail = composed(message).unwrap();
        let kind = "Content-Type: multipart/alternative;";
        assert!(headers(&mail).iter().any(|line| line.starts_with(kind)), "{mail}");
        ["text/plain", "text/html"].map(|media_type| {
            let part = mail
                .split(&format!("Content-Type: {media_type}; charset=utf-8\r\n"))
                .nth(1)
                .unwrap();
            let (_, content) = part.split_once("\r\n\r\n").unwrap();
            let content = content.split("\r\n--").next().unwrap();
            content.replace("=\r\n", "").replace("=3D", "=").replace("\r\n", "\n")
        })
    }

    #[test]
    fn every_mail_is_plain_text_and_html() {
        let plain = "Your confirmation code is 123456. ";
        assert_eq!(alternatives(plain), [plain, plain]);

        let html = "<p>Hello &amp; welcome,</p><p>your code is <b>123456</b>.</p>";
        assert_eq!(alternatives(html), ["Hello & welcome,\n\nyour code is 123456.\n", html]);

        let link = "https://id.example.com/confirmUser?user_name=alice&amp;confirmation_code=123456";
        let html = format!("Please click <a href=\"{link}\">Verify Email</a>.");
        let address = link.replace("&amp;", "&");
        let text = format!("Please click [Verify Email][1].\n\n[1]: {address}\n");
        assert_eq!(alternatives(&html), [text, html]);

        let html = "<table><tr><td>Your code</td></tr><tr><td>123456</td></tr></table><style>p{}</style>";
        assert_eq!(alternatives(html), ["Your code\n123456   \n", html]);
    }

    #[test]
    fn hostile_html_is_still_a_mail() {
        for body in [
            "<div>".repeat(4_000),
            "<table><tr><td>".repeat(1_300),
            "<".repeat(20_000),
            "&#0;<b".to_owned(),
        ] {
            let message = Message { body, ..sign_up_code() };
            composed(message).unwrap();
        }
    }

    #[test]
    fn the_rules_of_amazon_ses_are_a_header() {
        let message = Message {
            configuration_set: Some("transactional-1".to_owned()),
            ..sign_up_code()
        };
        assert_has(&composed(message).unwrap(), "X-SES-CONFIGURATION-SET: transactional-1");
        let mail = composed(sign_up_code()).unwrap();
        assert!(!mail.contains("X-SES"), "{mail}");
    }

    #[test]
    fn the_id_is_that_of_the_delivery_below_the_senders_domain() {
        let message = Message {
            from: Some("Shop <codes@shop.example>".to_owned()),
            ..sign_up_code()
        };
        assert_has(
            &composed(message).unwrap(),
            "Message-ID: <4f1c9f3e-0000-4000-8000-000000000001@shop.example>",
        );
    }

    #[test]
    fn no_field_adds_a_header() {
        let injection = "\r\nBcc: mallory@example.com\r\n\r\nForged";
        let written = [
            Message {
                subject: Some(format!("Hello{injection}")),
                ..sign_up_code()
            },
            Message {
                body: injection.to_owned(),
                ..sign_up_code()
            },
            Message {
                body: format!("<b>{injection}</b>"),
                ..sign_up_code()
            },
            Message {
                configuration_set: Some(format!("set{injection}")),
                ..sign_up_code()
            },
        ];
        for message in written {
            let mail = composed(message).unwrap();
            assert!(!headers(&mail).iter().any(|line| line.starts_with("Bcc")), "{mail}");
            assert_has(&mail, "To: alice@example.com");
        }
        let refused = [
            Message {
                from: Some(format!("\"Shop{injection}\" <codes@shop.example>")),
                ..sign_up_code()
            },
            Message {
                from: Some(format!("codes@shop.example{injection}")),
                ..sign_up_code()
            },
            Message {
                reply_to: Some(format!("help@shop.example{injection}")),
                ..sign_up_code()
            },
            Message {
                to: format!("alice@example.com{injection}"),
                ..sign_up_code()
            },
            Message {
                to: "alice@example.com, mallory@example.com".to_owned(),
                ..sign_up_code()
            },
        ];
        for message in refused {
            let outcome = composed(message);
            assert!(
                matches!(outcome, Err(DeliveryError::InvalidAddress { .. })),
                "{outcome:?}"
            );
        }
    }

    #[test]
    fn an_address_that_is_none_is_named_by_its_role() {
        let refusal = |message| composed(message).unwrap_err().to_string();
        let cases = [
            (
                Message {
                    to: "alice".to_owned(),
                    ..sign_up_code()
                },
                "recipient",
            ),
            (
                Message {
                    to: "Alice <alice@example.com>".to_owned(),
                    ..sign_up_code()
                },
                "recipient",
            ),
            (
                Message {
                    from: Some("shop".to_owned()),
                    ..sign_up_code()
                },
                "sender",
            ),
            (
                Message {
                    reply_to: Some("a@b, c@d".to_owned()),
                    ..sign_up_code()
                },
                "reply address",
            ),
        ];
        for (message, role) in cases {
            assert_eq!(
                refusal(message),
                format!("the {role} of the message is not a mail address")
            );
        }
    }
}
