//! The keys that sign the tokens of a pool.

use poolhouse_crypto::keys::SigningKey;
use poolhouse_crypto::seal::Purpose;
use poolhouse_domain::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::conn::Conn;
use crate::error::{Error, Result};
use crate::value::Bind;
use crate::vault::Vault;

const SEALED: Purpose = Purpose::new("signing key");
/// What the key of id tokens and the key of access tokens are stored for.
const ID: &str = "id";
const ACCESS: &str = "access";

/// The signing keys of the pools.
pub struct SigningKeys<'a> {
    pub(crate) conn: Conn<'a>,
    pub(crate) vault: &'a Vault,
}

#[derive(Serialize, Deserialize)]
struct Document {
    /// The public half.
    jwk: Box<RawValue>,
    /// The private key in PKCS#8 DER, sealed.
    sealed: String,
}

impl SigningKeys<'_> {
    /// Writes the two keys of a new pool.
    pub async fn insert(
        mut self,
        pool_id: &str,
        id_key: &SigningKey,
        access_key: &SigningKey,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "INSERT INTO signing_keys (pool_id, purpose, kid, created_at, doc) \
                   VALUES ($1, 'id', $2, $3, $4), ($1, 'access', $5, $3, $6)";
        let binds = [
            pool_id.into(),
            id_key.kid().into(),
            now.millis().into(),
            self.seal(pool_id, ID, id_key)?,
            access_key.kid().into(),
            self.seal(pool_id, ACCESS, access_key)?,
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// The keys of a pool: of its id tokens, of its access tokens.
    pub async fn of_pool(mut self, pool_id: &str) -> Result<Option<(SigningKey, SigningKey)>> {
        let sql = "SELECT purpose, kid, doc FROM signing_keys WHERE pool_id = $1 ORDER BY created_at";
        let (mut id, mut access) = (None, None);
        for row in self.conn.read_all(sql, &[pool_id.into()]).await? {
            let (purpose, kid): (String, String) = (row.text(0)?, row.text(1)?);
            let key = self.open(pool_id, &purpose, &kid, &row.json(2)?)?;
            *(if purpose == ID { &mut id } else { &mut access }) = Some(key);
        }
        Ok(id.zip(access))
    }

    fn seal(&self, pool_id: &str, purpose: &str, key: &SigningKey) -> Result<Bind<'static>> {
        let private = key.to_pkcs8().map_err(|error| Error::Corrupt(error.into()))?;
        Bind::document(&Document {
            jwk: to_raw_value(key.jwk()).map_err(|error| Error::Corrupt(error.into()))?,
            sealed: self.vault.seal(SEALED, &place(pool_id, purpose, key.kid()), &private)?,
        })
    }

    fn open(&self, pool_id: &str, purpose: &str, kid: &str, document: &Document) -> Result<SigningKey> {
        let private = self
            .vault
            .open(SEALED, &place(pool_id, purpose, kid), &document.sealed)?;
        SigningKey::from_pkcs8(&private).map_err(|error| Error::Corrupt(error.into()))
    }
}

fn place<'a>(pool_id: &'a str, purpose: &'a str, kid: &'a str) -> [&'a str; 4] {
    ["signing_keys", pool_id, purpose, kid]
}
