//! The configuration: flags before environment before TOML file before defaults.
//!
//! A new setting is a field with a doc comment in [`Settings`], its line in [`Settings::or`], and its meaning in
//! [`Config::resolve`]; `docs/configuration.md` is generated from it.

mod custom_senders;
mod document;
mod functions;
mod issuer;
mod migrate_from;
mod problems;
mod secret;
mod settings;
mod sms;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tls;
mod twilio;
mod values;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::Serialize;
use url::Url;

pub use document::{describe_defaults, markdown};
pub use functions::{FunctionSetting, FunctionTarget, address_policy};
pub use migrate_from::MigrateFrom;
pub use problems::Problems;
pub use secret::{ConnectionUrl, Secret};
pub use settings::Settings;
pub use tls::TlsFiles;
pub use values::{AccessKey, IssuerMode, LogFormat, Mode};

/// "POOL" on a phone.
const DEFAULT_PORT: u16 = 7665;
const DEFAULT_DATA_DIR: &str = "./poolhouse-data";
const DEFAULT_REGION: &str = "us-east-1";
const DEFAULT_ACCOUNT_ID: &str = "000000000000";
const DEFAULT_MAIL_FROM: &str = "no-reply@verificationemail.com";
const DEFAULT_HASH_QUEUE: usize = 256;
const DEFAULT_KEY_RESERVE: usize = 4;
const DEFAULT_MAX_CONNECTIONS: usize = 10_000;
/// In production mode, when the addresses of clients are known.
const DEFAULT_SIGN_IN_FAILURES: u32 = 100;
// In production mode, for an hour unless they say otherwise.
const DEFAULT_SMS_PER_NUMBER: u32 = 20;
const DEFAULT_SMS_PER_PREFIX: u32 = 100;
const DEFAULT_SMS_PER_PREFIX_PER_DAY: u32 = 500;
const DEFAULT_MAILS_PER_ADDRESS: u32 = 100;
const DEFAULT_LOG: &str = "info";
/// AWS's own secrets have 40.
const SHORTEST_PRODUCTION_SECRET: usize = 16;

/// The configuration in effect; printing it in any way leaves its secrets out.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    pub mode: Mode,
    pub listen: SocketAddr,
    /// Without a slash at its end.
    pub public_url: String,
    pub issuer_mode: IssuerMode,
    /// Without a slash at its end.
    pub issuer_url: Option<String>,
    pub tls_listen: Option<SocketAddr>,
    pub tls_certificate: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub tls_names: Vec<String>,
    pub database: ConnectionUrl,
    pub data_dir: PathBuf,
    pub region: String,
    pub account_id: String,
    pub master_key: Option<Secret>,
    pub master_key_file: Option<PathBuf>,
    pub smtp_url: Option<ConnectionUrl>,
    pub mail_from: String,
    pub sms_webhook_url: Option<ConnectionUrl>,
    pub sms_webhook_secret: Option<Secret>,
    pub sms_sns_region: Option<String>,
    pub sms_sns_access_key: Option<AccessKey>,
    pub sms_sns_sender_id: Option<String>,
    pub sms_sns_endpoint: Option<ConnectionUrl>,
    pub sms_twilio_account_sid: Option<String>,
    pub sms_twilio_auth_token: Option<Secret>,
    pub sms_twilio_api_key: Option<AccessKey>,
    pub sms_twilio_from: Option<String>,
    pub sms_twilio_endpoint: Option<ConnectionUrl>,
    pub sms_per_number_per_hour: u32,
    pub sms_per_prefix_per_hour: u32,
    pub sms_per_prefix_per_day: u32,
    pub mails_per_address_per_hour: u32,
    pub custom_sender_key: Option<Secret>,
    pub custom_sender_key_file: Option<PathBuf>,
    pub kms_region: Option<String>,
    pub kms_access_key: Option<AccessKey>,
    pub kms_endpoint: Option<ConnectionUrl>,
    #[serde(serialize_with = "functions::to_table", skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<FunctionSetting>,
    pub function_secret: Option<Secret>,
    pub lambda_endpoint: Option<ConnectionUrl>,
    pub lambda_access_key: Option<AccessKey>,
    pub lambda_session_token: Option<Secret>,
    pub outbound_allowed_networks: Vec<IpNet>,
    /// `None` means one per processor core.
    pub hash_workers: Option<NonZeroUsize>,
    pub hash_queue: usize,
    pub key_reserve: usize,
    pub max_connections: usize,
    pub trusted_proxies: Vec<IpNet>,
    pub sign_in_failures_per_address: u32,
    pub log: String,
    pub log_format: LogFormat,
    pub access_keys: Vec<AccessKey>,
    pub migrate_from: Vec<MigrateFrom>,
    /// Whether `public_url` was derived from the port of `listen`.
    #[serde(skip)]
    follows_port: bool,
}

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this process, and gone with it.
    Memory,
    /// In this SQLite file.
    File(PathBuf),
    /// On a database server.
    Server,
}

