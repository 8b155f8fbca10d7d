//! Families of refresh tokens: what sign-ins left behind.

use poolhouse_domain::sessions::RefreshFamily;

use crate::conn::Conn;
use crate::error::Result;
use crate::value::{Bind, Row};

/// The families of refresh tokens.
pub struct Families<'a> {
    pub(crate) conn: Conn<'a>,
}

impl Families<'_> {
    /// Writes the family of a new sign-in.
    pub async fn insert(mut self, family: &RefreshFamily) -> Result<()> {
        let sql = "INSERT INTO refresh_families (pool_id, event_id, origin_jti, sub, client_id, created_at, expires_at, \
                                                 version, doc) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)";
        let binds = [
            (&family.pool_id).into(),
            (&family.event_id).into(),
            (&family.origin_jti).into(),
            (&family.sub).into(),
            (&family.client_id).into(),
            family.authenticated_at.millis().into(),
            family.expires_at.millis().into(),
            Bind::document(family)?,
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// The family of the sign-in `event_id`, also an expired one.
    pub async fn get(mut self, pool_id: &str, event_id: &str) -> Result<Option<RefreshFamily>> {
        let sql = "SELECT version, doc FROM refresh_families WHERE pool_id = $1 AND event_id = $2";
        let row = self.conn.read_optional(sql, &[pool_id.into(), event_id.into()]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// Writes a rotated family; fails with [`Error::Conflict`](crate::Error::Conflict) when somebody else rotated or
    /// ended it since it was read.
    pub async fn replace(mut self, family: &mut RefreshFamily) -> Result<()> {
        let sql = "UPDATE refresh_families SET expires_at = $4, doc = $5, version = version + 1 \
                   WHERE pool_id = $1 AND event_id = $2 AND version = $3";
        let binds = [
            (&family.pool_id).into(),
            (&family.event_id).into(),
            family.version.into(),
            family.expires_at.millis().into(),
            Bind::document(family)?,
        ];
        self.conn.swap(sql, &binds).await?;
        family.version += 1;
        Ok(())
    }

    /// Ends one sign-in, if it still stands.
    pub async fn delete(mut self, pool_id: &str, event_id: &str) -> Result<()> {
        let sql = "DELETE FROM refresh_families WHERE pool_id = $1 AND event_id = $2";
        self.conn.write(sql, &[pool_id.into(), event_id.into()]).await?;
        Ok(())
    }

    /// Ends all sign-ins of a user.
    pub async fn delete_of_user(mut self, pool_id: &str, sub: &str) -> Result<()> {
        let sql = "DELETE FROM refresh_families WHERE pool_id = $1 AND sub = $2";
        self.conn.write(sql, &[pool_id.into(), sub.into()]).await?;
        Ok(())
    }
}

fn read(row: &Row) -> Result<RefreshFamily> {
    Ok(RefreshFamily {
        version: row.int(0)?,
        ..row.json(1)?
    })
}
