//! Removing what has expired.

use poolhouse_domain::{DAY, HOUR, Timestamp};

use crate::error::Result;
use crate::store::Store;

/// A statement that deletes up to `$2` rows that expired by `$1`, and how long rows stay after they have expired.
struct Purge {
    sql: &'static str,
    remains: i64,
}

/// The rows to delete are looked at twice: one may be renewed while the statement runs.
const PURGES: [Purge; 9] = [
    Purge {
        sql: "DELETE FROM codes WHERE expires_at <= $1 AND (pool_id, sub, purpose) IN \
              (SELECT pool_id, sub, purpose FROM codes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        remains: 0,
    },
    Purge {
        sql: "DELETE FROM passkey_registrations WHERE expires_at <= $1 AND (pool_id, sub) IN \
              (SELECT pool_id, sub FROM passkey_registrations WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        remains: 0,
    },
    // A late answer is told why it is refused.
    Purge {
        sql: "DELETE FROM auth_sessions WHERE expires_at <= $1 AND id IN \
              (SELECT id FROM auth_sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        remains: HOUR,
    },
    // The access tokens of the last refresh outlive the refresh token, by no more than a day.
    Purge {
        sql: "DELETE FROM refresh_families WHERE expires_at <= $1 AND (pool_id, event_id) IN \
              (SELECT pool_id, event_id FROM refresh_families WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        remains: DAY,
    },
    // Whoever comes with a code that was redeemed long ago ends the sign-in that it gave.
    Purge {
        sql: "DELETE FROM authorization_codes WHERE expires_at <= $1 AND code_hash IN \
              (SELECT code_hash FROM authorization_codes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        remains: DAY,
    },
    Purge {
        sql: "DELETE FROM browser_sessions WHERE expires_at <= $1 AND (pool_id, cookie_hash) IN \
              (SELECT pool_id, cookie_hash FROM browser_sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        remains: 0,
    },
    Purge {
        sql: "DELETE FROM lockouts WHERE expires_at <= $1 AND (pool_id, subject) IN \
              (SELECT pool_id, subject FROM lockouts WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        remains: 0,
    },
    Purge {
        sql: "DELETE FROM counters WHERE expires_at <= $1 AND (pool_id, subject) IN \
              (SELECT pool_id, subject FROM counters WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        remains: 0,
    },
    // Whoever delivers messages gives up those that have expired, and says so.
    Purge {
        sql: "DELETE FROM outbox WHERE expires_at <= $1 AND id IN \
              (SELECT id FROM outbox WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        remains: HOUR,
    },
];

impl Store {
    /// Deletes what has expired; answers how many rows that were. Writes at most `limit` rows at a time, so that nobody
    /// waits for long.
    pub async fn purge_expired(&self, now: Timestamp, limit: i64) -> Result<u64> {
        let mut deleted = 0;
        for Purge { sql, remains } in PURGES {
            let by = now.plus_millis(-remains).millis();
            loop {
                let rows = self.db().conn().write(sql, &[by.into(), limit.into()]).await?;
                deleted += rows;
                if (rows as i64) < limit.max(1) {
                    break;
                }
            }
        }
        Ok(deleted)
    }
}
