//! How issuers are written, and what may not be written so.

use poolhouse_domain::issuers::Issuers;

use super::{Config, IssuerMode, Problems};

/// Checks that there is an address for issuers exactly where one is asked for. One that is wrong has been told.
pub fn check(config: &Config, given: bool, problems: &mut Problems) {
    match (config.issuer_mode, given) {
        (IssuerMode::Custom, false) => problems.add("issuer_mode is custom, which needs issuer_url"),
        (IssuerMode::Local | IssuerMode::Aws | IssuerMode::AwsUpdated, true) => {
            problems.add("issuer_url is set, but only the issuer_mode custom looks at it");
        }
        _ => {}
    }
}

/// Refuses issuers whose keys could be replaced on their way.
pub fn check_safety(config: &Config, problems: &mut Problems) {
    if let Some(url) = config.issuer_url.as_ref().filter(|url| !url.starts_with("https://")) {
        problems.add(format!(
            "issuer_url is {url}, so verifiers would fetch keys in the clear: use https://"
        ));
    }
}

impl Config {
    /// How the issuers of tokens are written.
    pub fn issuers(&self) -> Issuers {
        match (self.issuer_mode, &self.issuer_url) {
            (IssuerMode::Aws, _) => Issuers::Aws,
            (IssuerMode::AwsUpdated, _) => Issuers::AwsUpdated,
            (IssuerMode::Custom, Some(url)) => Issuers::Below(url.clone()),
            (IssuerMode::Local | IssuerMode::Custom, _) => Issuers::Below(self.public_url.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Mode, Settings};

    fn resolve(mode: IssuerMode, url: Option<&str>) -> Result<Config, Problems> {
        Config::resolve(Settings {
            mode: Some(Mode::Production),
            public_url: Some("https://id.example.com".to_owned()),
            master_key: Some("a".repeat(64).into()),
            access_keys: vec!["AKIAEXAMPLE:0123456789abcdef".to_owned().into()],
            issuer_mode: Some(mode),
            issuer_url: url.map(str::to_owned),
            ..Settings::default()
        })
    }

    #[test]
    fn each_mode_writes_its_issuers() {
        let issuers = |mode, url| resolve(mode, url).unwrap().issuers();
        let below = |url: &str| Issuers::Below(url.to_owned());
        assert_eq!(issuers(IssuerMode::Local, None), below("https://id.example.com"));
        assert_eq!(issuers(IssuerMode::Aws, None), Issuers::Aws);
        assert_eq!(issuers(IssuerMode::AwsUpdated, None), Issuers::AwsUpdated);
        let url = Some("https://issuers.example.com/pools/");
        assert_eq!(
            issuers(IssuerMode::Custom, url),
            below("https://issuers.example.com/pools")
        );
    }

    #[test]
    fn an_issuer_url_stands_where_it_is_asked_for() {
        let problem = |mode, url| resolve(mode, url).unwrap_err().to_string();
        assert_eq!(
            problem(IssuerMode::Custom, None),
            "the configuration is wrong:\n  - issuer_mode is custom, which needs issuer_url"
        );
        assert_eq!(
            problem(IssuerMode::Aws, Some("https://issuers.example.com")),
            "the configuration is wrong:\n  - issuer_url is set, but only the issuer_mode custom looks at it"
        );
        assert_eq!(
            problem(IssuerMode::Custom, Some("https://issuers.example.com/?pool={id}")),
            "the configuration is wrong:\n  - issuer_url is \"https://issuers.example.com/?pool={id}\", but must have only \
             a host, a port and a path, such as https://id.example.com"
        );
        let config = resolve(IssuerMode::Custom, Some("http://issuers.example.com")).unwrap();
        assert_eq!(
            config.check_safety().unwrap_err().to_string(),
            "production mode is not safe with this configuration:\n  - issuer_url is http://issuers.example.com, so \
             verifiers would fetch keys in the clear: use https://"
        );
    }
}
