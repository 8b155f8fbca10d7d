//! HTTPS, with a client that trusts what it was given and nothing else.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use poolhouse_server::tls::provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::{TempDir, tempdir};

use crate::process::{Server, run};

/// How long a signal may take to have its effect.
const PATIENCE: Duration = Duration::from_secs(20);
const HTTPS: [&str; 2] = ["--tls-listen", "127.0.0.1:0"];

/// The status line of `/readyz` by this name, or what is wrong with the connection.
fn ready(address: &str, name: &'static str, authority: &str) -> Result<String, String> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = ClientConnection::new(Arc::new(config), ServerName::try_from(name).unwrap()).unwrap();
    let mut stream = StreamOwned::new(client, TcpStream::connect(address).unwrap());
    let request = format!("GET /readyz HTTP/1.1\r\nhost: {name}\r\nconnection: close\r\n\r\n");
    let mut answer = String::new();
    stream
        .write_all(request.as_bytes())
        .and_then(|()| stream.read_to_string(&mut answer))
        .map_err(|error| error.to_string())?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

fn authority(folder: &TempDir) -> String {
    let (code, certificate, error) = run(folder, &["ca"]);
    assert_eq!((code, error.as_str()), (0, ""));
    certificate
}

/// Writes a certificate for `id.test` that is its own authority, and its key.
fn write_pair(folder: &Path) -> String {
    let made = rcgen::generate_simple_self_signed(["id.test".to_owned()]).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(folder.join("certificate.pem"), made.cert.pem()).unwrap();
    made.cert.pem()
}

#[test]
fn the_certificate_authority_is_the_same_before_a_server_beside_it_and_after_it() {
    let folder = tempdir().unwrap();
    let certificate = authority(&folder);
    for _ in 0..2 {
        let server = Server::start(&folder, &HTTPS);
        let address = server.https_address();
        for name in [
            "localhost",
            "cognito-idp.us-east-1.amazonaws.com",
            "tour.auth.localhost",
        ] {
            assert_eq!(
                ready(&address, name, &certificate).as_deref(),
                Ok("HTTP/1.1 200 OK"),
                "{name}"
            );
        }
        assert_eq!(authority(&folder), certificate);
        server.signal("TERM");
        let (code, log) = server.end();
        assert_eq!(code, 0, "{log}");
        assert!(!log.contains("PRIVATE KEY"), "{log}");
    }
    let elsewhere = authority(&tempdir().unwrap());
    assert_ne!(elsewhere, certificate);
    let server = Server::start(&folder, &HTTPS);
    let refusal = ready(&server.https_address(), "localhost", &elsewhere).unwrap_err();
    assert!(refusal.starts_with("invalid peer certificate: "), "{refusal}");
}

#[test]
fn certificate_files_are_read_again_at_a_signal() {
    let folder = tempdir().unwrap();
    let first = write_pair(folder.path());
    let files = ["--tls-certificate", "certificate.pem", "--tls-key", "key.pem"];
    let server = Server::start(&folder, &[HTTPS.as_slice(), &files].concat());
    let address = server.https_address();
    assert_eq!(ready(&address, "id.test", &first).as_deref(), Ok("HTTP/1.1 200 OK"));
    assert!(!server.banner.contains("poolhouse ca"), "{}", server.banner);

    let second = write_pair(folder.path());
    server.signal("HUP");
    let deadline = Instant::now() + PATIENCE;
    while let Err(refusal) = ready(&address, "id.test", &second) {
        assert!(refusal.starts_with("invalid peer certificate: "), "{refusal}");
        assert!(Instant::now() < deadline, "the old certificate is still there");
    }
    server.signal("TERM");
    assert_eq!(server.end().0, 0);
}

#[test]
fn a_key_of_another_certificate_ends_with_1() {
    let folder = tempdir().unwrap();
    write_pair(folder.path());
    let other = rcgen::KeyPair::generate().unwrap().serialize_pem();
    std::fs::write(folder.path().join("key.pem"), other).unwrap();
    let files = ["--tls-certificate", "certificate.pem", "--tls-key", "key.pem"];
    let listen = ["--listen", "127.0.0.1:0"];
    let (code, output, error) = run(&folder, &[listen.as_slice(), &HTTPS, &files].concat());
    assert_eq!((code, output.as_str()), (1, ""));
    assert!(
        error.ends_with(
            "poolhouse: the private key in tls_key, key.pem, is not that of the certificate in tls_certificate, \
             certificate.pem\n"
        ),
        "{error}"
    );
}
