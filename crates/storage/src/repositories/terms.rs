//! Terms documents of app clients.

use poolhouse_domain::terms::Terms;

use crate::conn::Conn;
use crate::error::Result;
use crate::value::{Bind, Row};

/// The terms documents of all pools.
pub struct TermsDocuments<'a> {
    pub(crate) conn: Conn<'a>,
}

impl TermsDocuments<'_> {
    /// The document `id` of a pool.
    pub async fn get(mut self, pool_id: &str, id: &str) -> Result<Option<Terms>> {
        let sql = "SELECT version, doc FROM terms WHERE pool_id = $1 AND id = $2";
        let row = self.conn.read_optional(sql, &[pool_id.into(), id.into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The documents of an app client, by name.
    pub async fn of_client(mut self, client_id: &str) -> Result<Vec<Terms>> {
        let sql = "SELECT version, doc FROM terms WHERE client_id = $1 ORDER BY name";
        self.conn
            .read_all(sql, &[client_id.into()])
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// Writes a new document; fails with [`Error::Unique`](crate::Error::Unique) when its app client has one of that
    /// name.
    pub async fn insert(mut self, terms: &Terms) -> Result<()> {
        let sql = "INSERT INTO terms (id, pool_id, client_id, name, version, doc) VALUES ($1, $2, $3, $4, 1, $5)";
        let binds = [
            (&terms.id).into(),
            (&terms.pool_id).into(),
            (&terms.client_id).into(),
            (&terms.name).into(),
            Bind::document(terms)?,
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// Writes a changed document; fails with [`Error::Unique`](crate::Error::Unique) when its app client has another
    /// one of that name, and with [`Error::Conflict`](crate::Error::Conflict) when somebody else wrote or deleted it
    /// since it was read.
    pub async fn replace(mut self, terms: &mut Terms) -> Result<()> {
        let sql = "UPDATE terms SET name = $4, doc = $5, version = version + 1 \
                   WHERE pool_id = $1 AND id = $2 AND version = $3";
        let binds = [
            (&terms.pool_id).into(),
            (&terms.id).into(),
            terms.version.into(),
            (&terms.name).into(),
            Bind::document(terms)?,
        ];
        self.conn.swap(sql, &binds).await?;
        terms.version += 1;
        Ok(())
    }

    /// Deletes a document; answers the app client that had it, if it was there.
    pub async fn delete(mut self, pool_id: &str, id: &str) -> Result<Option<String>> {
        let sql = "DELETE FROM terms WHERE pool_id = $1 AND id = $2 RETURNING client_id";
        let row = self.conn.write_optional(sql, &[pool_id.into(), id.into()]).await?;
        row.map(|row| row.text(0)).transpose()
    }

    /// Up to `limit` documents of a pool, by id, after the id `after`.
    pub async fn list(mut self, pool_id: &str, after: Option<&str>, limit: i64) -> Result<Vec<Terms>> {
        let sql = "SELECT version, doc FROM terms WHERE pool_id = $1 AND id > $2 ORDER BY id LIMIT $3";
        let binds = [pool_id.into(), after.unwrap_or_default().into(), limit.into()];
        self.conn.read_all(sql, &binds).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<Terms> {
    Ok(Terms {
        version: row.int(0)?,
        ..row.json(1)?
    })
}
