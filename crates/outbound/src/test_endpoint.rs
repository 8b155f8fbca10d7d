//! A small HTTP server that answers as it is told to.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode, header};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Body, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

#[derive(Clone)]
pub enum Behaviour {
    Answer(StatusCode),
    /// A status with these headers and this body.
    Reply(u16, &'static [(&'static str, &'static str)], Bytes),
    /// One after the other; the last stays.
    Turns(Vec<Behaviour>),
    /// To another path of the same server.
    Redirect,
    /// Takes the request and says nothing.
    Silence,
    /// 200, and a body without end.
    EndlessBody,
}

/// Makes TLS possible in this process.
pub fn use_tls() {
    // Two tests may both be first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

#[derive(Default)]
struct Seen {
    connections: usize,
    turns: usize,
    requests: Vec<(Parts, Bytes)>,
}

pub struct TestEndpoint {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl TestEndpoint {
    pub async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Seen>>::default();
        let book = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                book.lock().unwrap().connections += 1;
                let (book, behaviour) = (book.clone(), behaviour.clone());
                let service = service_fn(move |request| answer(request, behaviour.clone(), book.clone()));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, seen }
    }

    /// The URL of `path`, with `user` such as `name:password@`.
    pub fn url(&self, user: &str, path: &str) -> String {
        format!("http://{user}{}{path}", self.address)
    }

    pub fn host(&self) -> String {
        self.address.to_string()
    }

    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// The requests so far, which are taken away.
    pub fn requests(&self) -> Vec<(Parts, Bytes)> {
        std::mem::take(&mut self.seen.lock().unwrap().requests)
    }
}

async fn answer(
    request: Request<Incoming>,
    mut behaviour: Behaviour,
    seen: Arc<Mutex<Seen>>,
) -> Result<Response<BoxBody<Bytes, Infallible>>, hyper::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let turn = {
        let mut seen = seen.lock().unwrap();
        seen.requests.push((parts, body));
        seen.turns += 1;
        seen.turns - 1
    };
    while let Behaviour::Turns(turns) = behaviour {
        behaviour = turns[turn.min(turns.len() - 1)].clone();
    }
    let empty = || Empty::new().boxed();
    let response = Response::builder();
    let response = match behaviour {
        Behaviour::Answer(status) => response.status(status).body(empty()),
        Behaviour::Reply(status, headers, body) => {
            let headers = headers.iter();
            let response = headers.fold(response, |response, (name, value)| response.header(*name, *value));
            response.status(status).body(Full::new(body).boxed())
        }
        Behaviour::Turns(_) => unreachable!("a turn was taken"),
        Behaviour::Redirect => response
            .status(StatusCode::TEMPORARY_REDIRECT)
            .header(header::LOCATION, "/elsewhere")
            .body(empty()),
        Behaviour::Silence => std::future::pending().await,
        Behaviour::EndlessBody => response.body(Endless.boxed()),
    };
    Ok(response.unwrap())
}

/// Frame after frame, as fast as the client takes them.
struct Endless;

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 4096])))))
    }
}
