//! HTTPS: which certificates the listener shows, and what it agrees to with clients.

pub mod authority;
mod files;
mod issued;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use anyhow::Context;
use poolhouse_domain::Clock;
use poolhouse_storage::Store;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::ResolvesServerCert;
use rustls::version::{TLS12, TLS13};
use tokio_rustls::TlsAcceptor;

pub use files::CertificateFiles;
pub use issued::IssuedCertificates;

use crate::config::Config;

/// Where the certificates of the listener come from.
#[derive(Clone)]
pub enum Certificates {
    /// From the configured files.
    Files(Arc<CertificateFiles>),
    /// From the local certificate authority of development mode.
    Issued(Arc<IssuedCertificates>),
}

impl Certificates {
    /// The certificates that the configuration asks for. Files win; without them the local authority is made when it is
    /// missing.
    pub async fn prepare(config: &Config, store: &Store, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        if let Some(files) = config.tls_files() {
            return Ok(Self::Files(Arc::new(CertificateFiles::load(files)?)));
        }
        let authority = authority::of_installation(store, clock.now()).await?;
        let issued = IssuedCertificates::new(authority, &config.tls_names, clock);
        Ok(Self::Issued(Arc::new(issued)))
    }

    /// What the listener does with new connections.
    pub fn acceptor(&self) -> anyhow::Result<TlsAcceptor> {
        let resolver: Arc<dyn ResolvesServerCert> = match self {
            Self::Files(files) => Arc::clone(files) as _,
            Self::Issued(issued) => Arc::clone(issued) as _,
        };
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13, &TLS12])
            .context("the cryptography of TLS is not usable")?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// The cryptography of all TLS.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
