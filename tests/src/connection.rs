//! One keep-alive HTTP/1.1 connection to a running program, for those who talk to it from outside.

use anyhow::{Context as _, Result, bail, ensure};
use axum::body::{Body, to_bytes};
use http::{Request, StatusCode, header};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use url::Url;

/// The longest answer that is read, in bytes.
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;

/// An open connection. Requests go out one at a time.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Body>,
    authority: String,
}

impl Connection {
    /// Connects to the host and port of an endpoint, which must be plain `http`.
    pub async fn open(endpoint: &Url) -> Result<Self> {
        ensure!(endpoint.scheme() == "http", "{endpoint} is not plain HTTP");
        let authority = endpoint.authority().to_owned();
        let stream = TcpStream::connect(&authority)
            .await
            .with_context(|| format!("connecting to {endpoint}"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, authority })
    }

    /// Asks for another name of the server from now on, that of this address.
    pub fn by_name_of(self, address: &Url) -> Self {
        let authority = address.authority().to_owned();
        Self { authority, ..self }
    }

    /// Fetches a path, whatever it answers.
    pub async fn page(&mut self, path: &str) -> Result<(StatusCode, String)> {
        let request = Request::get(path)
            .header(header::HOST, &self.authority)
            .body(Body::empty())?;
        let (status, body) = self.send(request).await?;
        Ok((status, String::from_utf8(body.into())?))
    }

    /// Fetches a path that must answer 200 and JSON.
    pub async fn get(&mut self, path: &str) -> Result<Value> {
        let request = Request::get(path)
            .header(header::HOST, &self.authority)
            .body(Body::empty())?;
        let (status, body) = self.send(request).await?;
        ensure!(
            status == StatusCode::OK,
            "{path} answers {status}: {}",
            String::from_utf8_lossy(&body)
        );
        Ok(serde_json::from_slice(&body)?)
    }

    /// Calls a cognito-idp operation without credentials, and gives its output. A fault is an error that quotes it.
    pub async fn call(&mut self, operation: &str, input: &Value) -> Result<Value> {
        let request = Request::post("/")
            .header(header::HOST, &self.authority)
            .header(header::CONTENT_TYPE, "application/x-amz-json-1.1")
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
            .body(Body::from(serde_json::to_vec(input)?))?;
        let (status, body) = self.send(request).await?;
        if status != StatusCode::OK {
            bail!("{operation} answers {status}: {}", String::from_utf8_lossy(&body));
        }
        // Operations without an output shape answer an empty body.
        if body.is_empty() {
            return Ok(Value::Null);
        }
        Ok(serde_json::from_slice(&body)?)
    }

    async fn send(&mut self, request: Request<Body>) -> Result<(StatusCode, bytes::Bytes)> {
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let body = to_bytes(Body::new(response.into_body()), ANSWER_LIMIT).await?;
        Ok((status, body))
    }
}