impl Config {
    /// Reads the settings of a TOML file.
    pub fn read_file(path: &Path) -> Result<Settings, Problems> {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Problems::one(format!("the configuration file {shown} cannot be read: {error}")))?;
        toml::from_str(&text).map_err(|error| {
            // The error's own text quotes the line, and its message the value: either may be a secret.
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let message = error.message();
            let message = match message.rsplit_once(", expected ") {
                Some((value, expected)) if value.starts_with("invalid ") => format!("expected {expected}"),
                _ => message.to_owned(),
            };
            Problems::one(format!(
                "the configuration file {shown} is wrong near line {line}: {message}"
            ))
        })
    }

    /// Fills in the defaults and checks every setting; says all that is wrong at once.
    pub fn resolve(settings: Settings) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let listen = settings
            .listen
            .unwrap_or(SocketAddr::from(([127, 0, 0, 1], DEFAULT_PORT)));
        let follows_port = settings.public_url.is_none();
        let public_url = match settings.public_url {
            None => default_public_url(listen.port()),
            Some(url) => problems.collect(checked_url("public_url", &url)).unwrap_or_default(),
        };
        let has_issuer_url = settings.issuer_url.is_some();
        let issuer_url = settings.issuer_url.map(|url| checked_url("issuer_url", &url));
        let issuer_url = issuer_url.and_then(|url| problems.collect(url));
        let data_dir = settings.data_dir.unwrap_or_else(|| PathBuf::from(DEFAULT_DATA_DIR));
        let database = settings
            .database
            .unwrap_or_else(|| format!("sqlite:{}", data_dir.join("poolhouse.db").display()).into());
        let region = settings.region.unwrap_or_else(|| DEFAULT_REGION.to_owned());
        check_region("region", &region, &mut problems);
        let account_id = settings.account_id.unwrap_or_else(|| DEFAULT_ACCOUNT_ID.to_owned());
        if account_id.len() != 12 || !account_id.bytes().all(|byte| byte.is_ascii_digit()) {
            problems.add(format!("account_id is {account_id:?}, but must be 12 digits"));
        }
        if settings.master_key.is_some() && settings.master_key_file.is_some() {
            problems.add("master_key and master_key_file are both set; remove one of them");
        }
        check_access_keys(&settings.access_keys, &mut problems);
        let mode = settings.mode.unwrap_or_default();
        let knows_clients = mode == Mode::Production && !settings.trusted_proxies.is_empty();
        let sign_in_failures = if knows_clients { DEFAULT_SIGN_IN_FAILURES } else { 0 };
        let budget = |given: Option<u32>, in_production: u32| {
            given.unwrap_or(if mode == Mode::Production { in_production } else { 0 })
        };
        let config = Self {
            mode,
            listen,
            public_url,
            issuer_mode: settings.issuer_mode.unwrap_or_default(),
            issuer_url,
            tls_listen: settings.tls_listen,
            tls_certificate: settings.tls_certificate,
            tls_key: settings.tls_key,
            tls_names: settings.tls_names,
            database,
            data_dir,
            region,
            account_id,
            master_key: settings.master_key,
            master_key_file: settings.master_key_file,
            smtp_url: settings.smtp_url,
            mail_from: settings.mail_from.unwrap_or_else(|| DEFAULT_MAIL_FROM.to_owned()),
            sms_webhook_url: settings.sms_webhook_url,
            sms_webhook_secret: settings.sms_webhook_secret,
            sms_sns_region: settings.sms_sns_region,
            sms_sns_access_key: settings.sms_sns_access_key,
            sms_sns_sender_id: settings.sms_sns_sender_id,
            sms_sns_endpoint: settings.sms_sns_endpoint,
            sms_twilio_account_sid: settings.sms_twilio_account_sid,
            sms_twilio_auth_token: settings.sms_twilio_auth_token,
            sms_twilio_api_key: settings.sms_twilio_api_key,
            sms_twilio_from: settings.sms_twilio_from,
            sms_twilio_endpoint: settings.sms_twilio_endpoint,
            sms_per_number_per_hour: budget(settings.sms_per_number_per_hour, DEFAULT_SMS_PER_NUMBER),
            sms_per_prefix_per_hour: budget(settings.sms_per_prefix_per_hour, DEFAULT_SMS_PER_PREFIX),
            sms_per_prefix_per_day: budget(settings.sms_per_prefix_per_day, DEFAULT_SMS_PER_PREFIX_PER_DAY),
            mails_per_address_per_hour: budget(settings.mails_per_address_per_hour, DEFAULT_MAILS_PER_ADDRESS),
            custom_sender_key: settings.custom_sender_key,
            custom_sender_key_file: settings.custom_sender_key_file,
            kms_region: settings.kms_region,
            kms_access_key: settings.kms_access_key,
            kms_endpoint: settings.kms_endpoint,
            functions: settings.functions,
            function_secret: settings.function_secret,
            lambda_endpoint: settings.lambda_endpoint,
            lambda_access_key: settings.lambda_access_key,
            lambda_session_token: settings.lambda_session_token,
            outbound_allowed_networks: settings.outbound_allowed_networks,
            hash_workers: settings.hash_workers,
            hash_queue: settings.hash_queue.map_or(DEFAULT_HASH_QUEUE, NonZeroUsize::get),
            key_reserve: settings.key_reserve.unwrap_or(DEFAULT_KEY_RESERVE),
            max_connections: settings
                .max_connections
                .map_or(DEFAULT_MAX_CONNECTIONS, NonZeroUsize::get),
            trusted_proxies: settings.trusted_proxies,
            sign_in_failures_per_address: settings.sign_in_failures_per_address.unwrap_or(sign_in_failures),
            log: settings.log.unwrap_or_else(|| DEFAULT_LOG.to_owned()),
            log_format: settings.log_format.unwrap_or_default(),
            access_keys: settings.access_keys,
            migrate_from: settings.migrate_from,
            follows_port,
        };
        issuer::check(&config, has_issuer_url, &mut problems);
        tls::check(&config, &mut problems);
        sms::check(&config, &mut problems);
        functions::check(&config, &mut problems);
        twilio::check(&config, &mut problems);
        custom_senders::check(&config, &mut problems);
        migrate_from::check(&config, &mut problems);
        problems.or(config)
    }

    /// Refuses what is unsafe in production mode, saying all of it; development mode refuses nothing.
    pub fn check_safety(&self) -> Result<(), Problems> {
        let mut problems = Problems::refusals();
        if self.mode == Mode::Production {
            if self.master_key.is_none() && self.master_key_file.is_none() {
                problems.add(
                    "there is no master key, so secrets could not be encrypted: set POOLHOUSE_MASTER_KEY or \
                     master_key_file; `openssl rand -base64 32` makes one",
                );
            }
            if self.access_keys.is_empty() {
                problems.add(
                    "there are no access keys, so nobody could administer user pools: set POOLHOUSE_ACCESS_KEYS to \
                     ID:SECRET, or [[access_keys]] in the configuration file",
                );
            }
            for key in &self.access_keys {
                if can_be_guessed(&key.secret) {
                    problems.add(format!(
                        "the secret of access key {} can be guessed: it needs {SHORTEST_PRODUCTION_SECRET} characters \
                         or more",
                        key.id
                    ));
                }
            }
            if !self.public_url.starts_with("https://") {
                problems.add(format!(
                    "public_url is {}, so passwords and tokens would travel in the clear: set POOLHOUSE_PUBLIC_URL to \
                     the https:// address of the proxy in front of this server",
                    self.public_url
                ));
            }
            issuer::check_safety(self, &mut problems);
            tls::check_safety(self, &mut problems);
            sms::check_safety(self, &mut problems);
            functions::check_safety(self, &mut problems);
            twilio::check_safety(self, &mut problems);
            custom_senders::check_safety(self, &mut problems);
            migrate_from::check_safety(self, &mut problems);
            if self.place() == Place::Memory {
                problems.add("database is in memory, so a restart would lose every user: set POOLHOUSE_DATABASE");
            }
        }
        problems.or(())
    }

    /// The configuration of a server that listens on `address`: port 0 has become a real one.
    pub fn bound_to(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        if self.follows_port {
            self.public_url = default_public_url(address.port());
        }
        self
    }

    /// Where the data is.
    pub fn place(&self) -> Place {
        match self.database.expose().strip_prefix("sqlite:") {
            Some(":memory:" | "memory:") => Place::Memory,
            Some(path) => Place::File(path.strip_prefix("//").unwrap_or(path).into()),
            None => Place::Server,
        }
    }

    /// The configuration as TOML, without its secrets.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }
}

