//! Resource servers and the custom scopes that they define.

use std::sync::Arc;

use poolhouse_domain::pools::Pool;
use poolhouse_domain::resource_servers::{RESOURCE_SERVERS_PER_POOL, ResourceServer};
use poolhouse_domain::{Error, Result};

use crate::Cx;

impl Cx {
    /// The resource server of `pool` that has this identifier.
    pub async fn resource_server(&self, pool: &Pool, identifier: &str) -> Result<ResourceServer> {
        if let Some(managed) = ResourceServer::managed(pool).filter(|managed| managed.identifier == identifier) {
            return Ok(managed);
        }
        let stored = self.store.resource_servers().get(pool.id(), identifier).await?;
        stored.ok_or_else(|| Error::ResourceServerNotFound(identifier.to_owned()))
    }

    /// The custom scopes of `pool`, as this node has known them for at most a second.
    ///
    /// A scope that isn't among them doesn't exist, even if an app client still lists it: when its resource server is
    /// deleted or defines it no more, it goes into no new token.
    pub async fn custom_scopes(&self, pool: &Pool) -> Result<Arc<Vec<String>>> {
        let read = async || Ok(Arc::new(self.stored_custom_scopes(pool).await?));
        self.custom_scopes.get(pool.id(), read).await
    }

    /// The custom scopes of `pool` as stored now.
    pub async fn stored_custom_scopes(&self, pool: &Pool) -> Result<Vec<String>> {
        let servers = self.store.resource_servers();
        let mut servers = servers.list(pool.id(), None, RESOURCE_SERVERS_PER_POOL).await?;
        servers.extend(ResourceServer::managed(pool));
        Ok(servers.iter().flat_map(ResourceServer::custom_scopes).collect())
    }

    /// Forgets what this node knows of the custom scopes of a pool that were written.
    pub fn forget_custom_scopes(&self, pool: &Pool) {
        self.custom_scopes.forget(pool.id());
    }
}
