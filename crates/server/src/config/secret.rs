//! Settings that no output may repeat.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use url::{Host, Url};

const REDACTED: &str = "redacted";

/// A value that is used but never shown: every way of printing it prints `redacted`.
#[derive(Clone, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The value itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(REDACTED)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

/// A URL that may hold a password: every way of printing it leaves the password out, and the query of a web address,
/// which is where tokens are.
#[derive(Clone, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub struct ConnectionUrl(String);

impl ConnectionUrl {
    /// The URL with its password.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether what is sent to this web address crosses a network without TLS.
    pub fn travels_in_the_clear(&self) -> bool {
        let Ok(url) = Url::parse(&self.0) else {
            return false;
        };
        let stays_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        url.scheme() == "http" && !stays_here
    }
}

impl From<String> for ConnectionUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Display for ConnectionUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.starts_with("sqlite:") {
            return formatter.write_str(&self.0);
        }
        // What can't be parsed can't be told from a password.
        let Ok(mut url) = Url::parse(&self.0) else {
            return formatter.write_str(REDACTED);
        };
        if url.password().is_some() && url.set_password(Some(REDACTED)).is_err() {
            return formatter.write_str(REDACTED);
        }
        let web = matches!(url.scheme(), "http" | "https");
        if url.query().is_some_and(|query| web || query.contains("password")) {
            url.set_query(Some(REDACTED));
        }
        url.fmt(formatter)
    }
}

impl fmt::Debug for ConnectionUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for ConnectionUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_url_is_printed_without_its_password() {
        let cases = [
            (
                "sqlite:./poolhouse-data/poolhouse.db",
                "sqlite:./poolhouse-data/poolhouse.db",
            ),
            ("sqlite::memory:", "sqlite::memory:"),
            (
                "postgres://house@db:5432/house?sslmode=require",
                "postgres://house@db:5432/house?sslmode=require",
            ),
            ("postgres://house:s3cret@db/house", "postgres://house:redacted@db/house"),
            (
                "postgres://db/house?user=house&password=s3cret",
                "postgres://db/house?redacted",
            ),
            ("smtp://house:s3cret@relay:1025", "smtp://house:redacted@relay:1025"),
            (
                "https://house:s3cret@sms.example.com/send?token=s3cret",
                "https://house:redacted@sms.example.com/send?redacted",
            ),
            ("postgres://house:s3#cret@db/house", "redacted"),
            ("s3cret@db", "redacted"),
        ];
        for (url, printed) in cases {
            assert_eq!(ConnectionUrl::from(url.to_owned()).to_string(), printed);
        }
    }
}
