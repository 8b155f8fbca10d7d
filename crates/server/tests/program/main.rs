//! The program as a shell or an orchestrator meets it.

#![cfg(test)]

mod process;
mod tls;

use std::net::TcpListener;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::process::{Server, ended, poolhouse, run};

#[test]
fn without_settings_it_serves_from_a_file_and_ends_at_a_signal() {
    for signal in ["TERM", "INT"] {
        let folder = tempdir().unwrap();
        let server = Server::start(&folder, &[]);
        let address = server.address();
        assert!(server.banner.starts_with("Poolhouse "), "{}", server.banner);
        assert!(folder.path().join("poolhouse-data/poolhouse.db").exists());
        assert_eq!(
            run(&folder, &["healthcheck", "--listen", &address]),
            (0, String::new(), String::new())
        );

        server.signal(signal);
        let (code, log) = server.end();
        assert_eq!(code, 0, "{log}");
        assert!(log.contains("shutting down"), "{log}");
        let (code, output, error) = run(&folder, &["healthcheck", "--listen", &address]);
        assert_eq!((code, output.as_str()), (3, ""));
        assert!(
            error.starts_with(&format!("poolhouse: unhealthy: cannot ask {address}: ")),
            "{error}"
        );
    }
}

#[test]
fn a_json_log_is_json_in_every_line() {
    let folder = tempdir().unwrap();
    let server = Server::start(&folder, &["--log-format", "json", "--database", "sqlite::memory:"]);
    server.signal("TERM");
    let (_, log) = server.end();
    assert!(!log.is_empty());
    for line in log.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        assert!(event["level"].is_string() && event["message"].is_string(), "{line}");
    }
}

#[test]
fn a_flag_wins_over_the_environment_and_the_environment_over_the_file() {
    let folder = tempdir().unwrap();
    let file = "region = 'eu-west-1'\naccount_id = '111111111111'\nlog = 'warn'\n[[access_keys]]\nid = 'FILE'\nsecret = 's3cret'\n";
    std::fs::write(folder.path().join("house.toml"), file).unwrap();
    let output = poolhouse(&folder, &["config", "--region", "eu-west-3"])
        .env("POOLHOUSE_CONFIG", "house.toml")
        .env("POOLHOUSE_REGION", "eu-west-2")
        .env("POOLHOUSE_ACCOUNT_ID", "222222222222")
        .env("POOLHOUSE_ACCESS_KEYS", "ONE:s3cret,TWO:s3cret")
        .output()
        .unwrap();
    let (code, printed, error) = ended(output);
    assert_eq!((code, error.as_str()), (0, ""));
    for line in [
        "region = \"eu-west-3\"",
        "account_id = \"222222222222\"",
        "log = \"warn\"",
        "id = \"ONE\"",
        "id = \"TWO\"",
    ] {
        assert!(
            printed.lines().any(|printed| printed == line),
            "{line} is missing in {printed}"
        );
    }
    assert!(!printed.contains("FILE") && !printed.contains("s3cret"), "{printed}");
}

#[test]
fn wrong_usage_and_unsafe_production_end_with_2() {
    let folder = tempdir().unwrap();
    let (code, _, error) = run(&folder, &["--mode", "staging"]);
    assert_eq!(code, 2, "{error}");
    let (code, _, error) = run(&folder, &["--account-id", "1"]);
    assert_eq!(
        (code, error.as_str()),
        (
            2,
            "poolhouse: the configuration is wrong:\n  - account_id is \"1\", but must be 12 digits\n"
        )
    );
    let (code, output, error) = run(&folder, &["serve", "--mode", "production"]);
    assert_eq!((code, output.as_str()), (2, ""));
    assert!(
        error.starts_with("poolhouse: production mode is not safe with this configuration:\n  - "),
        "{error}"
    );
    assert!(!folder.path().join("poolhouse-data").exists());
}

#[test]
fn a_port_in_use_ends_with_1_before_anything_is_written() {
    let folder = tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let (code, output, error) = run(&folder, &["--listen", &address]);
    assert_eq!((code, output.as_str()), (1, ""));
    assert!(
        error.starts_with(&format!("poolhouse: cannot listen on {address}; another program")),
        "{error}"
    );
    assert!(!folder.path().join("poolhouse-data").exists());
}

#[test]
fn migrate_makes_the_database_and_version_says_which_program_it_is() {
    let folder = tempdir().unwrap();
    let (code, output, error) = run(&folder, &["migrate"]);
    assert_eq!((code, error.as_str()), (0, ""));
    assert!(
        output.ends_with("sqlite:./poolhouse-data/poolhouse.db is up to date\n"),
        "{output}"
    );

    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        run(&folder, &["version"]),
        (0, format!("poolhouse {version}\n"), String::new())
    );
    let (_, output, _) = run(&folder, &["version", "--json"]);
    assert_eq!(
        serde_json::from_str::<Value>(&output).unwrap(),
        json!({"name": "poolhouse", "version": version})
    );
}
