//! User pools.

use poolhouse_domain::pools::Pool;
use uuid::Uuid;

use crate::atomic::Atomic;
use crate::conn::Conn;
use crate::error::{Error, Result};
use crate::value::{Bind, Row};

/// Up to how many users a pool's are counted one by one. The statement below says it too.
const COUNTED_USERS: f64 = 10_000.0;

/// The user pools.
pub struct Pools<'a> {
    pub(crate) conn: Conn<'a>,
}

impl Pools<'_> {
    /// The pool `id`, whoever it belongs to.
    pub async fn get(mut self, id: &str) -> Result<Option<Pool>> {
        let sql = "SELECT version, doc FROM pools WHERE id = $1";
        let row = self.conn.read_optional(sql, &[id.into()]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// Writes a new pool.
    pub async fn insert(mut self, pool: &Pool) -> Result<()> {
        let created_at = pool.settings.creation_date.unwrap_or_default();
        let sql = "INSERT INTO pools (id, account_id, region, name, created_at, version, doc) \
                   VALUES ($1, $2, $3, $4, $5, 1, $6)";
        let binds = [
            pool.id().into(),
            (&pool.account_id).into(),
            pool.region().into(),
            pool.name().into(),
            created_at.millis().into(),
            Bind::document(pool)?,
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// Writes a changed pool; fails with [`Error::Conflict`] when somebody else wrote it since it was read.
    pub async fn replace(mut self, pool: &mut Pool) -> Result<()> {
        let sql = "UPDATE pools SET name = $3, doc = $4, version = version + 1 WHERE id = $1 AND version = $2";
        let binds = [
            pool.id().into(),
            pool.version.into(),
            pool.name().into(),
            Bind::document(pool)?,
        ];
        self.conn.swap(sql, &binds).await?;
        pool.version += 1;
        Ok(())
    }

    /// Deletes a pool with everything in it; answers whether it was there.
    pub async fn delete(self, id: &str) -> Result<bool> {
        let mut atomic = Atomic::begin(self.conn).await?;
        let deleted = atomic
            .conn()
            .write("DELETE FROM pools WHERE id = $1", &[id.into()])
            .await?;
        // These rows are of names that may belong to nobody, and hang on no other row.
        atomic
            .conn()
            .write("DELETE FROM lockouts WHERE pool_id = $1", &[id.into()])
            .await?;
        atomic
            .conn()
            .write("DELETE FROM counters WHERE pool_id = $1", &[id.into()])
            .await?;
        atomic.commit().await?;
        Ok(deleted > 0)
    }

    /// Up to `limit` pools of an account in a region, by id, after the id `after`.
    pub async fn list(mut self, account_id: &str, region: &str, after: Option<&str>, limit: i64) -> Result<Vec<Pool>> {
        let sql =
            "SELECT version, doc FROM pools WHERE account_id = $1 AND region = $2 AND id > $3 ORDER BY id LIMIT $4";
        let binds = [
            account_id.into(),
            region.into(),
            after.unwrap_or_default().into(),
            limit.into(),
        ];
        self.conn.read_all(sql, &binds).await?.iter().map(read).collect()
    }

    /// How many users a pool has: exactly up to 10,000, and about right beyond, without looking at all of them.
    ///
    /// The subs of users are spread evenly, so the one at a known rank tells how many there are.
    pub async fn estimated_users(mut self, pool_id: &str) -> Result<i64> {
        let sql = "SELECT sub FROM users WHERE pool_id = $1 ORDER BY sub LIMIT 1 OFFSET 10000";
        let Some(row) = self.conn.read_optional(sql, &[pool_id.into()]).await? else {
            let sql = "SELECT COUNT(*) FROM users WHERE pool_id = $1";
            return self.conn.read_one(sql, &[pool_id.into()]).await?.int(0);
        };
        let sub = Uuid::try_parse(&row.text(0)?).map_err(|error| Error::Corrupt(error.into()))?;
        Ok(estimate(sub))
    }
}

/// How many users there are when `sub` is the first after the counted ones.
fn estimate(sub: Uuid) -> i64 {
    let (high, _) = sub.as_u64_pair();
    let share = (high as f64 + 1.0) / (u64::MAX as f64 + 1.0);
    (COUNTED_USERS / share).round().max(COUNTED_USERS + 1.0) as i64
}

fn read(row: &Row) -> Result<Pool> {
    Ok(Pool {
        version: row.int(0)?,
        ..row.json(1)?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sub_at_a_known_rank_tells_how_many_users_there_are() {
        let estimate = |sub: &str| estimate(sub.parse().unwrap());
        assert_eq!(estimate("80000000-0000-7000-0000-000000000000"), 20_000);
        assert_eq!(estimate("00418937-4bc6-7000-0000-000000000000"), 10_000_000);
        assert_eq!(estimate("ffffffff-ffff-70ff-ffff-ffffffffffff"), 10_001);
        assert!(estimate("00000000-0000-7000-0000-000000000000") > 0);
    }
}
