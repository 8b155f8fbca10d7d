//! Styles of managed login, and their images.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_domain::branding::images::Image;
use poolhouse_domain::branding::style::Style;

use crate::atomic::Atomic;
use crate::conn::Conn;
use crate::error::{Error, Result};
use crate::value::{Bind, Row};

/// The styles of all pools.
pub struct Styles<'a> {
    pub(crate) conn: Conn<'a>,
}

impl Styles<'_> {
    /// The style `id` of a pool, without its images.
    pub async fn get(mut self, pool_id: &str, id: &str) -> Result<Option<Style>> {
        let sql = "SELECT version, doc FROM managed_login_styles WHERE pool_id = $1 AND id = $2";
        let row = self.conn.read_optional(sql, &[pool_id.into(), id.into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The style of an app client, without its images.
    pub async fn of_client(mut self, client_id: &str) -> Result<Option<Style>> {
        let sql = "SELECT version, doc FROM managed_login_styles WHERE client_id = $1";
        let row = self.conn.read_optional(sql, &[client_id.into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The bytes of the images of a style, by digest.
    pub async fn images(mut self, id: &str) -> Result<BTreeMap<String, Vec<u8>>> {
        let sql = "SELECT digest, content FROM managed_login_images WHERE style_id = $1";
        let rows = self.conn.read_all(sql, &[id.into()]).await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?, decode(&row.text(1)?)?)))
            .collect()
    }

    /// The bytes of an image of any style of a pool.
    pub async fn image(mut self, pool_id: &str, digest: &str) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT content FROM managed_login_images WHERE pool_id = $1 AND digest = $2 LIMIT 1";
        let row = self.conn.read_optional(sql, &[pool_id.into(), digest.into()]).await?;
        row.map(|row| decode(&row.text(0)?)).transpose()
    }

    /// Writes a new style with its images; fails with [`Error::Unique`] when its app client has one.
    pub async fn insert(self, style: &Style, images: impl Iterator<Item = &Image> + Send) -> Result<()> {
        let mut atomic = Atomic::begin(self.conn).await?;
        let sql = "INSERT INTO managed_login_styles (id, pool_id, client_id, version, doc) VALUES ($1, $2, $3, 1, $4)";
        let binds = [
            (&style.id).into(),
            (&style.pool_id).into(),
            (&style.client_id).into(),
            Bind::document(style)?,
        ];
        atomic.conn().write(sql, &binds).await?;
        for image in images {
            put(atomic.conn(), style, image).await?;
        }
        atomic.commit().await
    }

    /// Writes a changed style with new images, and forgets those that it has no more; fails with [`Error::Conflict`]
    /// when somebody else wrote or deleted it since it was read.
    pub async fn replace(self, style: &mut Style, images: impl Iterator<Item = &Image> + Send) -> Result<()> {
        let mut atomic = Atomic::begin(self.conn).await?;
        let sql = "UPDATE managed_login_styles SET doc = $4, version = version + 1 \
                   WHERE pool_id = $1 AND id = $2 AND version = $3";
        let binds = [
            (&style.pool_id).into(),
            (&style.id).into(),
            style.version.into(),
            Bind::document(style)?,
        ];
        atomic.conn().swap(sql, &binds).await?;
        for image in images {
            put(atomic.conn(), style, image).await?;
        }
        let sql = "SELECT digest FROM managed_login_images WHERE style_id = $1";
        for row in atomic.conn().read_all(sql, &[(&style.id).into()]).await? {
            let digest = row.text(0)?;
            if !style.assets.iter().any(|asset| asset.image.digest == digest) {
                let sql = "DELETE FROM managed_login_images WHERE style_id = $1 AND digest = $2";
                atomic
                    .conn()
                    .write(sql, &[(&style.id).into(), (&digest).into()])
                    .await?;
            }
        }
        atomic.commit().await?;
        style.version += 1;
        Ok(())
    }

    /// Deletes a style with its images; answers the app client that had it, if it was there.
    pub async fn delete(mut self, pool_id: &str, id: &str) -> Result<Option<String>> {
        let sql = "DELETE FROM managed_login_styles WHERE pool_id = $1 AND id = $2 RETURNING client_id";
        let row = self.conn.write_optional(sql, &[pool_id.into(), id.into()]).await?;
        row.map(|row| row.text(0)).transpose()
    }
}

async fn put(mut conn: Conn<'_>, style: &Style, image: &Image) -> Result<()> {
    let sql = "INSERT INTO managed_login_images (style_id, digest, pool_id, content) VALUES ($1, $2, $3, $4) \
               ON CONFLICT DO NOTHING";
    let content = STANDARD.encode(&image.bytes);
    let binds = [
        (&style.id).into(),
        (&image.name.digest).into(),
        (&style.pool_id).into(),
        (&content).into(),
    ];
    conn.write(sql, &binds).await?;
    Ok(())
}

/// Reads the bytes of an image.
pub(super) fn decode(content: &str) -> Result<Vec<u8>> {
    STANDARD.decode(content).map_err(|error| Error::Corrupt(error.into()))
}

fn read(row: &Row) -> Result<Style> {
    Ok(Style {
        version: row.int(0)?,
        ..row.json(1)?
    })
}
