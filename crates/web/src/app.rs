//! What handlers share.

use std::sync::Arc;

use ipnet::IpNet;
use poolhouse_api::Api;
use poolhouse_engine::World;
use poolhouse_outbound::{Inbox, Invocations};
use tokio_util::sync::CancellationToken;

/// What handlers share.
#[derive(Clone)]
pub struct App {
    pub world: Arc<World>,
    pub api: Api,
    /// The messages that developers may read; they are served in development mode only.
    pub inbox: Option<Arc<Inbox>>,
    /// The calls of functions that developers may look at; they are served in development mode only.
    pub invocations: Arc<Invocations>,
    /// The networks of proxies whose word on the client's address is taken.
    pub trusted_proxies: Arc<[IpNet]>,
    /// Cancelled when the server is about to end: it is not ready any more, and nobody waits for messages.
    pub draining: CancellationToken,
}
