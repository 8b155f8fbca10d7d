//! The local certificate authority of development mode, which clients can be told to trust.

use anyhow::{Context, anyhow};
use poolhouse_domain::{DAY, HOUR, Timestamp};
use poolhouse_storage::Store;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::sign::CertifiedKey;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::provider;

/// How long the authority is valid, in milliseconds.
const AUTHORITY_LIFE: i64 = 3650 * DAY;
/// How long the certificates are valid that it issues, in milliseconds. Clients refuse more than 398 days.
pub const CERTIFICATE_LIFE: i64 = 90 * DAY;
/// How far the clocks of clients may be behind, in milliseconds.
const TOLERANCE: i64 = HOUR;
const NAME: &str = "Poolhouse local certificate authority";
const ORGANIZATION: &str = "Poolhouse, development mode";
/// Where the store keeps it.
const SETTING: &str = "local_certificate_authority";

/// A certificate authority: its certificate, which is public, and its key, which leaves the program only sealed.
pub struct Authority {
    certificate: String,
    expires_at: Timestamp,
    issuer: Issuer<'static, KeyPair>,
}

/// An authority as it is stored.
#[derive(Serialize, Deserialize)]
struct Document {
    /// PEM.
    certificate: String,
    /// PKCS#8 in PEM.
    key: String,
    expires_at: Timestamp,
}

/// The authority of the installation, which is made the first time that somebody asks for it.
pub async fn of_installation(store: &Store, now: Timestamp) -> anyhow::Result<Authority> {
    let problem = "the local certificate authority in the database can't be used";
    let settings = || store.sealed_settings();
    if let Some(document) = settings().find(SETTING).await.context(problem)? {
        return Authority::read(&document).context(problem);
    }
    let made = Authority::generate(now)?.write()?;
    settings().keep(SETTING, &made).await.context(problem)?;
    // Another node may have been faster.
    let kept = settings().find(SETTING).await.context(problem)?;
    Authority::read(&kept.context(problem)?).context(problem)
}

impl Authority {
    /// Makes an authority that is valid from now on.
    pub fn generate(now: Timestamp) -> anyhow::Result<Self> {
        let expires_at = now.plus_millis(AUTHORITY_LIFE);
        let mut parameters = parameters(&[], NAME, now, expires_at)?;
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().context("no key for the local certificate authority")?;
        let certificate = parameters.self_signed(&key)?.pem();
        Ok(Self {
            certificate,
            expires_at,
            issuer: Issuer::new(parameters, key),
        })
    }

    /// The certificate in PEM, for clients to trust.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Issues a certificate for these names and addresses, valid until the returned time.
    pub fn issue(&self, names: &[String], now: Timestamp) -> anyhow::Result<(CertifiedKey, Timestamp)> {
        let common_name = names.first().context("a certificate needs a name")?;
        let expires_at = now.plus_millis(CERTIFICATE_LIFE).min(self.expires_at);
        let mut parameters = parameters(names, common_name, now, expires_at)?;
        parameters.use_authority_key_identifier_extension = true;
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().context("no key for a certificate")?;
        let certificate = parameters.signed_by(&key, &self.issuer)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        let certified = CertifiedKey::from_der(vec![certificate.der().clone()], key, &provider())?;
        Ok((certified, expires_at))
    }

    fn read(document: &[u8]) -> anyhow::Result<Self> {
        // The error of serde_json quotes what it can't read.
        let document: Document = serde_json::from_slice(document).map_err(|_| anyhow!("it can't be read"))?;
        let key = KeyPair::from_pem(&document.key)?;
        Ok(Self {
            issuer: Issuer::from_ca_cert_pem(&document.certificate, key)?,
            certificate: document.certificate,
            expires_at: document.expires_at,
        })
    }

    fn write(&self) -> anyhow::Result<Vec<u8>> {
        Ok(serde_json::to_vec(&Document {
            certificate: self.certificate.clone(),
            key: self.issuer.key().serialize_pem(),
            expires_at: self.expires_at,
        })?)
    }
}

fn parameters(
    names: &[String],
    common_name: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> anyhow::Result<CertificateParams> {
    let mut parameters = CertificateParams::new(names)?;
    parameters.not_before = date(now.plus_millis(-TOLERANCE))?;
    parameters.not_after = date(expires_at)?;
    parameters.distinguished_name = DistinguishedName::new();
    parameters
        .distinguished_name
        .push(DnType::OrganizationName, ORGANIZATION);
    parameters.distinguished_name.push(DnType::CommonName, common_name);
    Ok(parameters)
}

fn date(time: Timestamp) -> anyhow::Result<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(time.seconds()).context("the clock is beyond all calendars")
}