fn can_be_guessed(secret: &Secret) -> bool {
    secret.expose().len() < SHORTEST_PRODUCTION_SECRET
}

fn default_public_url(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// An absolute URL of plain characters, so that it can stand unquoted in a shell, with no slash at its end.
fn checked_url(setting: &str, text: &str) -> Result<String, String> {
    let problem = |what: &str| {
        Err(format!(
            "{setting} is {text:?}, but must {what}, such as https://id.example.com"
        ))
    };
    let Ok(url) = Url::parse(text) else {
        return problem("be a URL");
    };
    if !matches!(url.scheme(), "http" | "https") {
        return problem("begin with http:// or https://");
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return problem("have only a host, a port and a path");
    }
    let url = url.as_str().trim_end_matches('/');
    if !url
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/[]%".contains(&byte))
    {
        return problem("consist of letters, digits and -._~:/[]%");
    }
    Ok(url.to_owned())
}

fn check_region(setting: &str, name: &str, problems: &mut Problems) {
    if !is_region(name) {
        problems.add(format!(
            "{setting} is {name:?}, but must be the name of an AWS region such as us-east-1"
        ));
    }
}

/// Whether a name has the form of AWS's: `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`.
pub fn is_region(name: &str) -> bool {
    let mut parts = name.split('-').rev();
    let number = parts
        .next()
        .is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let words: Vec<_> = parts.collect();
    number
        && words.len() >= 2
        && name.len() <= 32
        && words
            .iter()
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

fn check_access_keys(keys: &[AccessKey], problems: &mut Problems) {
    for (position, key) in keys.iter().enumerate() {
        let number = position + 1;
        if !is_access_key(key) {
            problems.add(format!(
                "access key number {number} must be ID:SECRET, the ID of letters and digits, the secret not empty"
            ));
        } else if keys.iter().take(position).any(|earlier| earlier.id == key.id) {
            problems.add(format!("access key {} is there twice", key.id));
        }
    }
}

fn is_access_key(key: &AccessKey) -> bool {
    let plain = key.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    plain && !key.id.is_empty() && !key.secret.expose().is_empty()
}
