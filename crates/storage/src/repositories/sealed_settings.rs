//! Secrets of the installation as a whole, which its nodes share.

use std::ops::Deref;

use poolhouse_crypto::seal::Purpose;

use crate::conn::Conn;
use crate::error::Result;
use crate::value::Bind;
use crate::vault::Vault;

const SEALED: Purpose = Purpose::new("setting");

/// The secrets of the installation, by name.
pub struct SealedSettings<'a> {
    pub(crate) conn: Conn<'a>,
    pub(crate) vault: &'a Vault,
}

impl SealedSettings<'_> {
    /// The secret that is kept under `name`.
    pub async fn find(mut self, name: &str) -> Result<Option<impl Deref<Target = Vec<u8>> + use<>>> {
        let sql = "SELECT doc FROM settings WHERE name = $1";
        let Some(row) = self.conn.read_optional(sql, &[name.into()]).await? else {
            return Ok(None);
        };
        let sealed: String = row.json(0)?;
        Ok(Some(self.vault.open(SEALED, &place(name), &sealed)?))
    }

    /// Keeps a secret under `name`, unless there is one already: of nodes that start together, one decides.
    pub async fn keep(mut self, name: &str, secret: &[u8]) -> Result<()> {
        let sealed = self.vault.seal(SEALED, &place(name), secret)?;
        let sql = "INSERT INTO settings (name, doc) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.conn.write(sql, &[name.into(), Bind::document(&sealed)?]).await?;
        Ok(())
    }
}

fn place(name: &str) -> [&str; 2] {
    ["settings", name]
}
