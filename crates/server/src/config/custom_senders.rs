//! Which settings of the keys for custom senders go together.

use super::{Config, Problems, check_region, is_access_key};

/// Checks that codes are encrypted in one way or none, and that it has all that it needs.
pub fn check(config: &Config, problems: &mut Problems) {
    let key_file = config.custom_sender_key_file.is_some();
    if config.custom_sender_key.is_some() && key_file {
        problems.add("custom_sender_key and custom_sender_key_file are both set; remove one of them");
    }
    if let Some(region) = &config.kms_region {
        let local = if key_file {
            "custom_sender_key_file"
        } else {
            "custom_sender_key"
        };
        if config.custom_sender_key.is_some() || key_file {
            problems.add(format!("{local} and kms_region are both set; remove one of them"));
        }
        check_region("kms_region", region, problems);
        if config.kms_access_key.is_none() {
            problems.add("kms_region needs kms_access_key, which may call kms:GenerateDataKey");
        }
    } else {
        let alone = [
            ("kms_access_key", config.kms_access_key.is_some()),
            ("kms_endpoint", config.kms_endpoint.is_some()),
        ];
        for (name, _) in alone.iter().filter(|(_, is_set)| *is_set) {
            problems.add(format!("{name} is set without kms_region"));
        }
    }
    if config.kms_access_key.as_ref().is_some_and(|key| !is_access_key(key)) {
        problems.add("kms_access_key must be ID:SECRET, the ID of letters and digits, the secret not empty");
    }
}

/// Refuses what would let somebody read data keys on their way.
pub fn check_safety(config: &Config, problems: &mut Problems) {
    if let Some(url) = config.kms_endpoint.as_ref().filter(|url| url.travels_in_the_clear()) {
        problems.add(format!(
            "kms_endpoint is {url}, so keys would travel in the clear: use https://, or an address of this machine"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{self, problems, settings};

    const KMS: &str = "kms_region = 'eu-west-1'\nkms_access_key = { id = 'AKIA', secret = 's3cret' }\n";

    #[test]
    fn there_is_one_way_or_none_and_it_has_all_that_it_needs() {
        for text in [
            "custom_sender_key = 's3cret'",
            "custom_sender_key_file = '/run/secrets/key'",
            KMS,
        ] {
            assert_eq!(problems(text), [""; 0], "{text}");
        }
        assert_eq!(
            problems("custom_sender_key = 's3cret'\ncustom_sender_key_file = '/run/secrets/key'"),
            ["custom_sender_key and custom_sender_key_file are both set; remove one of them"]
        );
        assert_eq!(
            problems(&format!("{KMS}custom_sender_key = 's3cret'")),
            ["custom_sender_key and kms_region are both set; remove one of them"]
        );
        assert_eq!(
            problems(&format!("{KMS}custom_sender_key_file = '/run/secrets/key'")),
            ["custom_sender_key_file and kms_region are both set; remove one of them"]
        );
        assert_eq!(
            problems("kms_region = 'mars'"),
            [
                "kms_region is \"mars\", but must be the name of an AWS region such as us-east-1",
                "kms_region needs kms_access_key, which may call kms:GenerateDataKey",
            ]
        );
        assert_eq!(
            problems("kms_access_key = { id = '', secret = 's3cret' }\nkms_endpoint = 'http://localhost:4566'"),
            [
                "kms_access_key is set without kms_region",
                "kms_endpoint is set without kms_region",
                "kms_access_key must be ID:SECRET, the ID of letters and digits, the secret not empty",
            ]
        );
    }

    #[test]
    fn no_key_is_printed() {
        let key = Config::resolve(settings("custom_sender_key = 's3cret'")).unwrap();
        let all = format!("{KMS}kms_endpoint = 'http://localhost:4566/?s3cret'");
        let kms = Config::resolve(settings(&all)).unwrap();
        for (config, line) in [
            (key, "custom_sender_key = \"redacted\"\n"),
            (kms, "kms_endpoint = \"http://localhost:4566/?redacted\"\n"),
        ] {
            let printed = config.to_toml().unwrap();
            assert!(printed.contains(line), "{printed}");
            assert!(!printed.contains("s3cret") && !format!("{config:?}").contains("s3cret"));
        }
    }

    #[test]
    fn production_mode_wants_tls_to_the_kms() {
        let refusals = |endpoint: &str| testing::refusals(settings(&format!("{KMS}kms_endpoint = '{endpoint}'")));
        for endpoint in ["https://kms.example.com", "http://localhost:4566", "http://127.0.0.1"] {
            assert_eq!(refusals(endpoint), [""; 0], "{endpoint}");
        }
        assert_eq!(
            refusals("http://kms.internal"),
            [
                "kms_endpoint is http://kms.internal/, so keys would travel in the clear: use https://, or an address of \
              this machine"
            ]
        );
    }
}
