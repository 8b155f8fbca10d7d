//! The looks of the classic hosted UI.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_domain::Timestamp;
use poolhouse_domain::branding::classic::{ALL, Customization};
use poolhouse_domain::branding::images::Image;

use super::styles::decode;
use crate::conn::Conn;
use crate::error::Result;
use crate::value::{Bind, Row};

/// The looks of all pools: of app clients, and of all clients of a pool.
pub struct UiCustomizations<'a> {
    pub(crate) conn: Conn<'a>,
}

impl UiCustomizations<'_> {
    /// The look of a target.
    pub async fn get(mut self, pool_id: &str, target: &str) -> Result<Option<Customization>> {
        let sql = "SELECT created_at, doc FROM ui_customizations WHERE pool_id = $1 AND target = $2";
        let row = self.conn.read_optional(sql, &[pool_id.into(), target.into()]).await?;
        let read = |row: Row| {
            Ok(Customization {
                created_at: Timestamp::from_millis(row.int(0)?),
                ..row.json(1)?
            })
        };
        row.map(read).transpose()
    }

    /// Writes the look of a target in place of what it was, which keeps the time of its creation.
    pub async fn put(mut self, customization: &mut Customization, logo: Option<&Image>) -> Result<()> {
        let sql = "INSERT INTO ui_customizations (pool_id, target, client_id, logo_digest, logo, created_at, doc) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (pool_id, target) DO UPDATE \
                   SET logo_digest = excluded.logo_digest, logo = excluded.logo, doc = excluded.doc \
                   RETURNING created_at";
        let content = logo.map(|image| STANDARD.encode(&image.bytes));
        let target: &str = &customization.target;
        let binds = [
            (&customization.pool_id).into(),
            target.into(),
            Some(target).filter(|target| *target != ALL).into(),
            logo.map(|image| image.name.digest.as_str()).into(),
            content.as_deref().into(),
            customization.created_at.millis().into(),
            Bind::document(customization)?,
        ];
        let row = self.conn.write_optional(sql, &binds).await?;
        let created_at = row.map(|row| row.int(0)).transpose()?;
        customization.created_at = created_at.map_or(customization.created_at, Timestamp::from_millis);
        Ok(())
    }

    /// Deletes the look of a target, if it has one.
    pub async fn delete(mut self, pool_id: &str, target: &str) -> Result<()> {
        let sql = "DELETE FROM ui_customizations WHERE pool_id = $1 AND target = $2";
        self.conn.write(sql, &[pool_id.into(), target.into()]).await?;
        Ok(())
    }

    /// The bytes of a logo of any look of a pool.
    pub async fn logo(mut self, pool_id: &str, digest: &str) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT logo FROM ui_customizations WHERE pool_id = $1 AND logo_digest = $2 LIMIT 1";
        let row = self.conn.read_optional(sql, &[pool_id.into(), digest.into()]).await?;
        row.map(|row| decode(&row.text(0)?)).transpose()
    }
}
