//! Which settings of SMS go together.

use super::{Config, Problems, can_be_guessed, check_region, is_access_key};

/// The most characters that a sender of SMS has.
const LONGEST_SENDER: usize = 11;

/// Checks that there is one way for SMS or none, and that it has all that it needs.
pub fn check(config: &Config, problems: &mut Problems) {
    let webhook = config.sms_webhook_url.is_some();
    if webhook && config.sms_sns_region.is_some() {
        problems.add("sms_webhook_url and sms_sns_region are both set; remove one of them");
    }
    match &config.sms_webhook_secret {
        None if webhook => {
            problems.add("sms_webhook_url needs sms_webhook_secret, under which every request is signed");
        }
        Some(_) if !webhook => problems.add("sms_webhook_secret is set without sms_webhook_url"),
        Some(secret) if secret.expose().is_empty() => problems.add("sms_webhook_secret is empty"),
        _ => {}
    }
    if let Some(region) = &config.sms_sns_region {
        check_region("sms_sns_region", region, problems);
        if config.sms_sns_access_key.is_none() {
            problems.add("sms_sns_region needs sms_sns_access_key, which may publish SMS");
        }
    } else {
        let alone = [
            ("sms_sns_access_key", config.sms_sns_access_key.is_some()),
            ("sms_sns_sender_id", config.sms_sns_sender_id.is_some()),
            ("sms_sns_endpoint", config.sms_sns_endpoint.is_some()),
        ];
        for (name, _) in alone.iter().filter(|(_, is_set)| *is_set) {
            problems.add(format!("{name} is set without sms_sns_region"));
        }
    }
    if config
        .sms_sns_access_key
        .as_ref()
        .is_some_and(|key| !is_access_key(key))
    {
        problems.add("sms_sns_access_key must be ID:SECRET, the ID of letters and digits, the secret not empty");
    }
    if let Some(sender) = config.sms_sns_sender_id.as_ref().filter(|sender| !is_sender(sender)) {
        problems.add(format!(
            "sms_sns_sender_id is {sender:?}, but must be 1 to {LONGEST_SENDER} letters and digits, one letter at least"
        ));
    }
}

/// Refuses what would let somebody read codes on their way, or send SMS at the operator's cost.
pub fn check_safety(config: &Config, problems: &mut Problems) {
    if config.sms_webhook_secret.as_ref().is_some_and(can_be_guessed) {
        problems.add("sms_webhook_secret can be guessed: it needs 16 characters or more");
    }
    let urls = [
        ("sms_webhook_url", &config.sms_webhook_url),
        ("sms_sns_endpoint", &config.sms_sns_endpoint),
    ];
    for (name, url) in urls {
        if let Some(url) = url.as_ref().filter(|url| url.travels_in_the_clear()) {
            problems.add(format!(
                "{name} is {url}, so codes would travel in the clear: use https://, or an address of this machine"
            ));
        }
    }
}

fn is_sender(name: &str) -> bool {
    (1..=LONGEST_SENDER).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{self, problems, settings};

    const SNS: &str = "sms_sns_region = 'eu-west-1'\nsms_sns_access_key = { id = 'AKIA', secret = 's3cret' }\n";

    #[test]
    fn sns_needs_a_region_and_an_access_key_and_may_have_a_sender_and_an_endpoint() {
        assert_eq!(problems(SNS), [""; 0]);
        let all = format!("{SNS}sms_sns_sender_id = 'Pool1'\nsms_sns_endpoint = 'http://localhost:4566'");
        let printed = Config::resolve(settings(&all)).unwrap().to_toml().unwrap();
        for line in [
            "sms_sns_region = \"eu-west-1\"\n",
            "sms_sns_sender_id = \"Pool1\"\n",
            "sms_sns_endpoint = \"http://localhost:4566/\"\n",
            "[sms_sns_access_key]\nid = \"AKIA\"\nsecret = \"redacted\"\n",
        ] {
            assert!(printed.contains(line), "{printed}");
        }
        // What is printed can be read again.
        assert_eq!(settings(&printed).sms_sns_region.as_deref(), Some("eu-west-1"));
        assert_eq!(settings(&printed).access_keys, []);
    }

    #[test]
    fn there_is_one_way_or_none_and_it_has_all_that_it_needs() {
        let webhook = "sms_webhook_url = 'https://sms.example.com'\nsms_webhook_secret = 's3cret'\n";
        assert_eq!(problems(webhook), [""; 0]);
        assert_eq!(
            problems(&format!("{webhook}{SNS}")),
            ["sms_webhook_url and sms_sns_region are both set; remove one of them"]
        );
        assert_eq!(
            problems("sms_webhook_url = 'https://sms.example.com'"),
            ["sms_webhook_url needs sms_webhook_secret, under which every request is signed"]
        );
        assert_eq!(
            problems("sms_webhook_url = 'https://sms.example.com'\nsms_webhook_secret = ''"),
            ["sms_webhook_secret is empty"]
        );
        assert_eq!(
            problems("sms_webhook_secret = 's3cret'"),
            ["sms_webhook_secret is set without sms_webhook_url"]
        );
        assert_eq!(
            problems("sms_sns_region = 'mars'"),
            [
                "sms_sns_region is \"mars\", but must be the name of an AWS region such as us-east-1",
                "sms_sns_region needs sms_sns_access_key, which may publish SMS",
            ]
        );
        assert_eq!(
            problems(
                "sms_sns_access_key = { id = '', secret = 's3cret' }\nsms_sns_sender_id = 'Poolhouse'\n\
                 sms_sns_endpoint = 'http://localhost:4566'"
            ),
            [
                "sms_sns_access_key is set without sms_sns_region",
                "sms_sns_sender_id is set without sms_sns_region",
                "sms_sns_endpoint is set without sms_sns_region",
                "sms_sns_access_key must be ID:SECRET, the ID of letters and digits, the secret not empty",
            ]
        );
        for sender in ["", "12345", "LongerThan11", "Pool House", "Pöölhouse"] {
            assert_eq!(
                problems(&format!("{SNS}sms_sns_sender_id = '{sender}'")),
                [format!(
                    "sms_sns_sender_id is {sender:?}, but must be 1 to 11 letters and digits, one letter at least"
                )]
            );
        }
    }

    #[test]
    fn production_mode_wants_tls_and_a_secret_that_cannot_be_guessed() {
        let refusals = |text: &str| testing::refusals(settings(text));
        let webhook = |url: &str| format!("sms_webhook_url = '{url}'\nsms_webhook_secret = '0123456789abcdef'");
        for url in [
            "https://sms.example.com",
            "http://localhost:1",
            "http://127.0.0.2",
            "http://[::1]:1",
        ] {
            assert_eq!(refusals(&webhook(url)), [""; 0], "{url}");
        }
        assert_eq!(
            refusals("sms_webhook_url = 'http://u:s3cret@sms.example.com'\nsms_webhook_secret = '0123456789abcde'"),
            [
                "sms_webhook_secret can be guessed: it needs 16 characters or more",
                "sms_webhook_url is http://u:redacted@sms.example.com/, so codes would travel in the clear: use \
                 https://, or an address of this machine",
            ]
        );
        assert_eq!(
            refusals(&format!("{SNS}sms_sns_endpoint = 'http://sns.internal'")),
            [
                "sms_sns_endpoint is http://sns.internal/, so codes would travel in the clear: use https://, or an \
              address of this machine"
            ]
        );
    }
}
