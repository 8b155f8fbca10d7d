//! Finding pools, app clients and users.

use std::sync::Arc;

use poolhouse_crypto::keys::SigningKey;
use poolhouse_domain::clients::Client;
use poolhouse_domain::groups::Group;
use poolhouse_domain::names;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};

use crate::Cx;
use crate::world::PoolKeys;

impl Cx {
    /// The pool `id` of the administrator's account and region.
    pub async fn pool(&self, id: &str) -> Result<Arc<Pool>> {
        let pool = self.any_pool(id).await?;
        if pool.account_id != self.request.account_id || pool.region() != self.request.region {
            return Err(Error::PoolNotFound(id.to_owned()));
        }
        Ok(pool)
    }

    /// The pool `id`, whoever asks.
    pub async fn any_pool(&self, id: &str) -> Result<Arc<Pool>> {
        let read = async || {
            let stored = self.store.pools().get(id).await?;
            Ok(Arc::new(stored.ok_or_else(|| Error::PoolNotFound(id.to_owned()))?))
        };
        self.pools.get(id, read).await
    }

    /// The pool `id` as stored now, to change it.
    pub async fn stored_pool(&self, id: &str) -> Result<Pool> {
        self.pool(id).await?;
        self.store
            .pools()
            .get(id)
            .await?
            .ok_or_else(|| Error::PoolNotFound(id.to_owned()))
    }

    /// Forgets what this node knows of a pool that was written.
    pub fn forget_pool(&self, id: &str) {
        self.pools.forget(id);
        self.custom_scopes.forget(id);
    }

    /// Forgets a pool that was deleted, and its keys: tests may make another under the same id.
    pub fn forget_deleted_pool(&self, id: &str) {
        self.forget_pool(id);
        self.keys.forget(id);
    }

    /// The app client `id` and its pool, for a public operation.
    pub async fn client(&self, id: &str) -> Result<(Arc<Pool>, Arc<Client>)> {
        let client = self.any_client(id).await?;
        let pool = self.any_pool(client.pool_id()).await.map_err(|error| match error {
            Error::PoolNotFound(_) => Error::ClientNotFound(id.to_owned()),
            other => other,
        })?;
        Ok((pool, client))
    }

    async fn any_client(&self, id: &str) -> Result<Arc<Client>> {
        let read = async || {
            let stored = self.store.clients().get(id).await?;
            Ok(Arc::new(stored.ok_or_else(|| Error::ClientNotFound(id.to_owned()))?))
        };
        self.clients.get(id, read).await
    }

    /// The app client `id` of the pool that an administrator names.
    pub async fn client_of(&self, pool: &Pool, id: &str) -> Result<Arc<Client>> {
        let (_, client) = self.client(id).await?;
        if client.pool_id() == pool.id() {
            Ok(client)
        } else {
            Err(Error::ClientNotFound(id.to_owned()))
        }
    }

    /// The app client `id` of `pool` as stored now, to change it.
    pub async fn stored_client(&self, pool: &Pool, id: &str) -> Result<Client> {
        let stored = self.store.clients().get(id).await?;
        stored
            .filter(|client| client.pool_id() == pool.id())
            .ok_or_else(|| Error::ClientNotFound(id.to_owned()))
    }

    /// Forgets what this node knows of an app client that was written.
    pub fn forget_client(&self, id: &str) {
        self.clients.forget(id);
    }

    /// The user whom `name` means: a username, an active alias or a sub.
    pub async fn user(&self, pool: &Pool, name: &str) -> Result<User> {
        self.find_user(pool, name).await?.ok_or(Error::UserNotFound)
    }

    /// The user whom `name` means, if there is one.
    pub async fn find_user(&self, pool: &Pool, name: &str) -> Result<Option<User>> {
        let key = names::fold(pool.case_sensitive(), name);
        Ok(self.store.users().by_name(pool.id(), &key).await?)
    }

    /// The group `name` of `pool`.
    pub async fn group(&self, pool: &Pool, name: &str) -> Result<Group> {
        self.store
            .groups()
            .get(pool.id(), name)
            .await?
            .ok_or(Error::GroupNotFound)
    }

    /// Two new keys for a pool: one for id tokens, one for access tokens.
    pub async fn new_pool_keys(&self) -> Result<(Arc<SigningKey>, Arc<SigningKey>)> {
        let key = async || self.key_reserve.take().await.map_err(Error::internal);
        Ok((key().await?, key().await?))
    }

    /// The keys that sign `pool`'s tokens.
    pub async fn keys(&self, pool_id: &str) -> Result<Arc<PoolKeys>> {
        let read = async || {
            let stored = self.store.signing_keys().of_pool(pool_id).await?;
            let (id, access) = stored.ok_or_else(|| Error::PoolNotFound(pool_id.to_owned()))?;
            Ok(Arc::new(PoolKeys { id, access }))
        };
        self.keys.get(pool_id, read).await
    }
}
