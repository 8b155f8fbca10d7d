//! Which certificates there are for whom, and for how long.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use poolhouse_crypto::entropy::SeededEntropy;
use poolhouse_crypto::seal::{MasterKey, Sealer};
use poolhouse_domain::{DAY, HOUR, SECOND, Timestamp};
use poolhouse_storage::{ConnectOptions, Db};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, Error, RootCertStore};
use tempfile::TempDir;

use super::authority::{Authority, CERTIFICATE_LIFE};
use super::*;
use crate::config::TlsFiles;

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
/// How long an authority is valid.
const AUTHORITY_LIFE: i64 = 3650 * DAY;
/// The longest life of a certificate that clients accept.
const LONGEST_LIFE: i64 = 397 * DAY;

#[derive(Default)]
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        START.plus_millis(self.0.load(Ordering::Relaxed))
    }
}

impl TestClock {
    fn set(&self, millis: i64) {
        self.0.store(millis, Ordering::Relaxed);
    }
}

/// Certificates with the further names `id.test` and `*.wild.test`, and a client that trusts their authority.
struct House {
    clock: Arc<TestClock>,
    certificates: IssuedCertificates,
    client: Arc<WebPkiServerVerifier>,
}

impl House {
    fn new() -> Self {
        let authority = Authority::generate(START).unwrap();
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(authority.certificate().as_bytes()).unwrap())
            .unwrap();
        let client = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider());
        let clock = Arc::<TestClock>::default();
        let names = ["id.test", "*.wild.test"].map(str::to_owned);
        Self {
            certificates: IssuedCertificates::new(authority, &names, Arc::clone(&clock) as _),
            clock,
            client: client.build().unwrap(),
        }
    }

    /// What the client says to the certificate that it gets for `name`, by its own clock.
    fn accepts(&self, name: &str, clock: i64) -> Result<(), Error> {
        let server_name = ServerName::try_from(name.to_owned()).unwrap();
        let asked = matches!(server_name, ServerName::DnsName(_)).then_some(name);
        self.verify(&self.certificates.certificate(asked).unwrap(), &server_name, clock)
    }

    fn verify(&self, certificate: &CertifiedKey, name: &ServerName<'_>, clock: i64) -> Result<(), Error> {
        let now = UnixTime::since_unix_epoch(Duration::from_millis(START.plus_millis(clock).millis() as u64));
        let (end, between) = certificate.cert.split_first().unwrap();
        self.client.verify_server_cert(end, between, name, &[], now).map(drop)
    }
}

#[test]
fn each_name_of_ours_gets_a_certificate_for_it() {
    let house = House::new();
    for name in [
        "localhost",
        "127.0.0.1",
        "::1",
        "tour.auth.localhost",
        "id.test",
        "any.wild.test",
        "cognito-idp.us-east-1.amazonaws.com",
        "cognito-idp.eu-central-1.amazonaws.com",
        "issuer-cognito-idp.us-east-1.amazonaws.com",
        "tour.auth.us-east-1.amazoncognito.com",
    ] {
        assert_eq!(house.accepts(name, 0), Ok(()), "{name}");
    }
}

#[test]
fn no_certificate_is_for_a_name_that_is_not_ours() {
    let house = House::new();
    for name in [
        "evil.example",
        "192.0.2.1",
        "auth.localhost",
        "s3.us-east-1.amazonaws.com",
        "cognito-idp.us-east-1.amazonaws.com.evil.example",
        "cognito-idp.evil.amazonaws.com",
        "evil.cognito-idp.us-east-1.amazonaws.com",
        "issuer-issuer-cognito-idp.us-east-1.amazonaws.com",
        "auth.us-east-1.amazoncognito.com",
        "a.b.auth.us-east-1.amazoncognito.com",
        "tour.evil.us-east-1.amazoncognito.com",
    ] {
        assert!(
            matches!(
                house.accepts(name, 0),
                Err(Error::InvalidCertificate(
                    CertificateError::NotValidForNameContext { .. }
                ))
            ),
            "{name}: {:?}",
            house.accepts(name, 0)
        );
    }
}

#[test]
fn a_certificate_is_renewed_before_it_ends() {
    let house = House::new();
    let name = ServerName::try_from("localhost").unwrap();
    let first = house.certificates.certificate(None).unwrap();
    const { assert!(CERTIFICATE_LIFE + HOUR <= LONGEST_LIFE) };
    assert_eq!(house.verify(&first, &name, -HOUR), Ok(()));
    assert_eq!(house.verify(&first, &name, CERTIFICATE_LIFE - SECOND), Ok(()));
    for (clock, expected) in [
        (-HOUR - SECOND, "certificate not valid yet"),
        (CERTIFICATE_LIFE + SECOND, "certificate expired"),
    ] {
        let refusal = house.verify(&first, &name, clock).unwrap_err().to_string();
        assert!(refusal.contains(expected), "{refusal}");
    }

    house.clock.set(60 * DAY - SECOND);
    assert!(Arc::ptr_eq(&first, &house.certificates.certificate(None).unwrap()));
    house.clock.set(60 * DAY);
    let second = house.certificates.certificate(None).unwrap();
    assert!(!Arc::ptr_eq(&first, &second));
    assert_eq!(house.verify(&second, &name, 149 * DAY), Ok(()));
    assert!(Arc::ptr_eq(
        &second,
        &house.certificates.certificate(Some("localhost")).unwrap()
    ));
}

