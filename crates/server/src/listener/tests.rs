//! What the listener bears, over real sockets.

mod tls;

use axum::extract::State;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;

/// Long enough to be reached by no test that is not about it.
const AMPLE: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(150);
const CALM: Limits = Limits {
    max_connections: 100,
    handshake: AMPLE,
    first_request: AMPLE,
    keep_alive: AMPLE,
    closing: AMPLE,
};

/// A server with `/peer`, and with `/slow`, which says that it began and answers once it may.
struct Server {
    address: SocketAddr,
    shutdown: Shutdown,
    slow: Arc<Slow>,
    serving: JoinHandle<()>,
}

#[derive(Default)]
struct Slow {
    began: Notify,
    may_end: Notify,
}

impl Server {
    async fn start(limits: Limits) -> Self {
        Self::behind(None, limits).await
    }

    /// A server whose door is encrypted, if there is something to do it with.
    async fn behind(tls: Option<TlsAcceptor>, limits: Limits) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let slow = Arc::<Slow>::default();
        let router = Router::new()
            .route(
                "/peer",
                get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }),
            )
            .route(
                "/slow",
                get(|State(slow): State<Arc<Slow>>| async move {
                    slow.began.notify_one();
                    slow.may_end.notified().await;
                    "at last"
                }),
            )
            .with_state(slow.clone());
        let shutdown = Shutdown::default();
        let ending = shutdown.clone();
        let serving = tokio::spawn(async move { serve(vec![Door { socket, tls }], router, limits, &ending).await });
        Self {
            address,
            shutdown,
            slow,
            serving,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
}

/// Everything until the server closes the connection, which must happen within the ample time.
async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut text = String::new();
    timeout(AMPLE, stream.read_to_string(&mut text))
        .await
        .expect("the connection stays open")
        .unwrap();
    text
}

/// One answer of a connection that stays open.
async fn answer_of(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), path: &str) -> String {
    send(stream, &format!("GET {path} HTTP/1.1\r\nhost: here\r\n\r\n")).await;
    let mut received = Vec::new();
    loop {
        let mut buffer = [0; 1024];
        let length = timeout(AMPLE, stream.read(&mut buffer))
            .await
            .expect("no answer")
            .unwrap();
        assert_ne!(length, 0, "closed without an answer");
        received.extend_from_slice(&buffer[..length]);
        let text = String::from_utf8(received.clone()).unwrap();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .unwrap();
            if body.len() == length.parse::<usize>().unwrap() {
                return text;
            }
        }
    }
}

#[tokio::test]
async fn a_request_is_answered_and_knows_its_client() {
    let server = Server::start(CALM).await;
    let mut stream = server.connect().await;
    let answer = answer_of(&mut stream, "/peer").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.ends_with(&format!("\r\n\r\n{}", stream.local_addr().unwrap())),
        "{answer}"
    );
}

#[tokio::test]
async fn http_2_is_spoken_on_the_same_port() {
    let server = Server::start(CALM).await;
    let stream = TokioIo::new(server.connect().await);
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), stream)
        .await
        .unwrap();
    tokio::spawn(connection);
    let request = Request::get(format!("http://{}/peer", server.address))
        .body(Body::empty())
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(
        (response.version(), response.status()),
        (http::Version::HTTP_2, http::StatusCode::OK)
    );
}

