//! Passkeys of users, and the registrations that wait for theirs.

use poolhouse_domain::passkeys::{Passkey, PasskeyRegistration};

use crate::conn::Conn;
use crate::error::Result;
use crate::value::{Bind, Row};

/// The passkeys of all users.
pub struct Passkeys<'a> {
    pub(crate) conn: Conn<'a>,
}

impl Passkeys<'_> {
    /// Writes a new passkey; fails with [`Error::Unique`](crate::Error::Unique) when somebody in the pool has it.
    pub async fn insert(mut self, passkey: &Passkey) -> Result<()> {
        let sql = "INSERT INTO passkeys (pool_id, credential_id, sub, created_at, version, doc) \
                   VALUES ($1, $2, $3, $4, 1, $5)";
        let binds = [
            (&passkey.pool_id).into(),
            (&passkey.credential_id).into(),
            (&passkey.sub).into(),
            passkey.created_at.millis().into(),
            Bind::document(passkey)?,
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// The passkeys of a user, the oldest first.
    pub async fn of_user(mut self, pool_id: &str, sub: &str) -> Result<Vec<Passkey>> {
        let sql = "SELECT version, doc FROM passkeys WHERE pool_id = $1 AND sub = $2 \
                   ORDER BY created_at, credential_id";
        let rows = self.conn.read_all(sql, &[pool_id.into(), sub.into()]).await?;
        rows.iter().map(read).collect()
    }

    /// How many passkeys a user has.
    pub async fn count(mut self, pool_id: &str, sub: &str) -> Result<i64> {
        let sql = "SELECT COUNT(*) FROM passkeys WHERE pool_id = $1 AND sub = $2";
        self.conn.read_one(sql, &[pool_id.into(), sub.into()]).await?.int(0)
    }

    /// The passkey of a user that has this credential id.
    pub async fn get(mut self, pool_id: &str, sub: &str, credential_id: &str) -> Result<Option<Passkey>> {
        let sql = "SELECT version, doc FROM passkeys WHERE pool_id = $1 AND sub = $2 AND credential_id = $3";
        let binds = [pool_id.into(), sub.into(), credential_id.into()];
        let row = self.conn.read_optional(sql, &binds).await?;
        row.as_ref().map(read).transpose()
    }

    /// Writes a used passkey; fails with [`Error::Conflict`](crate::Error::Conflict) when it was used or deleted since
    /// it was read.
    pub async fn replace(mut self, passkey: &mut Passkey) -> Result<()> {
        let sql = "UPDATE passkeys SET doc = $5, version = version + 1 \
                   WHERE pool_id = $1 AND sub = $2 AND credential_id = $3 AND version = $4";
        let binds = [
            (&passkey.pool_id).into(),
            (&passkey.sub).into(),
            (&passkey.credential_id).into(),
            passkey.version.into(),
            Bind::document(passkey)?,
        ];
        self.conn.swap(sql, &binds).await?;
        passkey.version += 1;
        Ok(())
    }

    /// Deletes a passkey of a user; answers whether it was there.
    pub async fn delete(mut self, pool_id: &str, sub: &str, credential_id: &str) -> Result<bool> {
        let sql = "DELETE FROM passkeys WHERE pool_id = $1 AND sub = $2 AND credential_id = $3";
        let binds = [pool_id.into(), sub.into(), credential_id.into()];
        Ok(self.conn.write(sql, &binds).await? > 0)
    }

    /// Writes a registration in place of an older one of the same user.
    pub async fn put_registration(mut self, registration: &PasskeyRegistration) -> Result<()> {
        let sql = "INSERT INTO passkey_registrations (pool_id, sub, id, expires_at, doc) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (pool_id, sub) DO UPDATE \
                   SET id = excluded.id, expires_at = excluded.expires_at, doc = excluded.doc";
        let binds = [
            (&registration.pool_id).into(),
            (&registration.sub).into(),
            (&registration.id).into(),
            registration.expires_at.millis().into(),
            Bind::document(registration)?,
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// The newest registration of a user, also an expired one.
    pub async fn registration(mut self, pool_id: &str, sub: &str) -> Result<Option<PasskeyRegistration>> {
        let sql = "SELECT doc FROM passkey_registrations WHERE pool_id = $1 AND sub = $2";
        let row = self.conn.read_optional(sql, &[pool_id.into(), sub.into()]).await?;
        row.map(|row| row.json(0)).transpose()
    }

    /// Uses a registration up; answers whether it was still there. Of two that race one wins, and in a transaction
    /// those of one user wait for each other.
    pub async fn consume_registration(mut self, registration: &PasskeyRegistration) -> Result<bool> {
        let sql = "DELETE FROM passkey_registrations WHERE pool_id = $1 AND sub = $2 AND id = $3";
        let binds = [
            (&registration.pool_id).into(),
            (&registration.sub).into(),
            (&registration.id).into(),
        ];
        Ok(self.conn.write(sql, &binds).await? > 0)
    }
}

fn read(row: &Row) -> Result<Passkey> {
    Ok(Passkey {
        version: row.int(0)?,
        ..row.json(1)?
    })
}
