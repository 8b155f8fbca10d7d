//! Messages that wait for their delivery.

use poolhouse_crypto::seal::Purpose;
use poolhouse_domain::Timestamp;

use crate::conn::Conn;
use crate::error::Result;
use crate::value::{Bind, Row};
use crate::vault::Vault;

const SEALED: Purpose = Purpose::new("outbox");

/// The messages of all pools that wait for their delivery, by whichever node takes them on.
pub struct Outbox<'a> {
    pub(crate) conn: Conn<'a>,
    pub(crate) vault: &'a Vault,
}

/// A message to be delivered.
pub struct OutboxEntry<'a> {
    pub id: &'a str,
    pub pool_id: &'a str,
    /// When to deliver it.
    pub due_at: Timestamp,
    /// When it will be worthless.
    pub expires_at: Timestamp,
    /// Kept sealed, as it may hold codes and passwords.
    pub content: &'a [u8],
}

/// A message that one node has taken on for a while.
pub struct LeasedEntry {
    pub id: String,
    pub pool_id: String,
    /// The number of this attempt, counted from 1. Whoever takes the message on next has a higher one.
    pub attempt: i64,
    pub expires_at: Timestamp,
    /// Until when nobody else takes it on.
    pub leased_until: Timestamp,
    /// `None` when the seal is broken.
    pub content: Option<Vec<u8>>,
}

impl Outbox<'_> {
    /// Writes a new message.
    pub async fn put(mut self, entry: &OutboxEntry<'_>) -> Result<()> {
        let sealed = self
            .vault
            .seal(SEALED, &place(entry.pool_id, entry.id), entry.content)?;
        let sql = "INSERT INTO outbox (id, pool_id, due_at, attempts, expires_at, doc) VALUES ($1, $2, $3, 0, $4, $5)";
        let binds = [
            entry.id.into(),
            entry.pool_id.into(),
            entry.due_at.millis().into(),
            entry.expires_at.millis().into(),
            Bind::document(&sealed)?,
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// When the next message is due that nobody has taken on, or whose lease has run out.
    pub async fn next_due(mut self) -> Result<Option<Timestamp>> {
        let sql = "SELECT due_at FROM outbox ORDER BY due_at LIMIT 1";
        let row = self.conn.read_optional(sql, &[]).await?;
        row.map(|row| Ok(Timestamp::from_millis(row.int(0)?))).transpose()
    }

    /// Takes on up to `limit` messages that are due at `now`. Nobody else gets them before `until`.
    pub async fn lease(mut self, now: Timestamp, until: Timestamp, limit: i64) -> Result<Vec<LeasedEntry>> {
        // What is due is looked at twice: another node may take it on while the statement runs.
        let sql = "UPDATE outbox SET due_at = $2, attempts = attempts + 1 WHERE due_at <= $1 AND id IN \
                   (SELECT id FROM outbox WHERE due_at <= $1 ORDER BY due_at LIMIT $3) \
                   RETURNING id, pool_id, attempts, expires_at, doc";
        let binds = [now.millis().into(), until.millis().into(), limit.into()];
        let rows = self.conn.write_returning(sql, &binds).await?;
        rows.iter().map(|row| self.leased(row, until)).collect()
    }

    /// Removes a message that was delivered or given up; answers whether it was still this attempt's.
    pub async fn finish(mut self, entry: &LeasedEntry) -> Result<bool> {
        let sql = "DELETE FROM outbox WHERE id = $1 AND attempts = $2";
        let binds = [(&entry.id).into(), entry.attempt.into()];
        Ok(self.conn.write(sql, &binds).await? > 0)
    }

    /// Gives a message back, to be taken on again at `due_at`; answers whether it was still this attempt's.
    pub async fn retry(mut self, entry: &LeasedEntry, due_at: Timestamp) -> Result<bool> {
        let sql = "UPDATE outbox SET due_at = $3 WHERE id = $1 AND attempts = $2";
        let binds = [(&entry.id).into(), entry.attempt.into(), due_at.millis().into()];
        Ok(self.conn.write(sql, &binds).await? > 0)
    }

    fn leased(&self, row: &Row, leased_until: Timestamp) -> Result<LeasedEntry> {
        let (id, pool_id) = (row.text(0)?, row.text(1)?);
        let sealed: String = row.json(4)?;
        let content = self.vault.open(SEALED, &place(&pool_id, &id), &sealed).ok();
        Ok(LeasedEntry {
            attempt: row.int(2)?,
            expires_at: Timestamp::from_millis(row.int(3)?),
            leased_until,
            content: content.map(|content| content.to_vec()),
            id,
            pool_id,
        })
    }
}

fn place<'a>(pool_id: &'a str, id: &'a str) -> [&'a str; 3] {
    ["outbox", pool_id, id]
}
