//! Authorization codes.

use poolhouse_domain::Timestamp;
use poolhouse_domain::oauth::AuthorizationCode;

use crate::conn::Conn;
use crate::error::Result;
use crate::value::Bind;

/// The authorization codes of all pools.
pub struct AuthorizationCodes<'a> {
    pub(crate) conn: Conn<'a>,
}

/// What became of an authorization code.
#[derive(Debug, Clone, PartialEq)]
pub enum CodeFound {
    /// It waits to be redeemed.
    Open(Box<AuthorizationCode>),
    /// It was redeemed, and gave the sign-in of this event.
    Redeemed(Box<AuthorizationCode>, String),
    /// It expired, or never was.
    Unknown,
}

impl AuthorizationCodes<'_> {
    /// Writes a new code.
    pub async fn insert(mut self, hash: &str, code: &AuthorizationCode) -> Result<()> {
        let sql = "INSERT INTO authorization_codes (code_hash, pool_id, expires_at, doc) VALUES ($1, $2, $3, $4)";
        let binds = [
            hash.into(),
            (&code.pool_id).into(),
            code.expires_at.millis().into(),
            Bind::document(code)?,
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// The code of this hash as it stands at `now`.
    pub async fn get(mut self, hash: &str, now: Timestamp) -> Result<CodeFound> {
        let sql = "SELECT event_id, doc FROM authorization_codes WHERE code_hash = $1";
        let Some(row) = self.conn.read_optional(sql, &[hash.into()]).await? else {
            return Ok(CodeFound::Unknown);
        };
        let code: AuthorizationCode = row.json(1)?;
        Ok(match row.opt_text(0)? {
            Some(event_id) => CodeFound::Redeemed(Box::new(code), event_id),
            None if code.expires_at <= now => CodeFound::Unknown,
            None => CodeFound::Open(Box::new(code)),
        })
    }

    /// Redeems a code for the sign-in `event_id`; answers whether it was open. Of two that race one wins.
    pub async fn redeem(mut self, hash: &str, event_id: &str, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE authorization_codes SET event_id = $2 \
                   WHERE code_hash = $1 AND event_id IS NULL AND expires_at > $3";
        let binds = [hash.into(), event_id.into(), now.millis().into()];
        Ok(self.conn.write(sql, &binds).await? > 0)
    }
}
