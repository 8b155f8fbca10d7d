//! What the tests of settings share.

use super::{Config, Mode, Problems, Settings};

/// Settings as a file has them.
pub fn settings(text: &str) -> Settings {
    toml::from_str(text).unwrap()
}

/// What is wrong with these settings, one sentence after the other.
pub fn problems(text: &str) -> Vec<String> {
    said(Config::resolve(settings(text)).map(drop))
}

/// What production mode finds unsafe in settings that are in order otherwise.
pub fn refusals(settings: Settings) -> Vec<String> {
    let settings = Settings {
        mode: Some(Mode::Production),
        public_url: Some("https://id.example.com".to_owned()),
        master_key: Some("a".repeat(64).into()),
        access_keys: vec!["AKIAEXAMPLE:0123456789abcdef".to_owned().into()],
        ..settings
    };
    said(Config::resolve(settings).unwrap().check_safety())
}

/// The sentences of an outcome.
pub fn said(outcome: Result<(), Problems>) -> Vec<String> {
    let said = outcome
        .map_err(|problems| problems.to_string())
        .err()
        .unwrap_or_default();
    said.split("\n  - ").skip(1).map(str::to_owned).collect()
}
