//! Sign-ins between two challenges.

use poolhouse_domain::Timestamp;
use poolhouse_domain::sessions::AuthSession;

use crate::conn::Conn;
use crate::error::Result;
use crate::value::Bind;

/// The sessions of sign-ins that wait for an answer.
pub struct Sessions<'a> {
    pub(crate) conn: Conn<'a>,
}

/// What became of a session.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionFound {
    /// It waits for its answer.
    Open(Box<AuthSession>),
    /// It was answered.
    Used,
    /// It ended without an answer, or is not known any more.
    Expired,
}

impl Sessions<'_> {
    /// Writes a new session.
    pub async fn insert(self, session: &AuthSession) -> Result<()> {
        let sql = "INSERT INTO auth_sessions (id, pool_id, expires_at, doc) VALUES ($1, $2, $3, $4)";
        self.write(sql, session).await
    }

    /// Writes a session in place of one with the same id, used or not.
    pub async fn put(self, session: &AuthSession) -> Result<()> {
        let sql = "INSERT INTO auth_sessions (id, pool_id, expires_at, doc) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (id) DO UPDATE SET expires_at = EXCLUDED.expires_at, consumed_at = NULL, \
                   doc = EXCLUDED.doc";
        self.write(sql, session).await
    }

    async fn write(mut self, sql: &'static str, session: &AuthSession) -> Result<()> {
        let binds = [
            (&session.id).into(),
            (&session.pool_id).into(),
            session.expires_at.millis().into(),
            Bind::document(&session.state)?,
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// The session `id` as it stands at `now`.
    pub async fn get(mut self, id: &str, now: Timestamp) -> Result<SessionFound> {
        let sql = "SELECT pool_id, expires_at, consumed_at, doc FROM auth_sessions WHERE id = $1";
        let Some(row) = self.conn.read_optional(sql, &[id.into()]).await? else {
            return Ok(SessionFound::Expired);
        };
        let expires_at = Timestamp::from_millis(row.int(1)?);
        if row.opt_int(2)?.is_some() {
            return Ok(SessionFound::Used);
        }
        if expires_at <= now {
            return Ok(SessionFound::Expired);
        }
        let pool_id = row.text(0)?;
        Ok(SessionFound::Open(Box::new(AuthSession {
            id: id.to_owned(),
            pool_id,
            expires_at,
            state: row.json(3)?,
        })))
    }

    /// Uses an open session up; answers whether it was open. Of two that race one wins.
    pub async fn consume(mut self, id: &str, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE auth_sessions SET consumed_at = $2 \
                   WHERE id = $1 AND consumed_at IS NULL AND expires_at > $2";
        Ok(self.conn.write(sql, &[id.into(), now.millis().into()]).await? > 0)
    }

    /// Uses up something that was never written: of two that race with the same `id` one gets `true`. It is remembered
    /// until `expires_at`, when it is worth nothing anyway.
    pub async fn spend(mut self, id: &str, pool_id: &str, expires_at: Timestamp, now: Timestamp) -> Result<bool> {
        let sql = "INSERT INTO auth_sessions (id, pool_id, expires_at, consumed_at, doc) \
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        let binds = [
            id.into(),
            pool_id.into(),
            expires_at.millis().into(),
            now.millis().into(),
            Bind::document(&serde_json::Value::Null)?,
        ];
        Ok(self.conn.write(sql, &binds).await? > 0)
    }
}
