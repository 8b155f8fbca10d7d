//! Resource servers and their scopes.

use poolhouse_domain::resource_servers::ResourceServer;

use crate::atomic::Atomic;
use crate::conn::Conn;
use crate::error::Result;
use crate::value::{Bind, Row};

/// The resource servers of all pools.
pub struct ResourceServers<'a> {
    pub(crate) conn: Conn<'a>,
}

impl ResourceServers<'_> {
    /// The resource server of a pool that has this identifier.
    pub async fn get(mut self, pool_id: &str, identifier: &str) -> Result<Option<ResourceServer>> {
        let sql = "SELECT doc FROM resource_servers WHERE pool_id = $1 AND identifier = $2";
        let row = self
            .conn
            .read_optional(sql, &[pool_id.into(), identifier.into()])
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Writes a new resource server, unless its pool has `limit` of them; answers whether there was room. Fails with
    /// [`Error::Unique`](crate::Error::Unique) when the pool has one with this identifier.
    pub async fn insert(self, server: &ResourceServer, limit: i64) -> Result<bool> {
        let mut atomic = Atomic::begin(self.conn).await?;
        let pool_id: &str = &server.pool_id;
        // Whoever counts waits for those who counted before.
        let lock = "UPDATE pools SET version = version WHERE id = $1";
        atomic.conn().write(lock, &[pool_id.into()]).await?;
        let sql = "SELECT COUNT(*) FROM resource_servers WHERE pool_id = $1";
        if atomic.conn().read_one(sql, &[pool_id.into()]).await?.int(0)? >= limit {
            return Ok(false);
        }
        let sql = "INSERT INTO resource_servers (pool_id, identifier, doc) VALUES ($1, $2, $3)";
        let binds = [pool_id.into(), (&server.identifier).into(), Bind::document(server)?];
        atomic.conn().write(sql, &binds).await?;
        atomic.commit().await?;
        Ok(true)
    }

    /// Writes a resource server in place of what it was, whoever wrote that; answers whether it was there.
    pub async fn replace(mut self, server: &ResourceServer) -> Result<bool> {
        let sql = "UPDATE resource_servers SET doc = $3 WHERE pool_id = $1 AND identifier = $2";
        let binds = [
            (&server.pool_id).into(),
            (&server.identifier).into(),
            Bind::document(server)?,
        ];
        Ok(self.conn.write(sql, &binds).await? > 0)
    }

    /// Deletes a resource server with its scopes; answers whether it was there.
    pub async fn delete(mut self, pool_id: &str, identifier: &str) -> Result<bool> {
        let sql = "DELETE FROM resource_servers WHERE pool_id = $1 AND identifier = $2";
        Ok(self.conn.write(sql, &[pool_id.into(), identifier.into()]).await? > 0)
    }

    /// Up to `limit` resource servers of a pool, by identifier, after the identifier `after`.
    pub async fn list(mut self, pool_id: &str, after: Option<&str>, limit: i64) -> Result<Vec<ResourceServer>> {
        let sql =
            "SELECT doc FROM resource_servers WHERE pool_id = $1 AND identifier > $2 ORDER BY identifier LIMIT $3";
        let binds = [pool_id.into(), after.unwrap_or_default().into(), limit.into()];
        self.conn.read_all(sql, &binds).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<ResourceServer> {
    row.json(0)
}
