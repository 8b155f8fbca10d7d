//! A small server that plays a former user pool.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[derive(Clone)]
pub enum Reply {
    Json(StatusCode, Value),
    Text(StatusCode, String),
    /// To another path of the same server.
    Redirect,
    /// Takes the call and says nothing.
    Silence,
}

/// A success.
pub fn success(body: Value) -> Reply {
    Reply::Json(StatusCode::OK, body)
}

/// An error of the service.
pub fn fault(name: &str, message: &str) -> Reply {
    Reply::Json(StatusCode::BAD_REQUEST, json!({ "__type": name, "message": message }))
}

/// A call as the pool received it.
#[derive(Clone)]
pub struct Call {
    pub operation: String,
    pub head: Parts,
    pub body: Value,
}

pub struct TestPool {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl TestPool {
    /// A pool that answers these operations so.
    pub async fn start<const N: usize>(replies: [(&'static str, Reply); N]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let replies = Arc::new(HashMap::from(replies));
        let calls = Arc::<Mutex<Vec<Call>>>::default();
        let book = calls.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (replies, book) = (replies.clone(), book.clone());
                let service = service_fn(move |request| answer(request, replies.clone(), book.clone()));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, calls }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// The operations that were called so far, in order.
    pub fn operations(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.operation).collect()
    }
}

async fn answer(
    request: Request<Incoming>,
    replies: Arc<HashMap<&'static str, Reply>>,
    calls: Arc<Mutex<Vec<Call>>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let target = head.headers["x-amz-target"].to_str().unwrap();
    let operation = target.strip_prefix("AWSCognitoIdentityProviderService.").unwrap();
    let operation = operation.to_owned();
    let reply = replies[operation.as_str()].clone();
    calls.lock().unwrap().push(Call {
        operation,
        head,
        body: serde_json::from_slice(&body).unwrap(),
    });
    let response = match reply {
        Reply::Json(status, body) => (status, body.to_string()),
        Reply::Text(status, body) => (status, body),
        Reply::Redirect => (StatusCode::TEMPORARY_REDIRECT, String::new()),
        Reply::Silence => std::future::pending().await,
    };
    let (status, body) = response;
    let response = Response::builder()
        .status(status)
        .header(header::LOCATION, "/elsewhere");
    Ok(response.body(Full::from(body)).unwrap())
}
