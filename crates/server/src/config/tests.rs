//! Which source wins, what the defaults are, and what is refused.

use super::*;

fn file(text: &str) -> Result<Settings, Problems> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("poolhouse.toml");
    std::fs::write(&path, text).unwrap();
    Config::read_file(&path).map_err(|problems| {
        let shown = problems.to_string().replace(&path.display().to_string(), "FILE");
        Problems::one(shown.trim_start_matches("the configuration is wrong:\n  - ").to_owned())
    })
}

fn problem(settings: Settings) -> String {
    Config::resolve(settings).unwrap_err().to_string()
}

/// A production configuration without a flaw.
fn production() -> Settings {
    Settings {
        mode: Some(Mode::Production),
        public_url: Some("https://id.example.com".to_owned()),
        master_key: Some("a".repeat(64).into()),
        access_keys: vec!["AKIAEXAMPLE:0123456789abcdef".to_owned().into()],
        ..Settings::default()
    }
}

#[test]
fn without_settings_everything_has_its_default() {
    let config = Config::resolve(Settings::default()).unwrap();
    assert_eq!(
        config.to_toml().unwrap(),
        r#"mode = "development"
listen = "127.0.0.1:7665"
public_url = "http://localhost:7665"
issuer_mode = "local"
tls_names = []
database = "sqlite:./poolhouse-data/poolhouse.db"
data_dir = "./poolhouse-data"
region = "us-east-1"
account_id = "000000000000"
mail_from = "no-reply@verificationemail.com"
sms_per_number_per_hour = 0
sms_per_prefix_per_hour = 0
sms_per_prefix_per_day = 0
mails_per_address_per_hour = 0
outbound_allowed_networks = []
hash_queue = 256
key_reserve = 4
max_connections = 10000
trusted_proxies = []
sign_in_failures_per_address = 0
log = "info"
log_format = "text"
access_keys = []
migrate_from = []
"#
    );
    assert_eq!(config.check_safety(), Ok(()));
}

#[test]
fn the_database_and_the_public_url_follow_folder_and_port() {
    let settings = Settings {
        data_dir: Some("/data".into()),
        listen: Some(([0, 0, 0, 0], 0).into()),
        ..Settings::default()
    };
    let config = Config::resolve(settings).unwrap().bound_to(([0, 0, 0, 0], 4000).into());
    assert_eq!(config.database.expose(), "sqlite:/data/poolhouse.db");
    assert_eq!(
        (config.public_url.as_str(), config.listen.port()),
        ("http://localhost:4000", 4000)
    );

    let settings = Settings {
        public_url: Some("http://id.test".to_owned()),
        ..Settings::default()
    };
    let config = Config::resolve(settings).unwrap().bound_to(([0, 0, 0, 0], 4000).into());
    assert_eq!(config.public_url, "http://id.test");
}

#[test]
fn what_is_given_wins_over_the_file_and_the_file_over_the_default() {
    let given = Settings {
        region: Some("eu-west-1".to_owned()),
        ..Settings::default()
    };
    let file =
        file("region = 'eu-west-2'\naccount_id = '123456789012'\n[[access_keys]]\nid = 'A'\nsecret = 's'").unwrap();
    let config = Config::resolve(given.or(file.clone())).unwrap();
    assert_eq!(
        (config.region.as_str(), config.account_id.as_str()),
        ("eu-west-1", "123456789012")
    );
    assert_eq!(config.access_keys, ["A:s".to_owned().into()]);
    assert_eq!((config.mode, config.key_reserve), (Mode::Development, 4));

    let given = Settings {
        access_keys: vec!["B:t".to_owned().into()],
        ..Settings::default()
    };
    assert_eq!(
        Config::resolve(given.or(file)).unwrap().access_keys,
        ["B:t".to_owned().into()]
    );
}

