//! What the listener bears at a door for HTTPS.

use poolhouse_domain::{Clock, SystemClock};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;
use crate::tls::authority::Authority;
use crate::tls::{Certificates, IssuedCertificates, provider};

/// A server with certificates of an authority, and what it takes to trust that authority.
struct Encrypted {
    server: Server,
    roots: Arc<RootCertStore>,
}

impl Encrypted {
    async fn start(limits: Limits) -> Self {
        let authority = Authority::generate(SystemClock.now()).unwrap();
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(authority.certificate().as_bytes()).unwrap())
            .unwrap();
        let certificates = IssuedCertificates::new(authority, &[], Arc::new(SystemClock));
        let tls = Certificates::Issued(Arc::new(certificates)).acceptor().unwrap();
        Self {
            server: Server::behind(Some(tls), limits).await,
            roots: Arc::new(roots),
        }
    }

    /// A connection to the server by this name, of a client that speaks these protocols.
    async fn connect(&self, name: &'static str, protocols: &[&str]) -> std::io::Result<TlsStream<TcpStream>> {
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(Arc::clone(&self.roots))
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = ServerName::try_from(name).unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(name, self.server.connect().await)
            .await
    }
}

#[tokio::test]
async fn requests_are_answered_by_every_name_of_ours() {
    let encrypted = Encrypted::start(CALM).await;
    for name in [
        "localhost",
        "127.0.0.1",
        "::1",
        "tour.auth.localhost",
        "cognito-idp.eu-west-1.amazonaws.com",
        "issuer-cognito-idp.us-gov-west-1.amazonaws.com",
        "tour.auth.us-east-1.amazoncognito.com",
    ] {
        let mut stream = encrypted.connect(name, &[]).await.unwrap();
        let answer = answer_of(&mut stream, "/peer").await;
        let client = stream.get_ref().0.local_addr().unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{name}: {answer}");
        assert!(answer.ends_with(&format!("\r\n\r\n{client}")), "{name}: {answer}");
    }
    let refusal = encrypted.connect("s3.us-east-1.amazonaws.com", &[]).await.unwrap_err();
    assert!(
        refusal
            .to_string()
            .starts_with("invalid peer certificate: certificate not valid for name"),
        "{refusal}"
    );
}

#[tokio::test]
async fn the_version_of_http_is_agreed_on() {
    let encrypted = Encrypted::start(CALM).await;
    let agreed = async |protocols: &[&str]| {
        let stream = encrypted.connect("localhost", protocols).await.unwrap();
        let protocol = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
        (stream, protocol)
    };
    assert_eq!(agreed(&["http/1.1"]).await.1, Some(b"http/1.1".to_vec()));
    let (stream, protocol) = agreed(&["http/1.1", "h2"]).await;
    assert_eq!(protocol, Some(b"h2".to_vec()));
    let io = TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io)
        .await
        .unwrap();
    tokio::spawn(connection);
    let request = Request::get("https://localhost/peer").body(Body::empty()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(
        (response.version(), response.status()),
        (http::Version::HTTP_2, http::StatusCode::OK)
    );
}

#[tokio::test]
async fn a_handshake_that_stalls_is_cut() {
    let encrypted = Encrypted::start(Limits {
        handshake: SHORT,
        ..CALM
    })
    .await;
    // Nothing at all, and the beginning of a greeting that never ends.
    for beginning in [[].as_slice(), &[0x16, 0x03, 0x01, 0x02, 0x00, 0x01]] {
        let mut stream = encrypted.server.connect().await;
        stream.write_all(beginning).await.unwrap();
        let mut received = Vec::new();
        timeout(AMPLE, stream.read_to_end(&mut received))
            .await
            .expect("the connection stays open")
            .unwrap();
        assert_eq!(received, [0_u8; 0]);
    }
    let mut stream = encrypted.connect("localhost", &[]).await.unwrap();
    assert!(answer_of(&mut stream, "/peer").await.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn what_is_not_tls_is_turned_away_at_once() {
    let encrypted = Encrypted::start(CALM).await;
    for garbage in [
        "GET /peer HTTP/1.0\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\0\0\0\0\0\0\0\0",
    ] {
        let mut stream = encrypted.server.connect().await;
        send(&mut stream, garbage).await;
        let mut received = Vec::new();
        // A reset is an end, too.
        let _ = timeout(AMPLE, stream.read_to_end(&mut received))
            .await
            .expect("the connection stays open");
        // A fatal alert, or nothing.
        assert!(
            received.is_empty() || received.starts_with(&[0x15, 0x03]),
            "{garbage:?}: {received:?}"
        );
    }
}

#[tokio::test]
async fn an_encrypted_connection_that_sends_no_request_is_cut() {
    let encrypted = Encrypted::start(Limits {
        first_request: SHORT,
        ..CALM
    })
    .await;
    let mut stream = encrypted.connect("localhost", &[]).await.unwrap();
    let mut received = Vec::new();
    // The connection ends without a farewell, which TLS tells apart.
    let _ = timeout(AMPLE, stream.read_to_end(&mut received))
        .await
        .expect("the connection stays open");
    assert_eq!(received, [0_u8; 0]);
}

#[tokio::test]
async fn closing_ends_handshakes_and_finishes_encrypted_requests() {
    let encrypted = Encrypted::start(CALM).await;
    let mut stalled = encrypted.server.connect().await;
    let mut busy = encrypted.connect("localhost", &[]).await.unwrap();
    send(&mut busy, "GET /slow HTTP/1.1\r\nhost: here\r\n\r\n").await;
    encrypted.server.slow.began.notified().await;

    encrypted.server.shutdown.closing.cancel();
    assert_eq!(rest(&mut stalled).await, "");
    encrypted.server.slow.may_end.notify_one();
    let answer = rest(&mut busy).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nat last"),
        "{answer}"
    );
    timeout(AMPLE, encrypted.server.serving)
        .await
        .expect("the server does not end")
        .unwrap();
}
