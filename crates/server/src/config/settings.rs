//! The settings as they are given: by flag, environment variable or TOML key, each of them optional.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::ValueEnum;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::secret::{ConnectionUrl, Secret};

/// What one source of configuration says.
#[derive(Clone, Debug, Default, PartialEq, clap::Args, Deserialize)]
#[serde(deny_unknown_fields)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// What the server is for: `development` accepts any AWS credentials, shows codes and hashes passwords lightly;
    /// `production` checks everything and refuses to start when something is unsafe.
    #[arg(long, env = "POOLHOUSE_MODE", value_name = "MODE", global = true)]
    pub mode: Option<Mode>,

    /// The address and port to listen on; port 0 takes any free port.
    #[arg(long, env = "POOLHOUSE_LISTEN", value_name = "ADDR:PORT", global = true)]
    pub listen: Option<SocketAddr>,

    /// The URL under which clients and browsers reach the server; by default `http://localhost` with the port of `listen`.
    #[arg(long, env = "POOLHOUSE_PUBLIC_URL", value_name = "URL", global = true)]
    pub public_url: Option<String>,

    /// How the issuers of tokens are written: `local` is `public_url` with the pool's id, `aws` Amazon Cognito's own, with
    /// which verifiers work that know no other, `aws-updated` Amazon Cognito's newer form for all pools, `custom`
    /// `issuer_url` with the pool's id; by default `local`. After a change, tokens of the old issuer are refused.
    #[arg(long, env = "POOLHOUSE_ISSUER_MODE", value_name = "MODE", global = true)]
    pub issuer_mode: Option<IssuerMode>,

    /// What issuers begin with in the issuer mode `custom`. Verifiers must find `/<pool id>/.well-known` of this server
    /// below it.
    #[arg(long, env = "POOLHOUSE_ISSUER_URL", value_name = "URL", global = true)]
    pub issuer_url: Option<String>,

    /// The address and port to listen on for HTTPS, besides `listen`; port 0 takes any free port. Without a certificate,
    /// development mode makes its own: `docs/tls.md` says how to trust them.
    #[arg(long, env = "POOLHOUSE_TLS_LISTEN", value_name = "ADDR:PORT", global = true)]
    pub tls_listen: Option<SocketAddr>,

    /// A PEM file with the certificate for HTTPS and those between it and its root; read again at SIGHUP.
    #[arg(long, env = "POOLHOUSE_TLS_CERTIFICATE", value_name = "FILE", global = true)]
    pub tls_certificate: Option<PathBuf>,

    /// A PEM file with the private key of `tls_certificate`; read again at SIGHUP.
    #[arg(long, env = "POOLHOUSE_TLS_KEY", value_name = "FILE", global = true)]
    pub tls_key: Option<PathBuf>,

    /// Further names and addresses of this machine in the certificates that development mode makes, separated by commas or
    /// by repeating the flag.
    #[arg(
        long = "tls-name",
        env = "POOLHOUSE_TLS_NAMES",
        value_name = "NAME",
        value_delimiter = ',',
        global = true
    )]
    #[serde(default)]
    pub tls_names: Vec<String>,

    /// Where everything is stored: `sqlite:PATH`, `sqlite::memory:` or `postgres://…`; by default the file
    /// `poolhouse.db` in the data folder.
    #[arg(
        long,
        env = "POOLHOUSE_DATABASE",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub database: Option<ConnectionUrl>,

    /// The folder of the SQLite database and of the generated master key; made when it is missing.
    #[arg(long, env = "POOLHOUSE_DATA_DIR", value_name = "FOLDER", global = true)]
    pub data_dir: Option<PathBuf>,

    /// The AWS region of user pools that are created without a signed region.
    #[arg(long, env = "POOLHOUSE_REGION", value_name = "REGION", global = true)]
    pub region: Option<String>,

    /// The AWS account that owns the user pools: 12 digits.
    #[arg(long, env = "POOLHOUSE_ACCOUNT_ID", value_name = "DIGITS", global = true)]
    pub account_id: Option<String>,

    /// The key that encrypts secrets at rest: 32 bytes in Base64 or hexadecimal. Without one, development mode makes the
    /// file `master.key` beside the SQLite database, or in the data folder. Prefer the environment or a file: flags are
    /// visible in the process list.
    #[arg(
        long,
        env = "POOLHOUSE_MASTER_KEY",
        value_name = "KEY",
        global = true,
        hide_env_values = true
    )]
    pub master_key: Option<Secret>,

    /// A file that holds the master key.
    #[arg(long, env = "POOLHOUSE_MASTER_KEY_FILE", value_name = "FILE", global = true)]
    pub master_key_file: Option<PathBuf>,

    /// The mail relay: `smtp://[user:password@]host[:port][?tls=opportunistic|required|none]` or `smtps://…`. Without
    /// one, mail stays in the inbox of development mode.
    #[arg(
        long,
        env = "POOLHOUSE_SMTP_URL",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub smtp_url: Option<ConnectionUrl>,

    /// The sender of mail for user pools that name none: `address` or `Name <address>`.
    #[arg(long, env = "POOLHOUSE_MAIL_FROM", value_name = "MAILBOX", global = true)]
    pub mail_from: Option<String>,

    /// The webhook that SMS is posted to as JSON: `https://[user:password@]host[:port]/path`; `docs/sms.md` says what it
    /// receives. Without a webhook and Amazon SNS, SMS stays in the inbox of development mode.
    #[arg(
        long,
        env = "POOLHOUSE_SMS_WEBHOOK_URL",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub sms_webhook_url: Option<ConnectionUrl>,

    /// The secret shared with the webhook, under which every request to it is signed.
    #[arg(
        long,
        env = "POOLHOUSE_SMS_WEBHOOK_SECRET",
        value_name = "SECRET",
        global = true,
        hide_env_values = true
    )]
    pub sms_webhook_secret: Option<Secret>,

    /// The AWS region whose Amazon SNS publishes SMS, instead of a webhook.
    #[arg(long, env = "POOLHOUSE_SMS_SNS_REGION", value_name = "REGION", global = true)]
    pub sms_sns_region: Option<String>,

    /// The AWS access key that may publish SMS: `ID:SECRET`; in the file, a table with `id` and `secret`.
    #[arg(
        long,
        env = "POOLHOUSE_SMS_SNS_ACCESS_KEY",
        value_name = "ID:SECRET",
        global = true,
        hide_env_values = true
    )]
    pub sms_sns_access_key: Option<AccessKey>,

    /// The sender of SMS by Amazon SNS, in countries that show one: up to 11 letters and digits, one letter at least.
    #[arg(long, env = "POOLHOUSE_SMS_SNS_SENDER_ID", value_name = "NAME", global = true)]
    pub sms_sns_sender_id: Option<String>,

    /// An endpoint that speaks like Amazon SNS; by default Amazon's own in that region.
    #[arg(
        long,
        env = "POOLHOUSE_SMS_SNS_ENDPOINT",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub sms_sns_endpoint: Option<ConnectionUrl>,

    /// How many passwords are hashed, or checked by SRP, at a time; by default one per processor core.
    #[arg(long, env = "POOLHOUSE_HASH_WORKERS", value_name = "COUNT", global = true)]
    pub hash_workers: Option<NonZeroUsize>,

    /// How many passwords may wait for that before callers are told `TooManyRequestsException`.
    #[arg(long, env = "POOLHOUSE_HASH_QUEUE", value_name = "COUNT", global = true)]
    pub hash_queue: Option<NonZeroUsize>,

    /// How many spare signing keys are kept ready, so that creating a user pool does not wait for them; 0 keeps none.
    #[arg(long, env = "POOLHOUSE_KEY_RESERVE", value_name = "COUNT", global = true)]
    pub key_reserve: Option<usize>,

    /// How many client connections are served at a time; further ones wait.
    #[arg(long, env = "POOLHOUSE_MAX_CONNECTIONS", value_name = "COUNT", global = true)]
    pub max_connections: Option<NonZeroUsize>,

    /// The networks of the proxies in front of this server, such as `10.0.0.0/8`, separated by commas or by repeating the
    /// flag: what they say in `X-Forwarded-For` of where a client is, is believed. Nobody else is.
    #[arg(
        long = "trusted-proxy",
        env = "POOLHOUSE_TRUSTED_PROXIES",
        value_name = "NETWORK",
        value_delimiter = ',',
        global = true
    )]
    #[serde(default)]
    pub trusted_proxies: Vec<IpNet>,

    /// How many wrong passwords and codes one address may show a user pool within 15 minutes before it is told
    /// `TooManyRequestsException`; 0 is no limit. By default 100 in production mode with `trusted_proxies`: without them, a
    /// proxy would make all clients one.
    #[arg(
        long,
        env = "POOLHOUSE_SIGN_IN_FAILURES_PER_ADDRESS",
        value_name = "COUNT",
        global = true
    )]
    pub sign_in_failures_per_address: Option<u32>,

    /// Which log lines are written: a level, or `target=level` pairs separated by commas.
    #[arg(long, env = "POOLHOUSE_LOG", value_name = "FILTER", global = true)]
    pub log: Option<String>,

    /// The form of the log on standard error.
    #[arg(long, env = "POOLHOUSE_LOG_FORMAT", value_name = "FORMAT", global = true)]
    pub log_format: Option<LogFormat>,

    /// The AWS access keys that may sign requests in production mode: `ID:SECRET`, separated by commas or by repeating
    /// the flag; in the file, `[[access_keys]]` tables with `id` and `secret`.
    #[arg(
        long = "access-key",
        env = "POOLHOUSE_ACCESS_KEYS",
        value_name = "ID:SECRET",
        value_delimiter = ',',
        global = true,
        hide_env_values = true
    )]
    #[serde(default)]
    pub access_keys: Vec<AccessKey>,
}

