//! Wrong passwords in a row, and the pauses that they earn.

use poolhouse_domain::Timestamp;

use crate::atomic::Atomic;
use crate::conn::Conn;
use crate::error::Result;

/// The counts of wrong passwords, also of names that no user has.
pub struct Lockouts<'a> {
    pub(crate) conn: Conn<'a>,
}

impl Lockouts<'_> {
    /// When the latest pause of `subject` ends or ended.
    pub async fn locked_until(mut self, pool_id: &str, subject: &str) -> Result<Option<Timestamp>> {
        let sql = "SELECT locked_until FROM lockouts WHERE pool_id = $1 AND subject = $2";
        let row = self.conn.read_optional(sql, &[pool_id.into(), subject.into()]).await?;
        let until = row.map(|row| row.opt_int(0)).transpose()?.flatten();
        Ok(until.map(Timestamp::from_millis))
    }

    /// Counts a wrong password, and sets the pause that `pause` gives for their number; both in milliseconds.
    ///
    /// The count begins anew `keep_for_ms` milliseconds after the last failure. During a pause nothing is counted.
    pub async fn record_failure(
        self,
        pool_id: &str,
        subject: &str,
        now: Timestamp,
        keep_for_ms: i64,
        pause: fn(i64) -> i64,
    ) -> Result<()> {
        let mut atomic = Atomic::begin(self.conn).await?;
        // Holds the row until the pause is set: failures that race are counted one after the other.
        let sql = "INSERT INTO lockouts (pool_id, subject, failures, last_failure_at, expires_at) \
                   VALUES ($1, $2, 1, $3, $4) ON CONFLICT (pool_id, subject) DO UPDATE \
                   SET failures = CASE WHEN lockouts.expires_at <= excluded.last_failure_at THEN 1 \
                                       ELSE lockouts.failures + 1 END, \
                       last_failure_at = excluded.last_failure_at, locked_until = NULL, \
                       expires_at = excluded.expires_at \
                   WHERE lockouts.locked_until IS NULL OR lockouts.locked_until <= excluded.last_failure_at \
                   RETURNING failures";
        let expires_at = now.plus_millis(keep_for_ms);
        let binds = [
            pool_id.into(),
            subject.into(),
            now.millis().into(),
            expires_at.millis().into(),
        ];
        if let Some(row) = atomic.conn().write_optional(sql, &binds).await? {
            let pause = pause(row.int(0)?);
            if pause > 0 {
                let sql = "UPDATE lockouts SET locked_until = $3 WHERE pool_id = $1 AND subject = $2";
                let binds = [pool_id.into(), subject.into(), now.plus_millis(pause).millis().into()];
                atomic.conn().write(sql, &binds).await?;
            }
        }
        atomic.commit().await
    }

    /// Forgets the failures of `subject`.
    pub async fn clear(mut self, pool_id: &str, subject: &str) -> Result<()> {
        let sql = "DELETE FROM lockouts WHERE pool_id = $1 AND subject = $2";
        self.conn.write(sql, &[pool_id.into(), subject.into()]).await?;
        Ok(())
    }
}
