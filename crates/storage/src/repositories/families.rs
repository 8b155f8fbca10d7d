//! Families of refresh tokens: what sign-ins left behind, and the sessions that users see of them.

use poolhouse_domain::Timestamp;
use poolhouse_domain::sessions::RefreshFamily;
use poolhouse_domain::user_sessions::{Activity, SessionKind, TokenSession, UserSession};

use crate::atomic::Atomic;
use crate::conn::Conn;
use crate::error::Result;
use crate::value::{Bind, Row};

/// The families of refresh tokens.
pub struct Families<'a> {
    pub(crate) conn: Conn<'a>,
}

impl Families<'_> {
    /// Writes the family of a new sign-in. With a session it ends the least recently used sessions of the user beyond
    /// those that they may have: sign-ins of a user that come together are written one after the other.
    pub async fn insert(mut self, family: &RefreshFamily) -> Result<()> {
        let Some(session) = &family.session else {
            return insert(&mut self.conn, family).await;
        };
        let mut atomic = Atomic::begin(self.conn).await?;
        let mut conn = atomic.conn();
        lock_user(&mut conn, family).await?;
        insert(&mut conn, family).await?;
        evict(&mut conn, family, session).await?;
        atomic.commit().await
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

    /// Writes what was last seen of the session of a sign-in; answers whether the sign-in still stands.
    pub async fn touch(mut self, pool_id: &str, event_id: &str, activity: &Activity) -> Result<bool> {
        let sql = "UPDATE refresh_families SET last_active_at = $3, ip_address = $4, device_type = $5 \
                   WHERE pool_id = $1 AND event_id = $2";
        let binds = [
            pool_id.into(),
            event_id.into(),
            activity.at.millis().into(),
            activity.ip_address.as_deref().into(),
            activity.device_type.as_deref().into(),
        ];
        Ok(self.conn.write(sql, &binds).await? > 0)
    }

    /// The sessions of a user that have not expired by `now`, the newest first.
    pub async fn sessions_of_user(mut self, pool_id: &str, sub: &str, now: Timestamp) -> Result<Vec<UserSession>> {
        let sql = "SELECT session_id, event_id, client_id, created_at, last_active_at, ip_address, device_type, \
                          origin_session_id \
                   FROM refresh_families \
                   WHERE pool_id = $1 AND sub = $2 AND session_id IS NOT NULL AND expires_at > $3 \
                   ORDER BY created_at DESC, session_id";
        let binds = [pool_id.into(), sub.into(), now.millis().into()];
        let rows = self.conn.read_all(sql, &binds).await?;
        rows.iter().map(read_session).collect()
    }

    /// Whether the user has signed in from the device `key`, confirmed or not, the sign-in stands, and the device was
    /// not forgotten since.
    pub async fn has_device(mut self, pool_id: &str, sub: &str, key: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM refresh_families WHERE pool_id = $1 AND sub = $2 AND device_key = $3 LIMIT 1";
        let row = self
            .conn
            .read_optional(sql, &[pool_id.into(), sub.into(), key.into()])
            .await?;
        Ok(row.is_some())
    }

    /// Forgets that sign-ins of the user came from the device `key`: its key is none that the service gave out any more.
    pub async fn forget_device(mut self, pool_id: &str, sub: &str, key: &str) -> Result<()> {
        let sql = "UPDATE refresh_families SET device_key = NULL WHERE pool_id = $1 AND sub = $2 AND device_key = $3";
        self.conn.write(sql, &[pool_id.into(), sub.into(), key.into()]).await?;
        Ok(())
    }

    /// Ends one sign-in, if it still stands.
    pub async fn delete(mut self, pool_id: &str, event_id: &str) -> Result<()> {
        let sql = "DELETE FROM refresh_families WHERE pool_id = $1 AND event_id = $2";
        self.conn.write(sql, &[pool_id.into(), event_id.into()]).await?;
        Ok(())
    }

    /// Ends the sign-ins of a user that came through the SSO session `origin`, except `current`.
    pub async fn delete_of_origin(
        mut self,
        pool_id: &str,
        sub: &str,
        origin: &str,
        current: Option<&str>,
    ) -> Result<()> {
        let sql = "DELETE FROM refresh_families \
                   WHERE pool_id = $1 AND sub = $2 AND origin_session_id = $3 AND event_id <> $4";
        let binds = [
            pool_id.into(),
            sub.into(),
            origin.into(),
            current.unwrap_or_default().into(),
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// Ends all sign-ins of a user.
    pub async fn delete_of_user(mut self, pool_id: &str, sub: &str) -> Result<()> {
        let sql = "DELETE FROM refresh_families WHERE pool_id = $1 AND sub = $2";
        self.conn.write(sql, &[pool_id.into(), sub.into()]).await?;
        Ok(())
    }
}

async fn insert(conn: &mut Conn<'_>, family: &RefreshFamily) -> Result<()> {
    let sql = "INSERT INTO refresh_families (pool_id, event_id, origin_jti, sub, client_id, created_at, expires_at, \
                                             session_id, last_active_at, ip_address, device_type, device_key, \
                                             origin_session_id, version, doc) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14)";
    let session = family.session.as_ref();
    let began = session.map(|session| &session.began);
    let binds = [
        (&family.pool_id).into(),
        (&family.event_id).into(),
        (&family.origin_jti).into(),
        (&family.sub).into(),
        (&family.client_id).into(),
        family.authenticated_at.millis().into(),
        family.expires_at.millis().into(),
        session.map(|session| &*session.id).into(),
        began.map(|began| began.at.millis()).into(),
        began.and_then(|began| began.ip_address.as_deref()).into(),
        began.and_then(|began| began.device_type.as_deref()).into(),
        family.device.as_ref().map(|device| &*device.key).into(),
        session.and_then(|session| session.origin.as_deref()).into(),
        Bind::document(family)?,
    ];
    conn.write(sql, &binds).await?;
    Ok(())
}

/// Makes other transactions that lock the user of `family` wait for the end of this one.
async fn lock_user(conn: &mut Conn<'_>, family: &RefreshFamily) -> Result<()> {
    let sql = "UPDATE users SET version = version WHERE pool_id = $1 AND sub = $2";
    conn.write(sql, &[(&family.pool_id).into(), (&family.sub).into()])
        .await?;
    Ok(())
}

/// Ends the least recently used sessions of the user of `family` that are too many beside its own.
async fn evict(conn: &mut Conn<'_>, family: &RefreshFamily, session: &TokenSession) -> Result<()> {
    // SQLite knows no OFFSET without a LIMIT; no user has as many sessions as this one.
    let sql = "DELETE FROM refresh_families WHERE pool_id = $1 AND event_id IN \
               (SELECT event_id FROM refresh_families \
                WHERE pool_id = $1 AND sub = $2 AND session_id IS NOT NULL AND expires_at > $3 AND event_id <> $4 \
                ORDER BY last_active_at DESC, created_at DESC, event_id LIMIT 1000000 OFFSET $5)";
    let others = i64::from(session.max_per_user.max(1)) - 1;
    let binds = [
        (&family.pool_id).into(),
        (&family.sub).into(),
        family.authenticated_at.millis().into(),
        (&family.event_id).into(),
        others.into(),
    ];
    conn.write(sql, &binds).await?;
    Ok(())
}

fn read_session(row: &Row) -> Result<UserSession> {
    Ok(UserSession {
        id: row.text(0)?,
        kind: SessionKind::Token {
            event_id: row.text(1)?,
            origin: row.opt_text(7)?,
        },
        client_id: row.text(2)?,
        created_at: Timestamp::from_millis(row.int(3)?),
        last_activity: Activity {
            at: Timestamp::from_millis(row.int(4)?),
            ip_address: row.opt_text(5)?,
            device_type: row.opt_text(6)?,
        },
    })
}

fn read(row: &Row) -> Result<RefreshFamily> {
    Ok(RefreshFamily {
        version: row.int(0)?,
        ..row.json(1)?
    })
}