#[test]
fn every_setting_can_stand_in_the_file() {
    let settings = file(
        r#"
        mode = "production"
        listen = "[::1]:80"
        public_url = "https://id.example.com"
        issuer_mode = "custom"
        issuer_url = "https://issuers.example.com"
        tls_listen = "[::1]:443"
        tls_certificate = "/tls/certificate.pem"
        tls_key = "/tls/key.pem"
        database = "postgres://db/house"
        data_dir = "/data"
        region = "eu-central-1"
        account_id = "123456789012"
        master_key_file = "/run/secrets/key"
        smtp_url = "smtps://relay"
        mail_from = "Example <a@example.com>"
        sms_webhook_url = "https://sms.example.com/send"
        sms_webhook_secret = "0123456789abcdef"
        custom_sender_key_file = "/run/secrets/sender-key"
        function_secret = "0123456789abcdef"
        lambda_endpoint = "https://lambda.example.com"
        lambda_session_token = "token"
        outbound_allowed_networks = ["127.0.0.0/8"]
        hash_workers = 3
        hash_queue = 5
        key_reserve = 0
        max_connections = 7
        trusted_proxies = ["10.0.0.0/8", "::1/128"]
        sign_in_failures_per_address = 9
        log = "debug"
        log_format = "json"
        [functions]
        pre-sign-up = "https://functions.example.com"
        [lambda_access_key]
        id = "B"
        secret = "0123456789abcdef"
        [[access_keys]]
        id = "A"
        secret = "0123456789abcdef"
        "#,
    )
    .unwrap();
    let config = Config::resolve(settings).unwrap();
    assert_eq!(
        config.to_toml().unwrap(),
        r#"mode = "production"
listen = "[::1]:80"
public_url = "https://id.example.com"
issuer_mode = "custom"
issuer_url = "https://issuers.example.com"
tls_listen = "[::1]:443"
tls_certificate = "/tls/certificate.pem"
tls_key = "/tls/key.pem"
tls_names = []
database = "postgres://db/house"
data_dir = "/data"
region = "eu-central-1"
account_id = "123456789012"
master_key_file = "/run/secrets/key"
smtp_url = "smtps://relay"
mail_from = "Example <a@example.com>"
sms_webhook_url = "https://sms.example.com/send"
sms_webhook_secret = "redacted"
sms_per_number_per_hour = 20
sms_per_prefix_per_hour = 100
sms_per_prefix_per_day = 500
mails_per_address_per_hour = 100
custom_sender_key_file = "/run/secrets/sender-key"
function_secret = "redacted"
lambda_endpoint = "https://lambda.example.com/"
lambda_session_token = "redacted"
outbound_allowed_networks = ["127.0.0.0/8"]
hash_workers = 3
hash_queue = 5
key_reserve = 0
max_connections = 7
trusted_proxies = ["10.0.0.0/8", "::1/128"]
sign_in_failures_per_address = 9
log = "debug"
log_format = "json"
migrate_from = []

[functions]
pre-sign-up = "https://functions.example.com/"

[lambda_access_key]
id = "B"
secret = "redacted"

[[access_keys]]
id = "A"
secret = "redacted"
"#
    );
}

#[test]
fn a_wrong_file_is_said_without_its_secrets() {
    let wrong = |text| file(text).unwrap_err();
    let said = |sentence: &str| Problems::one(sentence.to_owned());
    assert_eq!(
        wrong("region = 'eu-west-1'\nlisten_on = '127.0.0.1:1'"),
        said(
            "the configuration file FILE is wrong near line 2: unknown field `listen_on`, expected one of `mode`, \
             `listen`, `public_url`, `issuer_mode`, `issuer_url`, `tls_listen`, `tls_certificate`, `tls_key`, \
             `tls_names`, `database`, `data_dir`, `region`, `account_id`, `master_key`, `master_key_file`, \
             `smtp_url`, `mail_from`, `sms_webhook_url`, `sms_webhook_secret`, `sms_sns_region`, \
             `sms_sns_access_key`, `sms_sns_sender_id`, `sms_sns_endpoint`, `sms_twilio_account_sid`, \
             `sms_twilio_auth_token`, `sms_twilio_api_key`, `sms_twilio_from`, `sms_twilio_endpoint`, \
             `sms_per_number_per_hour`, `sms_per_prefix_per_hour`, `sms_per_prefix_per_day`, \
             `mails_per_address_per_hour`, `custom_sender_key`, `custom_sender_key_file`, `kms_region`, \
             `kms_access_key`, `kms_endpoint`, `functions`, `function_secret`, `lambda_endpoint`, \
             `lambda_access_key`, `lambda_session_token`, `outbound_allowed_networks`, `hash_workers`, `hash_queue`, \
             `key_reserve`, `max_connections`, `trusted_proxies`, `sign_in_failures_per_address`, `log`, \
             `log_format`, `access_keys`, `migrate_from`"
        )
    );
    for text in [
        "region = 'eu-west-1'\nmaster_key = 's3cret",
        "[[access_keys]]\nid = 's3cret'\nsecrets = 's3cret'",
        "access_keys = ['A:s3cret']",
        "hash_queue = 's3cret'",
    ] {
        let problem = wrong(text).to_string();
        assert!(
            problem.contains("the configuration file FILE is wrong near line"),
            "{problem}"
        );
        assert!(!problem.contains("s3cret"), "{problem}");
    }
    let missing = Config::read_file(Path::new("/nowhere/poolhouse.toml")).unwrap_err();
    assert_eq!(
        missing,
        said("the configuration file /nowhere/poolhouse.toml cannot be read: No such file or directory (os error 2)")
    );
}

#[test]
fn wrong_values_are_said_all_at_once() {
    let settings = Settings {
        region: Some("mars".to_owned()),
        account_id: Some("12345678901x".to_owned()),
        public_url: Some("ftp://id.example.com".to_owned()),
        master_key: Some("s3cret".to_owned().into()),
        master_key_file: Some("key".into()),
        access_keys: ["A:one", "s3cret", "A:two", "B:"]
            .map(|key| key.to_owned().into())
            .into(),
        ..Settings::default()
    };
    assert_eq!(
        problem(settings),
        r#"the configuration is wrong:
  - public_url is "ftp://id.example.com", but must begin with http:// or https://, such as https://id.example.com
  - region is "mars", but must be the name of an AWS region such as us-east-1
  - account_id is "12345678901x", but must be 12 digits
  - master_key and master_key_file are both set; remove one of them
  - access key number 2 must be ID:SECRET, the ID of letters and digits, the secret not empty
  - access key A is there twice
  - access key number 4 must be ID:SECRET, the ID of letters and digits, the secret not empty"#
    );
}

