//! What counts as an e-mail address and as a phone number.

use email_address::{EmailAddress, Options};

/// The longest address, in bytes.
const EMAIL_MAX: usize = 320;

/// Whether `text` is the address of a mailbox on the internet.
///
/// Quoted local parts, comments, display names, address literals and domains of one label are refused, and so is all
/// that could reach a mail header as anything but the address.
pub fn is_email(text: &str) -> bool {
    let options = Options::default()
        .with_required_tld()
        .without_domain_literal()
        .without_display_text();
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    text.len() <= EMAIL_MAX
        && local.is_ascii()
        && !local.contains('"')
        && domain
            .chars()
            .all(|character| character.is_alphanumeric() || matches!(character, '.' | '-'))
        && EmailAddress::parse_with_options(text, options).is_ok()
}

/// Whether `text` is a phone number in E.164 format.
pub fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|character| character.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_mailboxes_are_emails() {
        let longest_local = format!("{}@example.com", "a".repeat(64));
        for address in [
            "foo@example.com",
            "first.last+tag@sub.example.co.uk",
            "o'neil@example.com",
            "a@b.c",
            "user@xn--bcher-kva.example",
            "user@bücher.example",
            &longest_local,
        ] {
            assert!(is_email(address), "{address}");
        }
    }

    #[test]
    fn what_could_mislead_a_mailer_is_no_email() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long_domain = format!("a@{}.com", vec!["abcdefgh"; 40].join("."));
        for address in [
            "",
            "plain",
            "@example.com",
            "foo@",
            "foo@localhost",
            "foo@example..com",
            "foo@.com",
            "foo@-example.com",
            "foo bar@example.com",
            " foo@example.com",
            "foo@example.com ",
            "foo@example.com\n",
            "foo@example.com\r\nBcc: x@example.com",
            "foo\r\nBcc:x@example.com",
            "foo\0@example.com",
            "\"foo bar\"@example.com",
            "\"foo\"@example.com",
            "Foo <foo@example.com>",
            "<foo@example.com>",
            "foo@[127.0.0.1]",
            "foo,bar@example.com",
            "a@b@example.com",
            "foo@exam_ple.com",
            "foo@example.com\u{202e}",
            "f\u{202e}oo@example.com",
            &long_local,
            &long_domain,
        ] {
            assert!(!is_email(address), "{address:?}");
        }
    }

    #[test]
    fn phone_numbers_are_a_plus_and_up_to_fifteen_digits() {
        for number in ["+12", "+12345678901", "+491701234567", "+123456789012345"] {
            assert!(is_phone_number(number), "{number}");
        }
        let long = format!("+{}", "1".repeat(200));
        for number in [
            "",
            "+",
            "+1",
            "961",
            "12345678901",
            "+0",
            "+0123456789",
            "+1234567890123456",
            "+1 234 567 8901",
            "+1-234-567",
            "+1;ext=5",
            "+1abc",
            "++123456",
            "+12345\n",
            "+١٢٣٤٥٦",
            &long,
        ] {
            assert!(!is_phone_number(number), "{number:?}");
        }
    }
}
