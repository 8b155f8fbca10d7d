//! The values that settings take.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::secret::Secret;

/// What the server is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    #[default]
    Development,
    Production,
}

impl Mode {
    /// `development` or `production`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// How the issuers of tokens are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IssuerMode {
    #[default]
    Local,
    Aws,
    AwsUpdated,
    Custom,
}

/// The form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// An AWS access key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    pub id: String,
    pub secret: Secret,
}

impl From<String> for AccessKey {
    /// Reads `ID:SECRET`. Text of another form becomes a key without a secret, which the configuration refuses: an
    /// error here would be printed with the text.
    fn from(text: String) -> Self {
        match text.split_once(':') {
            Some((id, secret)) => Self {
                id: id.to_owned(),
                secret: secret.to_owned().into(),
            },
            None => Self {
                id: String::new(),
                secret: String::new().into(),
            },
        }
    }
}