impl Settings {
    /// These settings, and those of `fallback` where these say nothing.
    pub fn or(self, fallback: Self) -> Self {
        Self {
            mode: self.mode.or(fallback.mode),
            listen: self.listen.or(fallback.listen),
            public_url: self.public_url.or(fallback.public_url),
            issuer_mode: self.issuer_mode.or(fallback.issuer_mode),
            issuer_url: self.issuer_url.or(fallback.issuer_url),
            tls_listen: self.tls_listen.or(fallback.tls_listen),
            tls_certificate: self.tls_certificate.or(fallback.tls_certificate),
            tls_key: self.tls_key.or(fallback.tls_key),
            tls_names: first_given(self.tls_names, fallback.tls_names),
            database: self.database.or(fallback.database),
            data_dir: self.data_dir.or(fallback.data_dir),
            region: self.region.or(fallback.region),
            account_id: self.account_id.or(fallback.account_id),
            master_key: self.master_key.or(fallback.master_key),
            master_key_file: self.master_key_file.or(fallback.master_key_file),
            smtp_url: self.smtp_url.or(fallback.smtp_url),
            mail_from: self.mail_from.or(fallback.mail_from),
            sms_webhook_url: self.sms_webhook_url.or(fallback.sms_webhook_url),
            sms_webhook_secret: self.sms_webhook_secret.or(fallback.sms_webhook_secret),
            sms_sns_region: self.sms_sns_region.or(fallback.sms_sns_region),
            sms_sns_access_key: self.sms_sns_access_key.or(fallback.sms_sns_access_key),
            sms_sns_sender_id: self.sms_sns_sender_id.or(fallback.sms_sns_sender_id),
            sms_sns_endpoint: self.sms_sns_endpoint.or(fallback.sms_sns_endpoint),
            hash_workers: self.hash_workers.or(fallback.hash_workers),
            hash_queue: self.hash_queue.or(fallback.hash_queue),
            key_reserve: self.key_reserve.or(fallback.key_reserve),
            max_connections: self.max_connections.or(fallback.max_connections),
            trusted_proxies: first_given(self.trusted_proxies, fallback.trusted_proxies),
            sign_in_failures_per_address: self
                .sign_in_failures_per_address
                .or(fallback.sign_in_failures_per_address),
            log: self.log.or(fallback.log),
            log_format: self.log_format.or(fallback.log_format),
            access_keys: first_given(self.access_keys, fallback.access_keys),
        }
    }
}

fn first_given<T>(list: Vec<T>, fallback: Vec<T>) -> Vec<T> {
    if list.is_empty() { fallback } else { list }
}

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
