//! The accept loop: HTTP/1.1 and HTTP/2 on each port, encrypted or not, with limits on what a connection may cost.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::shutdown::Shutdown;

/// Headers of one HTTP/1.1 request.
const MAX_HEADERS: usize = 100;
/// Bytes of an HTTP/1.1 request head, or of what is read ahead of a body.
const MAX_BUFFER: usize = 64 * 1024;
/// Requests at a time on one HTTP/2 connection.
const MAX_STREAMS: u32 = 100;
/// Bytes of the headers of one HTTP/2 request.
const MAX_HEADER_LIST: u32 = 32 * 1024;
/// Streams that a client may open and reset at once before its HTTP/2 connection ends (the rapid reset attack).
const MAX_RESET_STREAMS: usize = 20;
/// How often an HTTP/2 connection is asked for a sign of life, and how long that may take.
const PING_INTERVAL: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(20);
/// The rest after `accept` fails, as it does while there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What clients may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time; further ones wait in the operating system's queue.
    pub max_connections: usize,
    /// How long a new connection may take to agree on encryption.
    pub handshake: Duration,
    /// How long a new connection may take, then, to send the head of its first request.
    pub first_request: Duration,
    /// How long an HTTP/1.1 connection may take, after an answer, to send the head of its next request.
    pub keep_alive: Duration,
    /// How long requests may take to finish once the server is closing.
    pub closing: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            handshake: Duration::from_secs(10),
            first_request: Duration::from_secs(10),
            keep_alive: Duration::from_secs(75),
            closing: Duration::from_secs(25),
        }
    }
}

/// Where clients connect.
pub struct Door {
    pub socket: TcpListener,
    /// What encrypts the connections, at a door for HTTPS.
    pub tls: Option<TlsAcceptor>,
}

/// Serves the router until [`Shutdown::closing`], then lets requests finish, and returns when no connection is left.
///
/// Each request carries the client's address as [`ConnectInfo<SocketAddr>`].
pub async fn serve(doors: Vec<Door>, router: Router, limits: Limits, shutdown: &Shutdown) {
    let server = Arc::new(Server {
        http: http(&limits),
        router,
        limits,
        permits: Arc::new(Semaphore::new(limits.max_connections.min(Semaphore::MAX_PERMITS))),
        connections: TaskTracker::new(),
        shutdown: shutdown.clone(),
    });
    let accepting: JoinSet<()> = doors.into_iter().map(|door| Arc::clone(&server).accept(door)).collect();
    accepting.join_all().await;
    let connections = &server.connections;
    connections.close();
    if timeout(limits.closing, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "requests did not finish in time");
        shutdown.now.cancel();
        connections.wait().await;
    }
}

/// What the connections of all doors share.
struct Server {
    http: Builder<TokioExecutor>,
    router: Router,
    limits: Limits,
    permits: Arc<Semaphore>,
    connections: TaskTracker,
    shutdown: Shutdown,
}

fn http(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.keep_alive)
        .keep_alive(true)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEADER_LIST)
        .max_pending_accept_reset_streams(MAX_RESET_STREAMS)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT);
    builder
}

impl Server {
    /// Accepts connections at a door until the server is closing.
    async fn accept(self: Arc<Self>, door: Door) {
        while let Some((stream, peer, permit)) = self.next(&door.socket).await {
            let (server, tls) = (Arc::clone(&self), door.tls.clone());
            self.connections.spawn(async move {
                server.converse(stream, peer, tls).await;
                drop(permit);
            });
        }
    }

    /// The next connection, when there is room for one; nothing once the server is closing.
    async fn next(&self, socket: &TcpListener) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
        let accept = async {
            let permit = Arc::clone(&self.permits).acquire_owned().await.ok()?;
            loop {
                match socket.accept().await {
                    Ok((stream, peer)) => return Some((stream, peer, permit)),
                    Err(error) => {
                        tracing::warn!(error = %error, "a connection could not be accepted");
                        sleep(ACCEPT_PAUSE).await;
                    }
                }
            }
        };
        tokio::select! {
            connection = accept => connection,
            () = self.shutdown.closing.cancelled() => None,
        }
    }

    /// Serves one connection to its end.
    async fn converse(&self, stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>) {
        // Answers are written whole; waiting for more of them only delays them.
        let _ = stream.set_nodelay(true);
        match tls {
            None => self.speak_http(stream, peer).await,
            Some(tls) => {
                if let Some(stream) = self.shake_hands(&tls, stream).await {
                    self.speak_http(stream, peer).await;
                }
            }
        }
    }

    /// Agrees on encryption with the client; nothing when that fails, takes too long, or the server is closing.
    async fn shake_hands(&self, tls: &TlsAcceptor, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let outcome = tokio::select! {
            outcome = timeout(self.limits.handshake, tls.accept(stream)) => outcome,
            () = self.shutdown.closing.cancelled() => return None,
        };
        match outcome {
            Ok(Ok(stream)) => return Some(stream),
            Ok(Err(error)) => tracing::debug!(error = %error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
        None
    }

    async fn speak_http(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: SocketAddr) {
        let requested = Arc::new(AtomicBool::new(false));
        let (seen, router) = (Arc::clone(&requested), self.router.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            seen.store(true, Ordering::Relaxed);
            answer(router.clone(), request, peer)
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        // hyper's own timer does not run before it knows which version of HTTP is spoken.
        let first_request = sleep_until(Instant::now() + self.limits.first_request);
        tokio::pin!(first_request);
        let (mut waiting, mut closing) = (true, false);
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(error = %error, "a connection ended early");
                    }
                    return;
                }
                () = first_request.as_mut(), if waiting => {
                    waiting = false;
                    if !requested.load(Ordering::Relaxed) {
                        return;
                    }
                }
                () = self.shutdown.closing.cancelled(), if !closing => {
                    closing = true;
                    connection.as_mut().graceful_shutdown();
                }
                () = self.shutdown.now.cancelled() => return,
            }
        }
    }
}

async fn answer(router: Router, request: Request<Incoming>, peer: SocketAddr) -> Result<Response<Body>, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}

#[cfg(test)]
mod tests;
