//! Codes that were sent, as keyed hashes.

use poolhouse_domain::Timestamp;
use poolhouse_domain::codes::{Code, CodePurpose};

use crate::conn::Conn;
use crate::error::Result;
use crate::value::Bind;

/// The codes that were sent and not used yet.
pub struct Codes<'a> {
    pub(crate) conn: Conn<'a>,
}

impl Codes<'_> {
    /// Writes a code in place of an older one of the same user and purpose.
    pub async fn put(mut self, code: &Code) -> Result<()> {
        let sql = "INSERT INTO codes (pool_id, sub, purpose, code_hash, expires_at, doc) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (pool_id, sub, purpose) DO UPDATE \
                   SET code_hash = excluded.code_hash, expires_at = excluded.expires_at, \
                       doc = excluded.doc";
        let binds = [
            (&code.pool_id).into(),
            (&code.sub).into(),
            code.purpose.as_str().into(),
            (&code.hash).into(),
            code.expires_at.millis().into(),
            Bind::document(&code.delivery)?,
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// The newest code of a user for `purpose`, also an expired one.
    pub async fn get(mut self, pool_id: &str, sub: &str, purpose: CodePurpose) -> Result<Option<Code>> {
        let sql = "SELECT code_hash, expires_at, doc FROM codes WHERE pool_id = $1 AND sub = $2 AND purpose = $3";
        let binds = [pool_id.into(), sub.into(), purpose.as_str().into()];
        let row = self.conn.read_optional(sql, &binds).await?;
        row.map(|row| {
            Ok(Code {
                pool_id: pool_id.to_owned(),
                sub: sub.to_owned(),
                purpose,
                hash: row.text(0)?,
                expires_at: Timestamp::from_millis(row.int(1)?),
                delivery: row.json(2)?,
            })
        })
        .transpose()
    }

    /// Uses a code up; answers whether it was still there. Of two that race one wins.
    pub async fn consume(mut self, code: &Code) -> Result<bool> {
        let sql = "DELETE FROM codes WHERE pool_id = $1 AND sub = $2 AND purpose = $3 AND code_hash = $4";
        let binds = [
            (&code.pool_id).into(),
            (&code.sub).into(),
            code.purpose.as_str().into(),
            (&code.hash).into(),
        ];
        Ok(self.conn.write(sql, &binds).await? > 0)
    }
}
