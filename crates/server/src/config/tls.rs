//! Where HTTPS is served, and with which certificates.

use std::net::IpAddr;
use std::path::Path;

use rustls::pki_types::DnsName;

use super::{Config, Problems};

/// The files of a certificate and its private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsFiles<'a> {
    pub certificate: &'a Path,
    pub key: &'a Path,
}

impl Config {
    /// The files of the configured certificate, if there is one.
    pub fn tls_files(&self) -> Option<TlsFiles<'_>> {
        Some(TlsFiles {
            certificate: self.tls_certificate.as_deref()?,
            key: self.tls_key.as_deref()?,
        })
    }
}

/// Checks that the settings of HTTPS belong together.
pub fn check(config: &Config, problems: &mut Problems) {
    match (&config.tls_certificate, &config.tls_key) {
        (Some(_), None) => problems.add("tls_certificate needs tls_key, the file of its private key"),
        (None, Some(_)) => problems.add("tls_key needs tls_certificate, the file of its certificate"),
        _ => {}
    }
    let certificate = config.tls_certificate.is_some() || config.tls_key.is_some();
    if config.tls_listen.is_none() {
        let alone = [
            ("tls_certificate", config.tls_certificate.is_some()),
            ("tls_key", config.tls_key.is_some()),
            ("tls_names", !config.tls_names.is_empty()),
        ];
        for (name, _) in alone.iter().filter(|(_, is_set)| *is_set) {
            problems.add(format!("{name} is set without tls_listen"));
        }
    } else if certificate && !config.tls_names.is_empty() {
        problems.add("tls_names are for certificates that are made here; the one in tls_certificate has its own");
    }
    for name in config.tls_names.iter().filter(|name| !is_name(name)) {
        problems.add(format!(
            "tls_names has {name:?}, but needs names and addresses such as id.test, *.id.test or 192.0.2.1"
        ));
    }
}

/// Refuses certificates that nobody has reason to trust.
pub fn check_safety(config: &Config, problems: &mut Problems) {
    if config.tls_listen.is_some() && config.tls_files().is_none() {
        problems.add(
            "tls_listen is set without a certificate, and only development mode makes its own: set tls_certificate and \
             tls_key",
        );
    }
}

/// Whether a certificate can be for `name`: an address, or a name whose first label may be a star.
fn is_name(name: &str) -> bool {
    name.parse::<IpAddr>().is_ok() || DnsName::try_from(name.strip_prefix("*.").unwrap_or(name)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn problems(text: &str) -> Vec<String> {
        let settings: Settings = toml::from_str(text).unwrap();
        match Config::resolve(settings) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.to_string().lines().skip(1).map(str::to_owned).collect(),
        }
    }

    #[test]
    fn certificate_and_key_go_together_and_nothing_goes_without_an_address() {
        let listen = "tls_listen = '127.0.0.1:9443'\n";
        assert_eq!(
            problems(&format!(
                "{listen}tls_names = ['id.test', '*.id.test', '192.0.2.1', '::1']"
            )),
            [""; 0]
        );
        assert_eq!(
            problems(&format!("{listen}tls_certificate = 'a'\ntls_key = 'b'")),
            [""; 0]
        );
        assert_eq!(
            problems(&format!("{listen}tls_certificate = 'a'")),
            ["  - tls_certificate needs tls_key, the file of its private key"]
        );
        assert_eq!(
            problems(&format!("{listen}tls_key = 'b'")),
            ["  - tls_key needs tls_certificate, the file of its certificate"]
        );
        assert_eq!(
            problems("tls_certificate = 'a'\ntls_key = 'b'\ntls_names = ['id.test']"),
            [
                "  - tls_certificate is set without tls_listen",
                "  - tls_key is set without tls_listen",
                "  - tls_names is set without tls_listen"
            ]
        );
        assert_eq!(
            problems(&format!(
                "{listen}tls_certificate = 'a'\ntls_key = 'b'\ntls_names = ['id.test']"
            )),
            ["  - tls_names are for certificates that are made here; the one in tls_certificate has its own"]
        );
        for name in ["", "*", "a b", "*.*.test", "https://id.test", "id.test:443"] {
            assert_eq!(
                problems(&format!("{listen}tls_names = ['{name}']")),
                [format!(
                    "  - tls_names has {name:?}, but needs names and addresses such as id.test, *.id.test or 192.0.2.1"
                )]
            );
        }
    }

    #[test]
    fn production_mode_makes_no_certificates() {
        let settings = "mode = 'production'\npublic_url = 'https://id.example.com'\ntls_listen = '127.0.0.1:9443'\n\
                        master_key_file = 'key'\n[[access_keys]]\nid = 'A'\nsecret = '0123456789abcdef'";
        let config = Config::resolve(toml::from_str(settings).unwrap()).unwrap();
        assert_eq!(
            config.check_safety().unwrap_err().to_string(),
            "production mode is not safe with this configuration:\n  - tls_listen is set without a certificate, and only \
             development mode makes its own: set tls_certificate and tls_key"
        );
    }
}
