//! Attempts within a window of time.

use poolhouse_domain::Timestamp;

use crate::conn::Conn;
use crate::error::{Error, Result};

/// The counters of attempts.
pub struct Counters<'a> {
    pub(crate) conn: Conn<'a>,
}

impl Counters<'_> {
    /// Counts an attempt under `key`; answers how many there are in its window, which begins with the first and lasts
    /// `window_ms` milliseconds. No two that race get the same number.
    pub async fn count(mut self, pool_id: &str, key: &str, now: Timestamp, window_ms: i64) -> Result<i64> {
        let sql = "INSERT INTO counters (pool_id, subject, window_start, used, expires_at) VALUES ($1, $2, $3, 1, $4) \
                   ON CONFLICT (pool_id, subject) DO UPDATE SET \
                       used = CASE WHEN counters.window_start <= $5 THEN 1 ELSE counters.used + 1 END, \
                       expires_at = CASE WHEN counters.window_start <= $5 THEN excluded.expires_at \
                                         ELSE counters.expires_at END, \
                       window_start = CASE WHEN counters.window_start <= $5 THEN excluded.window_start \
                                           ELSE counters.window_start END \
                   RETURNING used";
        let binds = [
            pool_id.into(),
            key.into(),
            now.millis().into(),
            now.plus_millis(window_ms).millis().into(),
            now.plus_millis(-window_ms).millis().into(),
        ];
        let row = self.conn.write_optional(sql, &binds).await?;
        row.ok_or_else(|| Error::Corrupt("a counter that counts nothing".into()))?
            .int(0)
    }

    /// How many attempts under `key` are in the window that is open at `now`.
    pub async fn get(mut self, pool_id: &str, key: &str, now: Timestamp, window_ms: i64) -> Result<i64> {
        let sql = "SELECT used FROM counters WHERE pool_id = $1 AND subject = $2 AND window_start > $3";
        let binds = [pool_id.into(), key.into(), now.plus_millis(-window_ms).millis().into()];
        let row = self.conn.read_optional(sql, &binds).await?;
        row.map_or(Ok(0), |row| row.int(0))
    }
}
