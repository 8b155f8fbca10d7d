//! `poolhouse healthcheck`: for containers that have no other HTTP client.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use axum::body::Body;
use http::{Request, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::cli::Failure;
use crate::config::Config;

const PATIENCE: Duration = Duration::from_secs(2);

/// Asks `/readyz` of the address that the configuration listens on.
pub fn run(config: &Config) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime
        .block_on(check(config.listen, PATIENCE))
        .map_err(Failure::Unhealthy)
}

async fn check(listen: SocketAddr, patience: Duration) -> anyhow::Result<()> {
    if listen.port() == 0 {
        bail!("the port is not known: tell it with --listen or POOLHOUSE_LISTEN");
    }
    let address = SocketAddr::new(reachable(listen.ip()), listen.port());
    let status = timeout(patience, readiness(address))
        .await
        .with_context(|| format!("no answer from {address} within {} s", patience.as_secs_f64()))?
        .with_context(|| format!("cannot ask {address}"))?;
    if !status.is_success() {
        bail!("{address} answers {status}");
    }
    Ok(())
}

async fn readiness(address: SocketAddr) -> anyhow::Result<http::StatusCode> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get("/readyz")
        .header(header::HOST, address.to_string())
        .body(Body::empty())?;
    let exchange = sender.send_request(request);
    tokio::select! {
        response = exchange => Ok(response?.status()),
        ended = connection => { ended?; bail!("the connection was closed without an answer") }
    }
}

/// The address by which this machine reaches a server that listens on `ip`.
fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use http::StatusCode;
    use tokio::net::TcpListener;

    use super::*;

    async fn outcome(address: SocketAddr) -> String {
        match check(address, Duration::from_millis(200)).await {
            Ok(()) => "healthy".to_owned(),
            Err(error) => format!("{error:#}").replace(&address.to_string(), "ADDRESS"),
        }
    }

    async fn server(status: StatusCode) -> SocketAddr {
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/readyz", get(move || async move { status }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    #[tokio::test]
    async fn a_ready_server_is_healthy_and_one_that_drains_is_not() {
        assert_eq!(outcome(server(StatusCode::OK).await).await, "healthy");
        let address = server(StatusCode::SERVICE_UNAVAILABLE).await;
        let asked = SocketAddr::from(([127, 0, 0, 1], address.port()));
        assert_eq!(outcome(asked).await, "ADDRESS answers 503 Service Unavailable");
    }

    #[tokio::test]
    async fn a_server_that_is_absent_or_silent_is_unhealthy() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = silent.local_addr().unwrap();
        assert_eq!(
            outcome(address).await,
            "no answer from ADDRESS within 0.2 s: deadline has elapsed"
        );
        drop(silent);
        assert!(outcome(address).await.starts_with("cannot ask ADDRESS: "));
        let unknown = SocketAddr::from(([127, 0, 0, 1], 0));
        assert_eq!(
            outcome(unknown).await,
            "the port is not known: tell it with --listen or POOLHOUSE_LISTEN"
        );
    }
}
