//! The settings as they are given: by flag, environment variable or TOML key, each of them optional.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use ipnet::IpNet;
use serde::Deserialize;

use super::functions::{FunctionSetting, from_table};
use super::migrate_from::MigrateFrom;
use super::secret::{ConnectionUrl, Secret};
use super::values::{AccessKey, IssuerMode, LogFormat, Mode};

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
    /// receives. Without a webhook, Amazon SNS or Twilio, SMS stays in the inbox of development mode.
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

    /// The account at Twilio that sends SMS, instead of a webhook.
    #[arg(long, env = "POOLHOUSE_SMS_TWILIO_ACCOUNT_SID", value_name = "SID", global = true)]
    pub sms_twilio_account_sid: Option<String>,

    /// The token of that account.
    #[arg(
        long,
        env = "POOLHOUSE_SMS_TWILIO_AUTH_TOKEN",
        value_name = "TOKEN",
        global = true,
        hide_env_values = true
    )]
    pub sms_twilio_auth_token: Option<Secret>,

    /// An API key of that account, instead of its token: `ID:SECRET`; in the file, a table with `id` and `secret`.
    #[arg(
        long,
        env = "POOLHOUSE_SMS_TWILIO_API_KEY",
        value_name = "ID:SECRET",
        global = true,
        hide_env_values = true
    )]
    pub sms_twilio_api_key: Option<AccessKey>,

    /// The sender of SMS by Twilio: a phone number, a name of letters and digits, or the id of a messaging service.
    #[arg(long, env = "POOLHOUSE_SMS_TWILIO_FROM", value_name = "SENDER", global = true)]
    pub sms_twilio_from: Option<String>,

    /// What speaks like Twilio; by default `https://api.twilio.com`.
    #[arg(
        long,
        env = "POOLHOUSE_SMS_TWILIO_ENDPOINT",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub sms_twilio_endpoint: Option<ConnectionUrl>,

    /// How many SMS a phone number is sent within an hour; then callers are told `LimitExceededException`. 0 is no limit.
    /// By default 20 in production mode.
    #[arg(long, env = "POOLHOUSE_SMS_PER_NUMBER_PER_HOUR", value_name = "COUNT", global = true)]
    pub sms_per_number_per_hour: Option<u32>,

    /// How many SMS are sent within an hour to all phone numbers that begin with the same seven digits; 0 is no limit. By
    /// default 100 in production mode.
    #[arg(long, env = "POOLHOUSE_SMS_PER_PREFIX_PER_HOUR", value_name = "COUNT", global = true)]
    pub sms_per_prefix_per_hour: Option<u32>,

    /// The same within a day. By default 500 in production mode.
    #[arg(long, env = "POOLHOUSE_SMS_PER_PREFIX_PER_DAY", value_name = "COUNT", global = true)]
    pub sms_per_prefix_per_day: Option<u32>,

    /// How many mails an address is sent within an hour; 0 is no limit. By default 100 in production mode.
    #[arg(
        long,
        env = "POOLHOUSE_MAILS_PER_ADDRESS_PER_HOUR",
        value_name = "COUNT",
        global = true
    )]
    pub mails_per_address_per_hour: Option<u32>,

    /// The key under which codes are encrypted for the functions that send them, CustomEmailSender and CustomSMSSender: 32
    /// bytes in Base64 or hexadecimal. `docs/custom-senders.md` says how functions decrypt. Prefer the environment or a
    /// file: flags are visible in the process list.
    #[arg(
        long,
        env = "POOLHOUSE_CUSTOM_SENDER_KEY",
        value_name = "KEY",
        global = true,
        hide_env_values = true
    )]
    pub custom_sender_key: Option<Secret>,

    /// A file that holds the key for custom senders.
    #[arg(long, env = "POOLHOUSE_CUSTOM_SENDER_KEY_FILE", value_name = "FILE", global = true)]
    pub custom_sender_key_file: Option<PathBuf>,

    /// The AWS region whose AWS KMS has the keys for custom senders, instead of one local key.
    #[arg(long, env = "POOLHOUSE_KMS_REGION", value_name = "REGION", global = true)]
    pub kms_region: Option<String>,

    /// The AWS access key that may call `kms:GenerateDataKey`: `ID:SECRET`; in the file, a table with `id` and `secret`.
    #[arg(
        long,
        env = "POOLHOUSE_KMS_ACCESS_KEY",
        value_name = "ID:SECRET",
        global = true,
        hide_env_values = true
    )]
    pub kms_access_key: Option<AccessKey>,

    /// An endpoint that speaks like AWS KMS; by default Amazon's own in that region.
    #[arg(
        long,
        env = "POOLHOUSE_KMS_ENDPOINT",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub kms_endpoint: Option<ConnectionUrl>,

    /// Where the functions behind triggers are, each as `NAME=URL`, NAME being the function's ARN or its name, separated by
    /// commas or by repeating the flag; in the file, a table `[functions]` of names and URLs, or, in development mode, of
    /// names and `{ command = ["program", "argument"] }`. `docs/triggers.md` says how functions are called.
    #[arg(
        long = "function",
        env = "POOLHOUSE_FUNCTIONS",
        value_name = "NAME=URL",
        value_delimiter = ',',
        global = true,
        hide_env_values = true
    )]
    #[serde(default, deserialize_with = "from_table")]
    pub functions: Vec<FunctionSetting>,

    /// The secret shared with the services among the functions, under which every request to them is signed.
    #[arg(
        long,
        env = "POOLHOUSE_FUNCTION_SECRET",
        value_name = "SECRET",
        global = true,
        hide_env_values = true
    )]
    pub function_secret: Option<Secret>,

    /// An endpoint that speaks like AWS Lambda, for functions that `functions` does not name; by default Amazon's own in the
    /// region of the function, if there is a `lambda_access_key`.
    #[arg(long, env = "POOLHOUSE_LAMBDA_ENDPOINT", value_name = "URL", global = true)]
    pub lambda_endpoint: Option<ConnectionUrl>,

    /// The AWS access key that may call functions: `ID:SECRET`; in the file, a table with `id` and `secret`.
    #[arg(
        long,
        env = "POOLHOUSE_LAMBDA_ACCESS_KEY",
        value_name = "ID:SECRET",
        global = true,
        hide_env_values = true
    )]
    pub lambda_access_key: Option<AccessKey>,

    /// The session token of a `lambda_access_key` that is temporary.
    #[arg(
        long,
        env = "POOLHOUSE_LAMBDA_SESSION_TOKEN",
        value_name = "TOKEN",
        global = true,
        hide_env_values = true
    )]
    pub lambda_session_token: Option<Secret>,

    /// The networks of this machine and private networks that production mode may call functions in, such as `10.0.0.0/8`,
    /// separated by commas or by repeating the flag. Link-local addresses are never called.
    #[arg(
        long = "outbound-allowed-network",
        env = "POOLHOUSE_OUTBOUND_ALLOWED_NETWORKS",
        value_name = "NETWORK",
        value_delimiter = ',',
        global = true
    )]
    #[serde(default)]
    pub outbound_allowed_networks: Vec<IpNet>,

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

    /// The user pools elsewhere, at Amazon or at another Poolhouse, that users move here from with their passwords, each as
    /// `POOL=CLIENT_ID[:SECRET]@REGION` or `POOL=CLIENT_ID[:SECRET]@URL`, POOL being the id of the pool here, separated by
    /// commas or by repeating the flag; in the file, `[[migrate_from]]` tables with `pool`, `client_id`, `client_secret`
    /// and either `region` or `endpoint`. `docs/migration.md` says how users move.
    #[arg(
        long,
        env = "POOLHOUSE_MIGRATE_FROM",
        value_name = "POOL=CLIENT_ID@WHERE",
        value_delimiter = ',',
        global = true,
        hide_env_values = true
    )]
    #[serde(default)]
    pub migrate_from: Vec<MigrateFrom>,
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
            sms_twilio_account_sid: self.sms_twilio_account_sid.or(fallback.sms_twilio_account_sid),
            sms_twilio_auth_token: self.sms_twilio_auth_token.or(fallback.sms_twilio_auth_token),
            sms_twilio_api_key: self.sms_twilio_api_key.or(fallback.sms_twilio_api_key),
            sms_twilio_from: self.sms_twilio_from.or(fallback.sms_twilio_from),
            sms_twilio_endpoint: self.sms_twilio_endpoint.or(fallback.sms_twilio_endpoint),
            sms_per_number_per_hour: self.sms_per_number_per_hour.or(fallback.sms_per_number_per_hour),
            sms_per_prefix_per_hour: self.sms_per_prefix_per_hour.or(fallback.sms_per_prefix_per_hour),
            sms_per_prefix_per_day: self.sms_per_prefix_per_day.or(fallback.sms_per_prefix_per_day),
            mails_per_address_per_hour: self.mails_per_address_per_hour.or(fallback.mails_per_address_per_hour),
            custom_sender_key: self.custom_sender_key.or(fallback.custom_sender_key),
            custom_sender_key_file: self.custom_sender_key_file.or(fallback.custom_sender_key_file),
            kms_region: self.kms_region.or(fallback.kms_region),
            kms_access_key: self.kms_access_key.or(fallback.kms_access_key),
            kms_endpoint: self.kms_endpoint.or(fallback.kms_endpoint),
            functions: first_given(self.functions, fallback.functions),
            function_secret: self.function_secret.or(fallback.function_secret),
            lambda_endpoint: self.lambda_endpoint.or(fallback.lambda_endpoint),
            lambda_access_key: self.lambda_access_key.or(fallback.lambda_access_key),
            lambda_session_token: self.lambda_session_token.or(fallback.lambda_session_token),
            outbound_allowed_networks: first_given(self.outbound_allowed_networks, fallback.outbound_allowed_networks),
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
            migrate_from: first_given(self.migrate_from, fallback.migrate_from),
        }
    }
}

fn first_given<T>(list: Vec<T>, fallback: Vec<T>) -> Vec<T> {
    if list.is_empty() { fallback } else { list }
}
