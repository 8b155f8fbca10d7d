//! `poolhouse serve`

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use tokio::net::TcpListener;
use tokio::signal::unix::Signal;

use crate::cli::Failure;
use crate::config::{Config, Mode};
use crate::listener::{self, Door, Limits};
use crate::shutdown::{Shutdown, hangups, signals};
use crate::tls::{CertificateFiles, Certificates};
use crate::{banner, telemetry, wiring};

/// How long a production server answers 503 at `/readyz` before it stops accepting, so that load balancers notice.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves until a signal ends it.
pub fn run(config: Config) -> Result<(), Failure> {
    config.check_safety()?;
    telemetry::start(&config.log, config.log_format)?;
    // Only fails when there is a provider already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    Ok(runtime.block_on(serve(config))?)
}

async fn serve(config: Config) -> anyhow::Result<()> {
    // First of all, so that a port in use is told before anything is written, and clients wait instead of failing.
    let socket = bind(config.listen, "--listen").await?;
    let mut config = config.bound_to(socket.local_addr().context("cannot tell the port")?);
    let mut tls_socket = None;
    if let Some(address) = config.tls_listen {
        let socket = bind(address, "--tls-listen").await?;
        config.tls_listen = Some(socket.local_addr().context("cannot tell the port")?);
        tls_socket = Some(socket);
    }
    if config.mode == Mode::Production && config.trusted_proxies.is_empty() && config.sign_in_failures_per_address == 0
    {
        tracing::warn!(
            "wrong passwords are not counted per address: set trusted_proxies to the networks of the proxies in front of \
             this server, or sign_in_failures_per_address when there are none"
        );
    }
    let shutdown = Shutdown::default();
    let signals = signals()?;
    let app = wiring::wire(&config, shutdown.announced.clone()).await?;

    let mut doors = vec![Door { socket, tls: None }];
    if let Some((socket, certificates)) = tls_socket.zip(app.certificates) {
        let tls = Some(certificates.acceptor()?);
        doors.push(Door { socket, tls });
        if let Certificates::Files(files) = certificates {
            tokio::spawn(reload(files, hangups()?));
        }
    }

    let drain = if config.mode == Mode::Production {
        DRAIN
    } else {
        Duration::ZERO
    };
    let conductor = shutdown.clone();
    tokio::spawn(async move { conductor.conduct(signals, drain).await });

    let mut output = std::io::stdout().lock();
    // A server whose standard output is closed still serves.
    let _ = output
        .write_all(banner::text(&config).as_bytes())
        .and_then(|()| output.flush());
    drop(output);

    let limits = Limits {
        max_connections: config.max_connections,
        ..Limits::default()
    };
    listener::serve(doors, app.router, limits, &shutdown).await;
    app.deliveries.finish(&shutdown.now).await;
    app.db.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Reads the certificate again at each signal.
async fn reload(files: Arc<CertificateFiles>, mut hangups: Signal) {
    while hangups.recv().await.is_some() {
        match files.reload() {
            Ok(()) => tracing::info!("read the certificate again"),
            Err(error) => tracing::error!("the certificate stays as it was: {error:#}"),
        }
    }
}

/// Listens on the address that `flag` sets.
async fn bind(address: SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    use std::io::ErrorKind;
    TcpListener::bind(address).await.map_err(|error| {
        let advice = match error.kind() {
            ErrorKind::AddrInUse => format!(
                "another program, perhaps another Poolhouse, uses the port: stop it, or choose another port with {flag} \
                 (port 0 takes any free one)"
            ),
            ErrorKind::AddrNotAvailable => format!(
                "this machine does not have that address: choose one that it has with {flag}, or 0.0.0.0 for all"
            ),
            ErrorKind::PermissionDenied => {
                format!("ports below 1024 need privileges: choose a higher one with {flag}")
            }
            _ => format!("choose another address with {flag}"),
        };
        anyhow!(error).context(format!("cannot listen on {address}; {advice}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_in_use_is_said_with_what_to_do() {
        let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = other.local_addr().unwrap();
        assert_eq!(
            bind(address, "--listen").await.unwrap_err().to_string(),
            format!(
                "cannot listen on {address}; another program, perhaps another Poolhouse, uses the port: stop it, or \
                 choose another port with --listen (port 0 takes any free one)"
            )
        );
    }
}
