//! Sign-ins of browsers to managed login.

use poolhouse_domain::Timestamp;
use poolhouse_domain::oauth::BrowserSession;

use crate::conn::Conn;
use crate::error::Result;
use crate::value::Bind;

/// The sessions that cookies stand for.
pub struct BrowserSessions<'a> {
    pub(crate) conn: Conn<'a>,
}

impl BrowserSessions<'_> {
    /// Writes a new session.
    pub async fn insert(mut self, cookie_hash: &str, session: &BrowserSession) -> Result<()> {
        let sql = "INSERT INTO browser_sessions (pool_id, cookie_hash, sub, expires_at, doc) \
                   VALUES ($1, $2, $3, $4, $5)";
        let binds = [
            (&session.pool_id).into(),
            cookie_hash.into(),
            (&session.sub).into(),
            session.expires_at.millis().into(),
            Bind::document(session)?,
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// The session of a cookie, if it has not expired by `now`.
    pub async fn get(mut self, pool_id: &str, cookie_hash: &str, now: Timestamp) -> Result<Option<BrowserSession>> {
        let sql = "SELECT doc FROM browser_sessions WHERE pool_id = $1 AND cookie_hash = $2 AND expires_at > $3";
        let binds = [pool_id.into(), cookie_hash.into(), now.millis().into()];
        let row = self.conn.read_optional(sql, &binds).await?;
        row.map(|row| row.json(0)).transpose()
    }

    /// Ends the session of a cookie, if there is one.
    pub async fn delete(mut self, pool_id: &str, cookie_hash: &str) -> Result<()> {
        let sql = "DELETE FROM browser_sessions WHERE pool_id = $1 AND cookie_hash = $2";
        self.conn.write(sql, &[pool_id.into(), cookie_hash.into()]).await?;
        Ok(())
    }
}
