//! Which settings of SMS by Twilio go together.

use super::{Config, Problems, can_be_guessed, is_access_key};

/// The most characters of a name that stands as the sender.
const LONGEST_NAME: usize = 11;
/// What the ids of messaging services begin with, and how long they are.
const SERVICE_PREFIX: &str = "MG";
const SERVICE_LENGTH: usize = 34;

/// Checks that an account at Twilio is the only way for SMS, and that it has all that it needs.
pub fn check(config: &Config, problems: &mut Problems) {
    let Some(account) = &config.sms_twilio_account_sid else {
        let alone = [
            ("sms_twilio_auth_token", config.sms_twilio_auth_token.is_some()),
            ("sms_twilio_api_key", config.sms_twilio_api_key.is_some()),
            ("sms_twilio_from", config.sms_twilio_from.is_some()),
            ("sms_twilio_endpoint", config.sms_twilio_endpoint.is_some()),
        ];
        for (name, _) in alone.iter().filter(|(_, is_set)| *is_set) {
            problems.add(format!("{name} is set without sms_twilio_account_sid"));
        }
        return;
    };
    let others = [
        ("sms_webhook_url", config.sms_webhook_url.is_some()),
        ("sms_sns_region", config.sms_sns_region.is_some()),
    ];
    for (name, _) in others.iter().filter(|(_, is_set)| *is_set) {
        problems.add(format!(
            "{name} and sms_twilio_account_sid are both set; remove one of them"
        ));
    }
    if account.is_empty() || !account.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        problems.add(format!(
            "sms_twilio_account_sid is {account:?}, but must be letters and digits, such as AC0123456789abcdef"
        ));
    }
    match (&config.sms_twilio_auth_token, &config.sms_twilio_api_key) {
        (None, None) => {
            problems.add("sms_twilio_account_sid needs sms_twilio_auth_token or sms_twilio_api_key");
        }
        (Some(_), Some(_)) => {
            problems.add("sms_twilio_auth_token and sms_twilio_api_key are both set; remove one of them");
        }
        (Some(token), None) if token.expose().is_empty() => problems.add("sms_twilio_auth_token is empty"),
        (None, Some(key)) if !is_access_key(key) => {
            problems.add("sms_twilio_api_key must be ID:SECRET, the ID of letters and digits, the secret not empty");
        }
        _ => {}
    }
    match &config.sms_twilio_from {
        None => problems.add("sms_twilio_account_sid needs sms_twilio_from, the sender of SMS"),
        Some(from) if !is_sender(from) => problems.add(format!(
            "sms_twilio_from is {from:?}, but must be a phone number such as +15555550100, a name of up to \
             {LONGEST_NAME} letters, digits and spaces, or the id of a messaging service, which begins with \
             {SERVICE_PREFIX}"
        )),
        Some(_) => {}
    }
}

/// Refuses what would let somebody read codes on their way, or send SMS at the operator's cost.
pub fn check_safety(config: &Config, problems: &mut Problems) {
    let key = config.sms_twilio_api_key.as_ref().map(|key| &key.secret);
    if config
        .sms_twilio_auth_token
        .as_ref()
        .or(key)
        .is_some_and(can_be_guessed)
    {
        problems.add("the secret of sms_twilio can be guessed: it needs 16 characters or more");
    }
    let url = config.sms_twilio_endpoint.as_ref();
    if let Some(url) = url.filter(|url| url.travels_in_the_clear()) {
        problems.add(format!(
            "sms_twilio_endpoint is {url}, so codes would travel in the clear: use https://, or an address of this \
             machine"
        ));
    }
}