#[test]
fn a_public_url_is_plain_and_has_no_slash_at_its_end() {
    let url = |text: &str| {
        checked_url("public_url", text).map_err(|problem| problem.split_once("must ").unwrap().1.to_owned())
    };
    assert_eq!(url("https://ID.example.com/"), Ok("https://id.example.com".to_owned()));
    assert_eq!(
        url("http://localhost:7665/id/"),
        Ok("http://localhost:7665/id".to_owned())
    );
    let must = |what: &str| Err(format!("{what}, such as https://id.example.com"));
    assert_eq!(url("id.example.com"), must("be a URL"));
    assert_eq!(
        url("https://u:p@id.example.com"),
        must("have only a host, a port and a path")
    );
    assert_eq!(
        url("https://id.example.com/?a=b"),
        must("have only a host, a port and a path")
    );
    assert_eq!(
        url("https://id.example.com/$(reboot)"),
        must("consist of letters, digits and -._~:/[]%")
    );
}

#[test]
fn regions_have_the_form_of_aws() {
    for region in ["us-east-1", "ap-southeast-7", "us-gov-west-1", "eusc-de-east-1"] {
        assert!(is_region(region), "{region}");
    }
    for region in [
        "",
        "us",
        "us-1",
        "us-east",
        "US-EAST-1",
        "us--1",
        "us-east-1;",
        "us-east-1-",
        "../../x-y-1",
    ] {
        assert!(!is_region(region), "{region}");
    }
}

#[test]
fn production_mode_refuses_what_is_unsafe_and_says_all_of_it() {
    assert_eq!(Config::resolve(production()).unwrap().check_safety(), Ok(()));
    let unsafe_settings = Settings {
        mode: Some(Mode::Production),
        database: Some("sqlite::memory:".to_owned().into()),
        ..Settings::default()
    };
    assert_eq!(
        Config::resolve(unsafe_settings)
            .unwrap()
            .check_safety()
            .unwrap_err()
            .to_string(),
        "production mode is not safe with this configuration:
  - there is no master key, so secrets could not be encrypted: set POOLHOUSE_MASTER_KEY or master_key_file; \
         `openssl rand -base64 32` makes one
  - there are no access keys, so nobody could administer user pools: set POOLHOUSE_ACCESS_KEYS to ID:SECRET, or \
         [[access_keys]] in the configuration file
  - public_url is http://localhost:7665, so passwords and tokens would travel in the clear: set POOLHOUSE_PUBLIC_URL \
         to the https:// address of the proxy in front of this server
  - database is in memory, so a restart would lose every user: set POOLHOUSE_DATABASE"
    );
    let guessable = Settings {
        access_keys: vec!["AKIAEXAMPLE:0123456789abcde".to_owned().into()],
        ..production()
    };
    assert_eq!(
        Config::resolve(guessable)
            .unwrap()
            .check_safety()
            .unwrap_err()
            .to_string(),
        "production mode is not safe with this configuration:\n  - the secret of access key AKIAEXAMPLE can be guessed: \
         it needs 16 characters or more"
    );
}

#[test]
fn addresses_are_limited_by_default_in_production_where_clients_are_known() {
    let limit = |mode, proxies: &[&str], given| {
        let settings = Settings {
            mode: Some(mode),
            trusted_proxies: proxies.iter().map(|network| network.parse().unwrap()).collect(),
            sign_in_failures_per_address: given,
            ..Settings::default()
        };
        Config::resolve(settings).unwrap().sign_in_failures_per_address
    };
    assert_eq!(limit(Mode::Production, &["10.0.0.0/8"], None), 100);
    assert_eq!(limit(Mode::Production, &["10.0.0.0/8"], Some(0)), 0);
    assert_eq!(limit(Mode::Production, &[], None), 0);
    assert_eq!(limit(Mode::Production, &[], Some(50)), 50);
    assert_eq!(limit(Mode::Development, &["10.0.0.0/8"], None), 0);
    assert_eq!(limit(Mode::Development, &[], Some(5)), 5);
}

#[test]
fn no_secret_is_printed() {
    let config = Config::resolve(Settings {
        database: Some("postgres://house:s3cret@db/house".to_owned().into()),
        smtp_url: Some("smtp://house:s3cret@relay".to_owned().into()),
        sms_webhook_url: Some("https://house:s3cret@sms.example.com/?token=s3cret".to_owned().into()),
        sms_webhook_secret: Some("s3cret".to_owned().into()),
        master_key: Some("s3cret".to_owned().into()),
        access_keys: vec!["A:s3cret".to_owned().into()],
        ..Settings::default()
    })
    .unwrap();
    for printed in [config.to_toml().unwrap(), format!("{config:?}")] {
        assert!(
            !printed.contains("s3cret") && printed.matches("redacted").count() == 7,
            "{printed}"
        );
    }
}
