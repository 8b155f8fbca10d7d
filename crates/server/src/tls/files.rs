//! A certificate that somebody else has issued, in files.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context, bail};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};

use super::provider;
use crate::config::TlsFiles;

/// The certificate in the configured files, which may be replaced while the server runs.
#[derive(Debug)]
pub struct CertificateFiles {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<CertifiedKey>>,
}

impl CertificateFiles {
    /// Reads the files.
    pub fn load(files: TlsFiles<'_>) -> anyhow::Result<Self> {
        Ok(Self {
            certificate: files.certificate.to_owned(),
            key: files.key.to_owned(),
            current: RwLock::new(read(files)?),
        })
    }

    /// Reads the files again, for connections from now on. What was there stays when they can't be used.
    pub fn reload(&self) -> anyhow::Result<()> {
        let read = read(TlsFiles {
            certificate: &self.certificate,
            key: &self.key,
        })?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    /// The certificate in use.
    pub fn certificate(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn read(files: TlsFiles<'_>) -> anyhow::Result<Arc<CertifiedKey>> {
    let (certificate, key) = (files.certificate.display(), files.key.display());
    let chain: Vec<_> = CertificateDer::pem_file_iter(files.certificate)
        .and_then(Iterator::collect)
        .map_err(plain)
        .with_context(|| format!("the file tls_certificate, {certificate}, can't be read"))?;
    if chain.is_empty() {
        bail!("the file tls_certificate, {certificate}, holds no certificate in PEM");
    }
    let private = match PrivateKeyDer::from_pem_file(files.key) {
        Err(pem::Error::NoItemsFound) => bail!("the file tls_key, {key}, holds no private key in PEM"),
        other => other
            .map_err(plain)
            .with_context(|| format!("the file tls_key, {key}, can't be read"))?,
    };
    match CertifiedKey::from_der(chain, private, &provider()) {
        Ok(certified) => Ok(Arc::new(certified)),
        Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            bail!("the private key in tls_key, {key}, is not that of the certificate in tls_certificate, {certificate}")
        }
        Err(error) => Err(error).with_context(|| {
            format!("the certificate in tls_certificate, {certificate}, can't be used with the private key in {key}")
        }),
    }
}

/// Says what is wrong with a file, without anything of what stands in it.
fn plain(error: pem::Error) -> anyhow::Error {
    match error {
        pem::Error::Io(error) => error.into(),
        _ => anyhow::anyhow!("it is not PEM"),
    }
}

impl ResolvesServerCert for CertificateFiles {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.certificate())
    }
}
