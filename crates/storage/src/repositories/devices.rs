//! Devices that users have confirmed.

use poolhouse_domain::Timestamp;
use poolhouse_domain::devices::Device;

use crate::conn::Conn;
use crate::error::Result;
use crate::value::{Bind, Row};

/// The devices of all users.
pub struct Devices<'a> {
    pub(crate) conn: Conn<'a>,
}

impl Devices<'_> {
    /// The device `key` of a user.
    pub async fn get(mut self, pool_id: &str, sub: &str, key: &str) -> Result<Option<Device>> {
        let sql = "SELECT version, doc, authenticated_at, last_ip_used FROM devices \
                   WHERE pool_id = $1 AND sub = $2 AND device_key = $3";
        let row = self
            .conn
            .read_optional(sql, &[pool_id.into(), sub.into(), key.into()])
            .await?;
        row.map(|row| read(&row)).transpose()
    }

    /// Writes a new device; answers whether its key was free.
    pub async fn insert(mut self, device: &Device) -> Result<bool> {
        let sql = "INSERT INTO devices (pool_id, sub, device_key, created_at, authenticated_at, last_ip_used, \
                                        version, doc) \
                   VALUES ($1, $2, $3, $4, $5, $6, 1, $7) ON CONFLICT DO NOTHING";
        let binds = [
            (&device.pool_id).into(),
            (&device.sub).into(),
            (&device.identity.key).into(),
            device.created_at.millis().into(),
            device.authenticated_at.millis().into(),
            device.last_ip_used.as_deref().into(),
            Bind::document(device)?,
        ];
        Ok(self.conn.write(sql, &binds).await? > 0)
    }

    /// Writes a changed device; fails with [`Error::Conflict`](crate::Error::Conflict) when somebody else wrote or
    /// deleted it since it was read.
    pub async fn replace(mut self, device: &mut Device) -> Result<()> {
        let sql = "UPDATE devices SET doc = $5, version = version + 1 \
                   WHERE pool_id = $1 AND sub = $2 AND device_key = $3 AND version = $4";
        let binds = [
            (&device.pool_id).into(),
            (&device.sub).into(),
            (&device.identity.key).into(),
            device.version.into(),
            Bind::document(device)?,
        ];
        self.conn.swap(sql, &binds).await?;
        device.version += 1;
        Ok(())
    }

    /// Writes when and from where the device `key` was last signed in with; answers whether it is still there.
    pub async fn touch(
        mut self,
        pool_id: &str,
        sub: &str,
        key: &str,
        (at, ip_address): (Timestamp, Option<&str>),
    ) -> Result<bool> {
        let sql = "UPDATE devices SET authenticated_at = $4, last_ip_used = $5 \
                   WHERE pool_id = $1 AND sub = $2 AND device_key = $3";
        let binds = [
            pool_id.into(),
            sub.into(),
            key.into(),
            at.millis().into(),
            ip_address.into(),
        ];
        Ok(self.conn.write(sql, &binds).await? > 0)
    }

    /// Deletes a device; answers whether it was there.
    pub async fn delete(mut self, pool_id: &str, sub: &str, key: &str) -> Result<bool> {
        let sql = "DELETE FROM devices WHERE pool_id = $1 AND sub = $2 AND device_key = $3";
        let deleted = self.conn.write(sql, &[pool_id.into(), sub.into(), key.into()]).await?;
        Ok(deleted > 0)
    }

    /// Up to `limit` devices of a user, by key, after the key `after`.
    pub async fn list(mut self, pool_id: &str, sub: &str, after: Option<&str>, limit: i64) -> Result<Vec<Device>> {
        let sql = "SELECT version, doc, authenticated_at, last_ip_used FROM devices \
                   WHERE pool_id = $1 AND sub = $2 AND device_key > $3 ORDER BY device_key LIMIT $4";
        let binds = [
            pool_id.into(),
            sub.into(),
            after.unwrap_or_default().into(),
            limit.into(),
        ];
        self.conn.read_all(sql, &binds).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<Device> {
    Ok(Device {
        version: row.int(0)?,
        authenticated_at: Timestamp::from_millis(row.int(2)?),
        last_ip_used: row.opt_text(3)?,
        ..row.json(1)?
    })
}
