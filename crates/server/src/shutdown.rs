//! How a server ends: announced first, then without new connections, then without patience.

use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The three steps of an ending; each is cancelled once, in this order.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    /// The end is near: `/readyz` says so, everything else goes on.
    pub announced: CancellationToken,
    /// No new connections and no new requests; those being answered may finish.
    pub closing: CancellationToken,
    /// Whatever still runs is cut off.
    pub now: CancellationToken,
}

impl Shutdown {
    /// Announces the end at the first signal, begins to close after `drain`, and cuts off at the next signal.
    pub async fn conduct(&self, mut signals: mpsc::Receiver<()>, drain: Duration) {
        if signals.recv().await.is_none() {
            return;
        }
        tracing::info!("shutting down; a second signal ends everything at once");
        self.announced.cancel();
        let second = tokio::select! {
            () = tokio::time::sleep(drain) => false,
            signal = signals.recv() => signal.is_some(),
        };
        self.closing.cancel();
        if second || signals.recv().await.is_some() {
            tracing::warn!("ending at once");
            self.now.cancel();
        }
    }
}

/// A message for each SIGTERM and SIGINT from now on.
pub fn signals() -> anyhow::Result<mpsc::Receiver<()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if sender.send(()).await.is_err() {
                return;
            }
        }
    });
    Ok(receiver)
}

/// Each SIGHUP from now on, which then ends nothing.
pub fn hangups() -> anyhow::Result<Signal> {
    signal(SignalKind::hangup()).context("cannot listen for SIGHUP")
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, advance};

    use super::*;

    fn steps(shutdown: &Shutdown) -> [bool; 3] {
        [&shutdown.announced, &shutdown.closing, &shutdown.now].map(CancellationToken::is_cancelled)
    }

    #[tokio::test(start_paused = true)]
    async fn closing_follows_the_announcement_after_the_drain() {
        let shutdown = Shutdown::default();
        let (sender, receiver) = mpsc::channel(1);
        let conductor = shutdown.clone();
        let conducting = tokio::spawn(async move { conductor.conduct(receiver, Duration::from_secs(5)).await });
        assert_eq!(steps(&shutdown), [false, false, false]);

        let started = Instant::now();
        sender.send(()).await.unwrap();
        shutdown.announced.cancelled().await;
        assert_eq!(steps(&shutdown), [true, false, false]);
        advance(Duration::from_millis(4_900)).await;
        assert_eq!(steps(&shutdown), [true, false, false]);
        shutdown.closing.cancelled().await;
        assert_eq!(started.elapsed().as_secs(), 5);
        assert_eq!(steps(&shutdown), [true, true, false]);

        sender.send(()).await.unwrap();
        conducting.await.unwrap();
        assert_eq!(steps(&shutdown), [true, true, true]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_signal_does_not_wait_for_the_drain() {
        let shutdown = Shutdown::default();
        let (sender, receiver) = mpsc::channel(2);
        sender.send(()).await.unwrap();
        sender.send(()).await.unwrap();
        let started = Instant::now();
        shutdown.conduct(receiver, Duration::from_secs(5)).await;
        assert_eq!(started.elapsed(), Duration::ZERO);
        assert_eq!(steps(&shutdown), [true, true, true]);
    }
}
