//! Where the mail relay is, and how to get through to it.

use std::fmt;
use std::time::Duration;

use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;
use url::Url;

/// Why the configured relay or sender can't be used; the texts never repeat the URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum SmtpUrlError {
    #[error("the SMTP URL is not a URL")]
    Syntax(#[from] url::ParseError),
    #[error("the SMTP URL must begin with smtp:// or smtps://")]
    Scheme,
    #[error("the SMTP URL names no host")]
    Host,
    #[error("the SMTP URL may only ask for tls=opportunistic, tls=required or tls=none, and smtps:// for neither")]
    Tls,
    #[error("the SMTP URL needs both a user name and a password, or neither; percent-encoded, in UTF-8")]
    Credentials,
    #[error("TLS to the mail relay cannot be set up")]
    TlsSetup(#[source] smtp::Error),
    #[error("the sender of mail is not a mail address")]
    Sender,
}

/// One mail relay.
pub struct Relay {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    name: ClientId,
}

enum Security {
    None,
    /// STARTTLS when the relay offers it.
    Opportunistic(TlsParameters),
    /// STARTTLS, or no conversation.
    Required(TlsParameters),
    /// TLS from the first byte.
    Wrapped(TlsParameters),
}

impl Relay {
    pub fn parse(url: &str) -> Result<Self, SmtpUrlError> {
        let url = Url::parse(url)?;
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or(SmtpUrlError::Host)?;
        // rustls and the resolver both want an IPv6 address without its brackets.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let mut asked = None;
        for (key, value) in url.query_pairs() {
            if key != "tls" || asked.replace(value).is_some() {
                return Err(SmtpUrlError::Tls);
            }
        }
        let tls = || TlsParameters::new(host.clone()).map_err(SmtpUrlError::TlsSetup);
        let (security, default_port) = match (url.scheme(), asked.as_deref()) {
            ("smtps", None) => (Security::Wrapped(tls()?), 465),
            ("smtp", None | Some("opportunistic")) => (Security::Opportunistic(tls()?), 25),
            ("smtp", Some("required")) => (Security::Required(tls()?), 587),
            ("smtp", Some("none")) => (Security::None, 25),
            ("smtp" | "smtps", _) => return Err(SmtpUrlError::Tls),
            _ => return Err(SmtpUrlError::Scheme),
        };
        let credentials = credentials(&url)?;
        let port = url.port().unwrap_or(default_port);
        Ok(Self {
            host,
            port,
            security,
            credentials,
            name: ClientId::default(),
        })
    }

    /// Opens a conversation: connected, encrypted as configured, authenticated when there are credentials.
    pub async fn connect(&self, patience: Duration) -> Result<AsyncSmtpConnection, smtp::Error> {
        let wrapped = match &self.security {
            Security::Wrapped(tls) => Some(tls.clone()),
            _ => None,
        };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(patience), &self.name, wrapped, None).await?;
        match &self.security {
            Security::Required(tls) => connection.starttls(tls.clone(), &self.name).await?,
            Security::Opportunistic(tls) if connection.can_starttls() => {
                connection.starttls(tls.clone(), &self.name).await?;
            }
            _ => {}
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, SmtpUrlError> {
    let decode = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| SmtpUrlError::Credentials)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(SmtpUrlError::Credentials),
        (user, Some(password)) => Ok(Some(Credentials::new(decode(user)?, decode(password)?))),
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let security = match &self.security {
            Security::None => "none",
            Security::Opportunistic(_) => "opportunistic STARTTLS",
            Security::Required(_) => "STARTTLS",
            Security::Wrapped(_) => "TLS",
        };
        formatter
            .debug_struct("Relay")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &security)
            .field("authenticated", &self.credentials.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> String {
        match Relay::parse(url) {
            Ok(relay) => format!("{relay:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_url_says_host_port_security_and_credentials() {
        let cases = [
            (
                "smtp://relay",
                r#"host: "relay", port: 25, security: "opportunistic STARTTLS", authenticated: false"#,
            ),
            (
                "smtp://[::1]:1025?tls=none",
                r#"host: "::1", port: 1025, security: "none", authenticated: false"#,
            ),
            (
                "smtp://u:p@relay?tls=required",
                r#"host: "relay", port: 587, security: "STARTTLS", authenticated: true"#,
            ),
            (
                "smtps://u%40x:p%2Fw@relay",
                r#"host: "relay", port: 465, security: "TLS", authenticated: true"#,
            ),
        ];
        for (url, fields) in cases {
            assert_eq!(parsed(url), format!("Relay {{ {fields}, .. }}"), "{url}");
        }
        let relay = Relay::parse("smtps://u%40x:p%2Fw@relay").unwrap();
        assert_eq!(
            relay.credentials,
            Some(Credentials::new("u@x".to_owned(), "p/w".to_owned()))
        );
    }

    #[test]
    fn a_bad_url_is_refused_without_being_repeated() {
        let tls = "the SMTP URL may only ask for tls=opportunistic, tls=required or tls=none, and smtps:// for neither";
        let credentials = "the SMTP URL needs both a user name and a password, or neither; percent-encoded, in UTF-8";
        let cases = [
            ("relay.example.com", "the SMTP URL is not a URL"),
            (
                "http://u:secret@relay",
                "the SMTP URL must begin with smtp:// or smtps://",
            ),
            ("smtp:///secret", "the SMTP URL names no host"),
            ("smtp://u:secret@relay?tls=maybe", tls),
            ("smtp://u:secret@relay?tls=none&tls=none", tls),
            ("smtp://u:secret@relay?starttls=1", tls),
            ("smtps://u:secret@relay?tls=none", tls),
            ("smtp://u@relay", credentials),
            ("smtp://:secret@relay", credentials),
            ("smtp://u:secret%ff@relay", credentials),
        ];
        for (url, message) in cases {
            assert_eq!(parsed(url), message, "{url}");
        }
    }
}
