//! The worker that delivers messages.

use std::sync::Arc;

use poolhouse_engine::World;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Delivers messages from the outbox until it is told to end.
pub struct Deliveries {
    ending: CancellationToken,
    worker: JoinHandle<()>,
}

impl Deliveries {
    pub fn start(world: Arc<World>) -> Self {
        let ending = CancellationToken::new();
        let worker = tokio::spawn(world.deliver_until(ending.clone().cancelled_owned()));
        Self { ending, worker }
    }

    /// Ends once what has been taken on is delivered, or at once when `now` is cancelled: then others deliver it, or this
    /// server when it starts again.
    pub async fn finish(mut self, now: &CancellationToken) {
        self.ending.cancel();
        tokio::select! {
            _ = &mut self.worker => {}
            () = now.cancelled() => self.worker.abort(),
        }
    }
}
