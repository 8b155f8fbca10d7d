//! `poolhouse ca`: the certificate that clients of development mode have to trust.

use std::sync::Arc;

use anyhow::Context;
use poolhouse_crypto::entropy::SystemEntropy;
use poolhouse_domain::{Clock, SystemClock};

use crate::cli::Failure;
use crate::config::{Config, Mode, Place, Problems};
use crate::tls::authority;
use crate::wiring;

/// Prints the certificate of the local authority in PEM; makes the authority when it is missing.
pub fn run(config: &Config) -> Result<(), Failure> {
    check(config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    Ok(super::print(&runtime.block_on(certificate(config))?)?)
}

/// Refuses where there is no authority to be shown.
fn check(config: &Config) -> Result<(), Problems> {
    if config.mode == Mode::Production {
        return Err(Problems::one(
            "production mode has no certificate authority of its own: it serves the certificate in tls_certificate"
                .to_owned(),
        ));
    }
    if config.place() == Place::Memory {
        return Err(Problems::one(
            "database is in memory, so its certificate authority is gone with each process: keep it in a file"
                .to_owned(),
        ));
    }
    Ok(())
}

async fn certificate(config: &Config) -> anyhow::Result<String> {
    let store = wiring::open(config, Arc::new(SystemEntropy)).await?.store;
    let authority = authority::of_installation(&store, SystemClock.now()).await?;
    store.db().close().await;
    Ok(authority.certificate().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[tokio::test]
    async fn the_certificate_is_the_same_at_every_call() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::resolve(Settings {
            data_dir: Some(folder.path().into()),
            ..Settings::default()
        });
        let config = config.unwrap();
        let first = certificate(&config).await.unwrap();
        assert!(
            first.starts_with("-----BEGIN CERTIFICATE-----") && !first.contains("KEY"),
            "{first}"
        );
        assert_eq!(certificate(&config).await.unwrap(), first);
    }

    #[test]
    fn without_an_authority_it_is_said_why() {
        let problem = |settings| check(&Config::resolve(settings).unwrap()).unwrap_err().to_string();
        assert_eq!(
            problem(Settings {
                mode: Some(Mode::Production),
                ..Settings::default()
            }),
            "the configuration is wrong:\n  - production mode has no certificate authority of its own: it serves the \
             certificate in tls_certificate"
        );
        assert_eq!(
            problem(Settings {
                database: Some("sqlite::memory:".to_owned().into()),
                ..Settings::default()
            }),
            "the configuration is wrong:\n  - database is in memory, so its certificate authority is gone with each \
             process: keep it in a file"
        );
    }
}
