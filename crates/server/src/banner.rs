//! What the server prints on standard output when it is ready.

use crate::commands::environment;
use crate::config::{Config, IssuerMode, Mode};

/// The banner of a server that listens; its last line is `Ready.`, which programs wait for.
pub fn text(config: &Config) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let url = &config.public_url;
    let listen = config.listen;
    let database = &config.database;
    let environment = environment::lines(config, "  export ");
    let (meaning, inbox) = match config.mode {
        Mode::Development => (
            "any AWS credentials are accepted, codes are shown in the log and the inbox,\n\
             passwords are hashed lightly. Not for real users.",
            format!("  Inbox      {url}/_poolhouse/messages\n"),
        ),
        Mode::Production => (
            "requests are verified against the configured access keys.",
            String::new(),
        ),
    };
    let mode = config.mode.as_str();
    let https = https(config);
    let issuer = issuer(config);
    format!(
        "Poolhouse {version} · {mode} mode: {meaning}\n\
         \n  API        {url}\n  Listening  {listen}\n{https}{issuer}{inbox}  Database   {database}\n\
         \n{environment}\nReady.\n"
    )
}

/// Where HTTPS is served, and whom clients have to trust for it.
fn https(config: &Config) -> String {
    let Some(address) = config.tls_listen else {
        return String::new();
    };
    let trust = match config.tls_files() {
        Some(_) => "",
        None => " (`poolhouse ca` prints the certificate authority to trust)",
    };
    format!("  HTTPS      {address}{trust}\n")
}

/// What tokens say of who issued them, where that is not this server's address.
fn issuer(config: &Config) -> String {
    let issuer = match config.issuer_mode {
        IssuerMode::Local => return String::new(),
        IssuerMode::Aws => "https://cognito-idp.<region>.amazonaws.com/<pool id>".to_owned(),
        IssuerMode::AwsUpdated => "https://issuer-cognito-idp.<region>.amazonaws.com/<pool id>".to_owned(),
        IssuerMode::Custom => format!("{}/<pool id>", config.issuer_url.as_deref().unwrap_or_default()),
    };
    format!("  Issuer     {issuer}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[test]
    fn the_development_banner_says_what_the_mode_means_and_where_everything_is() {
        let settings = Settings {
            listen: Some(([127, 0, 0, 1], 0).into()),
            ..Settings::default()
        };
        let config = Config::resolve(settings)
            .unwrap()
            .bound_to(([127, 0, 0, 1], 49152).into());
        let expected = format!(
            "Poolhouse {} · development mode: any AWS credentials are accepted, codes are shown in the log and the inbox,
passwords are hashed lightly. Not for real users.

  API        http://localhost:49152
  Listening  127.0.0.1:49152
  Inbox      http://localhost:49152/_poolhouse/messages
  Database   sqlite:./poolhouse-data/poolhouse.db

  export AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=http://localhost:49152
  export AWS_ACCESS_KEY_ID=test
  export AWS_SECRET_ACCESS_KEY=test
  export AWS_DEFAULT_REGION=us-east-1
  export AWS_REGION=us-east-1

Ready.
",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(text(&config), expected);
    }

    #[test]
    fn the_production_banner_shows_no_inbox_and_no_secret() {
        let settings = Settings {
            mode: Some(Mode::Production),
            public_url: Some("https://id.example.com".to_owned()),
            database: Some("postgres://house:s3cret@db/house".to_owned().into()),
            ..Settings::default()
        };
        let banner = text(&Config::resolve(settings).unwrap());
        assert!(
            banner.contains("  Database   postgres://house:redacted@db/house\n"),
            "{banner}"
        );
        assert!(
            !banner.contains("Inbox") && !banner.contains("SECRET_ACCESS_KEY"),
            "{banner}"
        );
        assert!(banner.ends_with("\nReady.\n"), "{banner}");
    }

    #[test]
    fn https_and_another_issuer_are_shown() {
        let banner = |settings: Settings| text(&Config::resolve(settings).unwrap());
        let shown = banner(Settings {
            tls_listen: Some(([127, 0, 0, 1], 9443).into()),
            issuer_mode: Some(IssuerMode::Aws),
            ..Settings::default()
        });
        let lines = "  Listening  127.0.0.1:7665
  HTTPS      127.0.0.1:9443 (`poolhouse ca` prints the certificate authority to trust)
  Issuer     https://cognito-idp.<region>.amazonaws.com/<pool id>
  Inbox ";
        assert!(shown.contains(lines), "{shown}");
        let shown = banner(Settings {
            tls_listen: Some(([0, 0, 0, 0], 443).into()),
            tls_certificate: Some("certificate.pem".into()),
            tls_key: Some("key.pem".into()),
            issuer_mode: Some(IssuerMode::Custom),
            issuer_url: Some("https://issuers.example.com".to_owned()),
            ..Settings::default()
        });
        let lines = "  HTTPS      0.0.0.0:443\n  Issuer     https://issuers.example.com/<pool id>\n";
        assert!(shown.contains(lines), "{shown}");
    }
}