#[tokio::test]
async fn who_opens_streams_and_resets_them_at_once_is_sent_away() {
    let server = Server::start(CALM).await;
    let mut stream = server.connect().await;
    let frame = |length: u8, kind: u8, flags: u8, id: u32, payload: &[u8]| {
        [&[0, 0, length, kind, flags], &id.to_be_bytes()[..], payload].concat()
    };
    let mut flood = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    flood.extend(frame(0, 4, 0, 0, &[]));
    for id in (1..4_000).step_by(2) {
        // HEADERS of `GET /` by http, whole and last; then RST_STREAM with CANCEL.
        flood.extend(frame(3, 1, 5, id, &[0x82, 0x86, 0x84]));
        flood.extend(frame(4, 3, 0, id, &8_u32.to_be_bytes()));
    }
    // The server may close before it has read all of it.
    let _ = stream.write_all(&flood).await;
    let mut answer = Vec::new();
    let ended = tokio::time::timeout(AMPLE, stream.read_to_end(&mut answer)).await;
    assert!(ended.is_ok(), "the connection is still open");
    let mut other = server.connect().await;
    assert!(answer_of(&mut other, "/peer").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_connection_that_sends_no_whole_head_is_cut() {
    let server = Server::start(Limits {
        first_request: SHORT,
        ..CALM
    })
    .await;
    // Nothing, the beginning that HTTP/1.1 and HTTP/2 share, a head without end, and HTTP/2 without a request.
    for beginning in [
        "",
        "P",
        "POST / HTTP/1.1\r\nhost: here\r\nx-slow: ",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut stream = server.connect().await;
        send(&mut stream, beginning).await;
        let started = Instant::now();
        let mut received = Vec::new();
        timeout(AMPLE, stream.read_to_end(&mut received))
            .await
            .expect("the connection stays open")
            .unwrap();
        assert!(started.elapsed() >= SHORT / 2, "{beginning:?} was cut too early");
        assert!(
            !String::from_utf8_lossy(&received).contains("HTTP/1.1 200"),
            "{beginning:?}"
        );
    }
}

#[tokio::test]
async fn a_head_that_drips_is_cut_however_steady_it_drips() {
    let server = Server::start(Limits {
        first_request: SHORT,
        ..CALM
    })
    .await;
    let mut stream = server.connect().await;
    send(&mut stream, "GET /peer HTTP/1.1\r\nhost: here\r\nx-slow: ").await;
    let (mut reader, mut writer) = stream.split();
    let mut answer = Vec::new();
    tokio::select! {
        // A reset is an end, too.
        _ = reader.read_to_end(&mut answer) => {}
        () = async {
            let mut drops = tokio::time::interval(SHORT / 5);
            while writer.write_all(b"a").await.is_ok() {
                drops.tick().await;
            }
        } => {}
        () = sleep(AMPLE) => panic!("the connection stays open"),
    }
    assert_eq!(String::from_utf8_lossy(&answer), "");
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_keep_alive() {
    let server = Server::start(Limits {
        keep_alive: SHORT,
        ..CALM
    })
    .await;
    let mut stream = server.connect().await;
    answer_of(&mut stream, "/peer").await;
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn a_request_that_takes_longer_than_the_first_request_limit_is_still_answered() {
    let server = Server::start(Limits {
        first_request: SHORT,
        ..CALM
    })
    .await;
    let mut stream = server.connect().await;
    let (answer, ()) = tokio::join!(answer_of(&mut stream, "/slow"), async {
        server.slow.began.notified().await;
        sleep(SHORT * 2).await;
        server.slow.may_end.notify_one();
    });
    assert!(answer.ends_with("\r\n\r\nat last"), "{answer}");
}

#[tokio::test]
async fn too_many_or_too_long_headers_are_refused() {
    let server = Server::start(CALM).await;
    let many = "x-one: 1\r\n".repeat(MAX_HEADERS + 1);
    let long = format!("x-long: {}\r\n", "a".repeat(MAX_BUFFER));
    for headers in [many, long] {
        let mut stream = server.connect().await;
        // The server may close before it has read everything.
        let _ = stream
            .write_all(format!("GET /peer HTTP/1.1\r\n{headers}\r\n").as_bytes())
            .await;
        let mut received = vec![0; 1024];
        let length = timeout(AMPLE, stream.read(&mut received))
            .await
            .expect("no answer")
            .unwrap();
        let answer = String::from_utf8_lossy(&received[..length]);
        assert!(
            answer.starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\n"),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_connection_too_many_waits_for_another_to_end() {
    let server = Server::start(Limits {
        max_connections: 1,
        ..CALM
    })
    .await;
    let mut first = server.connect().await;
    answer_of(&mut first, "/peer").await;
    let mut second = server.connect().await;
    send(
        &mut second,
        "GET /peer HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n",
    )
    .await;
    let mut byte = [0];
    timeout(SHORT, second.read(&mut byte))
        .await
        .expect_err("the second connection was served beside the first");
    drop(first);
    assert!(rest(&mut second).await.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn closing_ends_idle_connections_finishes_requests_and_accepts_no_more() {
    let server = Server::start(CALM).await;
    let mut idle = server.connect().await;
    answer_of(&mut idle, "/peer").await;
    let mut busy = server.connect().await;
    send(&mut busy, "GET /slow HTTP/1.1\r\nhost: here\r\n\r\n").await;
    server.slow.began.notified().await;

    server.shutdown.closing.cancel();
    assert_eq!(rest(&mut idle).await, "");
    assert!(!server.serving.is_finished());
    TcpStream::connect(server.address)
        .await
        .expect_err("a connection was accepted while closing");

    server.slow.may_end.notify_one();
    let answer = rest(&mut busy).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nat last"),
        "{answer}"
    );
    timeout(AMPLE, server.serving)
        .await
        .expect("the server does not end")
        .unwrap();
}

#[tokio::test]
async fn a_request_that_does_not_finish_is_cut_at_the_deadline_or_at_once() {
    for at_once in [false, true] {
        let server = Server::start(Limits {
            closing: if at_once { AMPLE } else { SHORT },
            ..CALM
        })
        .await;
        let mut busy = server.connect().await;
        send(&mut busy, "GET /slow HTTP/1.1\r\nhost: here\r\n\r\n").await;
        server.slow.began.notified().await;
        server.shutdown.closing.cancel();
        if at_once {
            server.shutdown.now.cancel();
        }
        timeout(AMPLE / 2, server.serving)
            .await
            .expect("the server does not end")
            .unwrap();
        assert_eq!(rest(&mut busy).await, "");
    }
}
