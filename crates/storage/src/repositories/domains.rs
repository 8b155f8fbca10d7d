//! Which pool a domain belongs to. What else is known of a domain stands in its pool.

use crate::conn::Conn;
use crate::error::Result;

/// The domains of all pools; a name is good for one.
pub struct Domains<'a> {
    pub(crate) conn: Conn<'a>,
}

impl Domains<'_> {
    /// The id of the pool that has the domain `name`.
    pub async fn pool_id(mut self, name: &str) -> Result<Option<String>> {
        let sql = "SELECT pool_id FROM domains WHERE name = $1";
        let row = self.conn.read_optional(sql, &[name.into()]).await?;
        row.map(|row| row.text(0)).transpose()
    }

    /// Takes the domain `name` for a pool; fails with [`Error::Unique`](crate::Error::Unique) when some pool has it.
    pub async fn insert(mut self, name: &str, pool_id: &str) -> Result<()> {
        let sql = "INSERT INTO domains (name, pool_id) VALUES ($1, $2)";
        self.conn.write(sql, &[name.into(), pool_id.into()]).await?;
        Ok(())
    }

    /// Gives the domain `name` of a pool back, if the pool has it.
    pub async fn delete(mut self, name: &str, pool_id: &str) -> Result<()> {
        let sql = "DELETE FROM domains WHERE name = $1 AND pool_id = $2";
        self.conn.write(sql, &[name.into(), pool_id.into()]).await?;
        Ok(())
    }
}