#[test]
fn no_certificate_outlives_its_authority() {
    let house = House::new();
    house.clock.set(AUTHORITY_LIFE - 10 * DAY);
    assert_eq!(house.accepts("localhost", AUTHORITY_LIFE - SECOND), Ok(()));
    let refusal = house
        .accepts("localhost", AUTHORITY_LIFE + SECOND)
        .unwrap_err()
        .to_string();
    assert!(
        refusal.starts_with("invalid peer certificate: certificate expired"),
        "{refusal}"
    );
    // After the end of the authority the client is told so, by a certificate that has ended too.
    house.clock.set(AUTHORITY_LIFE + DAY);
    let refusal = house.accepts("localhost", AUTHORITY_LIFE + DAY).unwrap_err();
    assert_eq!(refusal.to_string(), "invalid peer certificate: Expired");
}

#[tokio::test]
async fn an_installation_has_one_authority_whoever_asks_first() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite:{}/poolhouse.db", folder.path().display());
    let entropy = Arc::new(SeededEntropy::new("authority"));
    let sealer = Arc::new(Sealer::new(&MasterKey::generate(&*entropy)).unwrap());
    let db = Db::connect(&url, ConnectOptions::default()).await.unwrap();
    db.migrate().await.unwrap();
    let node = || Store::new(db.clone(), Arc::clone(&sealer), Arc::clone(&entropy) as _);
    let (one, other) = (node(), node());
    let (one, other) = tokio::join!(
        authority::of_installation(&one, START),
        authority::of_installation(&other, START)
    );
    let certificate = one.unwrap().certificate().to_owned();
    assert_eq!(other.unwrap().certificate(), certificate);
    let later = authority::of_installation(&node(), START.plus_millis(DAY))
        .await
        .unwrap();
    assert_eq!(later.certificate(), certificate);
    later.issue(&["localhost".to_owned()], START).unwrap();

    let stranger = Arc::new(Sealer::new(&MasterKey::generate(&SeededEntropy::new("another"))).unwrap());
    let stranger = Store::new(db.clone(), stranger, entropy);
    let refusal = authority::of_installation(&stranger, START).await.err().unwrap();
    assert_eq!(
        refusal.to_string(),
        "the local certificate authority in the database can't be used"
    );
}

/// Writes a certificate for `id.test` and its key; gives their PEM.
fn write_pair(certificate: &Path, key: &Path) -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["id.test".to_owned()]).unwrap();
    let texts = (made.cert.pem(), made.signing_key.serialize_pem());
    std::fs::write(certificate, &texts.0).unwrap();
    std::fs::write(key, &texts.1).unwrap();
    texts
}

#[test]
fn files_are_read_again_and_stay_in_use_when_they_are_spoilt() {
    let folder = TempDir::new().unwrap();
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    let der = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let first = write_pair(&certificate, &key).0;
    let files = CertificateFiles::load(TlsFiles {
        certificate: &certificate,
        key: &key,
    });
    let files = files.unwrap();
    assert_eq!(files.certificate().cert, [der(&first)]);

    let second = write_pair(&certificate, &key).0;
    assert_eq!(files.certificate().cert, [der(&first)]);
    files.reload().unwrap();
    assert_eq!(files.certificate().cert, [der(&second)]);
    std::fs::write(&key, "spoilt").unwrap();
    files.reload().unwrap_err();
    assert_eq!(files.certificate().cert, [der(&second)]);
}

#[test]
fn a_file_that_can_not_be_used_is_said_with_what_is_wrong() {
    let folder = TempDir::new().unwrap();
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    let (certificate_text, key_text) = write_pair(&certificate, &key);
    let problem = || {
        let files = TlsFiles {
            certificate: &certificate,
            key: &key,
        };
        let error = format!("{:#}", CertificateFiles::load(files).err().unwrap());
        error.replace(&format!("{}/", folder.path().display()), "")
    };
    std::fs::write(&key, &certificate_text).unwrap();
    assert_eq!(problem(), "the file tls_key, key.pem, holds no private key in PEM");
    let other = rcgen::KeyPair::generate().unwrap().serialize_pem();
    std::fs::write(&key, other).unwrap();
    assert_eq!(
        problem(),
        "the private key in tls_key, key.pem, is not that of the certificate in tls_certificate, certificate.pem"
    );
    std::fs::remove_file(&key).unwrap();
    assert_eq!(
        problem(),
        "the file tls_key, key.pem, can't be read: No such file or directory (os error 2)"
    );
    std::fs::write(&certificate, &key_text).unwrap();
    assert_eq!(
        problem(),
        "the file tls_certificate, certificate.pem, holds no certificate in PEM"
    );
    std::fs::write(&certificate, "-----BEGIN CERTIFICATE-----\ns3cret").unwrap();
    let spoilt = problem();
    assert_eq!(
        spoilt,
        "the file tls_certificate, certificate.pem, can't be read: it is not PEM"
    );
    std::fs::remove_file(&certificate).unwrap();
    assert_eq!(
        problem(),
        "the file tls_certificate, certificate.pem, can't be read: No such file or directory (os error 2)"
    );
}