fn is_sender(from: &str) -> bool {
    let digits = |text: &str, length: std::ops::RangeInclusive<usize>| {
        length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_number = from.strip_prefix('+').is_some_and(|number| digits(number, 7..=15)) || digits(from, 3..=8);
    let is_service = from.starts_with(SERVICE_PREFIX)
        && from.len() == SERVICE_LENGTH
        && from.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_name = !from.starts_with(SERVICE_PREFIX)
        && (1..=LONGEST_NAME).contains(&from.len())
        && from.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
        && from.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_number || is_service || is_name
}

#[cfg(test)]
mod tests {
    use crate::config::testing::{self, problems, settings};

    const ACCOUNT: &str = "sms_twilio_account_sid = 'AC0123456789abcdef0123456789abcdef'\n";
    const TOKEN: &str = "sms_twilio_auth_token = '0123456789abcdef'\n";
    const FROM: &str = "sms_twilio_from = '+15555550100'\n";

    #[test]
    fn an_account_needs_a_secret_and_a_sender() {
        assert_eq!(problems(&[ACCOUNT, TOKEN, FROM].concat()), [""; 0]);
        let key = "sms_twilio_api_key = { id = 'SK0123', secret = '0123456789abcdef' }\n";
        assert_eq!(problems(&[ACCOUNT, FROM, key].concat()), [""; 0]);
        assert_eq!(
            problems(ACCOUNT),
            [
                "sms_twilio_account_sid needs sms_twilio_auth_token or sms_twilio_api_key",
                "sms_twilio_account_sid needs sms_twilio_from, the sender of SMS",
            ]
        );
        assert_eq!(
            problems(&[ACCOUNT, TOKEN, FROM, key].concat()),
            ["sms_twilio_auth_token and sms_twilio_api_key are both set; remove one of them"]
        );
        assert_eq!(
            problems(&[ACCOUNT, FROM, "sms_twilio_auth_token = ''"].concat()),
            ["sms_twilio_auth_token is empty"]
        );
        assert_eq!(
            problems(&[ACCOUNT, FROM, "sms_twilio_api_key = { id = '', secret = 's' }"].concat()),
            ["sms_twilio_api_key must be ID:SECRET, the ID of letters and digits, the secret not empty"]
        );
        assert_eq!(
            problems(&["sms_twilio_account_sid = 'AC/..'\n", TOKEN, FROM].concat()),
            ["sms_twilio_account_sid is \"AC/..\", but must be letters and digits, such as AC0123456789abcdef"]
        );
    }

    #[test]
    fn there_is_one_way_and_nothing_of_it_alone() {
        let others = "sms_webhook_url = 'https://sms.example.com'\nsms_webhook_secret = 's3cret'\n";
        assert_eq!(
            problems(&[ACCOUNT, TOKEN, FROM, others].concat()),
            ["sms_webhook_url and sms_twilio_account_sid are both set; remove one of them"]
        );
        assert_eq!(
            problems(&[TOKEN, FROM, "sms_twilio_endpoint = 'https://sms.example.com'"].concat()),
            [
                "sms_twilio_auth_token is set without sms_twilio_account_sid",
                "sms_twilio_from is set without sms_twilio_account_sid",
                "sms_twilio_endpoint is set without sms_twilio_account_sid",
            ]
        );
    }

    #[test]
    fn a_sender_is_a_number_a_name_or_a_messaging_service() {
        let outcome = |from: &str| problems(&format!("{ACCOUNT}{TOKEN}sms_twilio_from = '{from}'"));
        for from in [
            "+15555550100",
            "12345",
            "Pool House",
            "MG0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(outcome(from), [""; 0], "{from}");
        }
        for from in ["", "+1", "+15555550100;ext=1", "LongerThan11", "MG0123", "123456789"] {
            assert_eq!(
                outcome(from),
                [format!(
                    "sms_twilio_from is {from:?}, but must be a phone number such as +15555550100, a name of up to 11 \
                     letters, digits and spaces, or the id of a messaging service, which begins with MG"
                )]
            );
        }
    }

    #[test]
    fn production_mode_wants_tls_and_a_secret_that_cannot_be_guessed() {
        let refusals = |text: &str| testing::refusals(settings(text));
        assert_eq!(refusals(&[ACCOUNT, TOKEN, FROM].concat()), [""; 0]);
        assert_eq!(
            refusals(
                &[
                    ACCOUNT,
                    FROM,
                    "sms_twilio_auth_token = 'short'\nsms_twilio_endpoint = 'http://sms.internal'"
                ]
                .concat()
            ),
            [
                "the secret of sms_twilio can be guessed: it needs 16 characters or more",
                "sms_twilio_endpoint is http://sms.internal/, so codes would travel in the clear: use https://, or an \
                 address of this machine",
            ]
        );
    }
}
