//! Sign-ins of browsers to managed login.

use poolhouse_domain::Timestamp;
use poolhouse_domain::oauth::BrowserSession;
use poolhouse_domain::user_sessions::{Activity, SessionKind, UserSession};

use crate::conn::Conn;
use crate::error::Result;
use crate::value::{Bind, Row};

/// The sessions that cookies stand for.
pub struct BrowserSessions<'a> {
    pub(crate) conn: Conn<'a>,
}

impl BrowserSessions<'_> {
    /// Writes a new session, which began with `activity`.
    pub async fn insert(mut self, session: &BrowserSession, activity: &Activity) -> Result<()> {
        let sql = "INSERT INTO browser_sessions (pool_id, cookie_hash, sub, session_id, expires_at, last_active_at, \
                                                 ip_address, device_type, doc) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let binds = [
            (&session.pool_id).into(),
            (&session.cookie_hash).into(),
            (&session.sub).into(),
            session.id.as_deref().into(),
            session.expires_at.millis().into(),
            activity.at.millis().into(),
            activity.ip_address.as_deref().into(),
            activity.device_type.as_deref().into(),
            Bind::document(session)?,
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// The session of a cookie, if it has not expired by `now`.
    pub async fn get(mut self, pool_id: &str, cookie_hash: &str, now: Timestamp) -> Result<Option<BrowserSession>> {
        let sql = "SELECT cookie_hash, doc FROM browser_sessions \
                   WHERE pool_id = $1 AND cookie_hash = $2 AND expires_at > $3";
        let binds = [pool_id.into(), cookie_hash.into(), now.millis().into()];
        let row = self.conn.read_optional(sql, &binds).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// Writes what was last seen of a session, if it still stands.
    pub async fn touch(mut self, pool_id: &str, cookie_hash: &str, activity: &Activity) -> Result<()> {
        let sql = "UPDATE browser_sessions SET last_active_at = $3, ip_address = $4, device_type = $5 \
                   WHERE pool_id = $1 AND cookie_hash = $2";
        let binds = [
            pool_id.into(),
            cookie_hash.into(),
            activity.at.millis().into(),
            activity.ip_address.as_deref().into(),
            activity.device_type.as_deref().into(),
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// The sessions of a user that they see and that have not expired by `now`, the newest first.
    pub async fn sessions_of_user(mut self, pool_id: &str, sub: &str, now: Timestamp) -> Result<Vec<UserSession>> {
        let sql = "SELECT cookie_hash, doc, session_id, last_active_at, ip_address, device_type FROM browser_sessions \
                   WHERE pool_id = $1 AND sub = $2 AND session_id IS NOT NULL AND expires_at > $3 \
                   ORDER BY session_id";
        let binds = [pool_id.into(), sub.into(), now.millis().into()];
        let rows = self.conn.read_all(sql, &binds).await?;
        let mut sessions: Vec<UserSession> = rows.iter().map(read_session).collect::<Result<_>>()?;
        sessions.sort_by_key(|session| std::cmp::Reverse(session.created_at));
        Ok(sessions)
    }

    /// Ends the session of a cookie, if there is one.
    pub async fn delete(mut self, pool_id: &str, cookie_hash: &str) -> Result<()> {
        let sql = "DELETE FROM browser_sessions WHERE pool_id = $1 AND cookie_hash = $2";
        self.conn.write(sql, &[pool_id.into(), cookie_hash.into()]).await?;
        Ok(())
    }

    /// Ends the session that a user sees as `id`, if there is one.
    pub async fn delete_session(mut self, pool_id: &str, sub: &str, id: &str) -> Result<()> {
        let sql = "DELETE FROM browser_sessions WHERE pool_id = $1 AND sub = $2 AND session_id = $3";
        self.conn.write(sql, &[pool_id.into(), sub.into(), id.into()]).await?;
        Ok(())
    }
}

fn read(row: &Row) -> Result<BrowserSession> {
    Ok(BrowserSession {
        cookie_hash: row.text(0)?,
        ..row.json(1)?
    })
}

fn read_session(row: &Row) -> Result<UserSession> {
    let session = read(row)?;
    Ok(UserSession {
        id: row.text(2)?,
        kind: SessionKind::Sso,
        client_id: session.client_id,
        created_at: session.authenticated_at,
        last_activity: Activity {
            at: Timestamp::from_millis(row.int(3)?),
            ip_address: row.opt_text(4)?,
            device_type: row.opt_text(5)?,
        },
    })
}
