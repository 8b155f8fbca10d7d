//! App clients, their secrets sealed.

use poolhouse_crypto::seal::Purpose;
use poolhouse_domain::Timestamp;
use poolhouse_domain::clients::{Client, ClientSecret};
use poolhouse_model::{ClientSSOSessionConfigType, Secret, UserPoolClientType};
use serde::{Deserialize, Serialize};

use crate::conn::Conn;
use crate::error::{Error, Result};
use crate::value::{Bind, Row};
use crate::vault::Vault;

const SEALED: Purpose = Purpose::new("client secret");

/// The app clients.
pub struct Clients<'a> {
    pub(crate) conn: Conn<'a>,
    pub(crate) vault: &'a Vault,
}

#[derive(Serialize, Deserialize)]
struct Document {
    settings: UserPoolClientType,
    secrets: Vec<SecretDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sso_session: Option<ClientSSOSessionConfigType>,
}

#[derive(Serialize, Deserialize)]
struct SecretDocument {
    id: String,
    sealed: String,
    created_at: Timestamp,
}

impl Clients<'_> {
    /// The app client `id`, whatever pool it belongs to.
    pub async fn get(mut self, id: &str) -> Result<Option<Client>> {
        let sql = "SELECT version, doc FROM clients WHERE id = $1";
        let row = self.conn.read_optional(sql, &[id.into()]).await?;
        row.map(|row| self.read(&row)).transpose()
    }

    /// Writes a new app client.
    pub async fn insert(mut self, client: &Client) -> Result<()> {
        let created_at = client.settings.creation_date.unwrap_or_default();
        let sql = "INSERT INTO clients (id, pool_id, name, created_at, version, doc) VALUES ($1, $2, $3, $4, 1, $5)";
        let binds = [
            client.id().into(),
            client.pool_id().into(),
            name(client).into(),
            created_at.millis().into(),
            self.document(client)?,
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// Writes a changed app client; fails with [`Error::Conflict`] when somebody else wrote it since it was read.
    pub async fn replace(mut self, client: &mut Client) -> Result<()> {
        let sql = "UPDATE clients SET name = $4, doc = $5, version = version + 1 \
                   WHERE id = $1 AND pool_id = $2 AND version = $3";
        let binds = [
            client.id().into(),
            client.pool_id().into(),
            client.version.into(),
            name(client).into(),
            self.document(client)?,
        ];
        self.conn.swap(sql, &binds).await?;
        client.version += 1;
        Ok(())
    }

    /// Deletes an app client of a pool with the sign-ins that it holds; answers whether it was there.
    pub async fn delete(mut self, pool_id: &str, id: &str) -> Result<bool> {
        let sql = "DELETE FROM clients WHERE pool_id = $1 AND id = $2";
        Ok(self.conn.write(sql, &[pool_id.into(), id.into()]).await? > 0)
    }

    /// Up to `limit` app clients of a pool, by id, after the id `after`.
    pub async fn list(mut self, pool_id: &str, after: Option<&str>, limit: i64) -> Result<Vec<Client>> {
        let sql = "SELECT version, doc FROM clients WHERE pool_id = $1 AND id > $2 ORDER BY id LIMIT $3";
        let binds = [pool_id.into(), after.unwrap_or_default().into(), limit.into()];
        let rows = self.conn.read_all(sql, &binds).await?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    fn document(&self, client: &Client) -> Result<Bind<'static>> {
        let seal = |secret: &ClientSecret| {
            Ok(SecretDocument {
                id: secret.id.clone(),
                sealed: self
                    .vault
                    .seal(SEALED, &place(&client.settings), secret.value.expose().as_bytes())?,
                created_at: secret.created_at,
            })
        };
        Bind::document(&Document {
            settings: UserPoolClientType {
                client_secret: None,
                ..client.settings.clone()
            },
            secrets: client.secrets.iter().map(seal).collect::<Result<_>>()?,
            sso_session: client.sso_session.clone(),
        })
    }

    fn read(&self, row: &Row) -> Result<Client> {
        let Document {
            settings,
            secrets,
            sso_session,
        } = row.json(1)?;
        let open = |secret: SecretDocument| {
            let value = self.vault.open(SEALED, &place(&settings), &secret.sealed)?;
            let value = std::str::from_utf8(&value).map_err(|error| Error::Corrupt(error.into()))?;
            Ok(ClientSecret {
                id: secret.id,
                value: Secret::from(value),
                created_at: secret.created_at,
            })
        };
        let secrets = secrets.into_iter().map(open).collect::<Result<_>>()?;
        Ok(Client {
            settings,
            secrets,
            sso_session,
            version: row.int(0)?,
        })
    }
}

fn name(client: &Client) -> &str {
    client.settings.client_name.as_deref().unwrap_or_default()
}

/// The place of a client's secrets.
fn place(settings: &UserPoolClientType) -> [&str; 3] {
    let pool_id = settings.user_pool_id.as_deref().unwrap_or_default();
    ["clients", pool_id, settings.client_id.as_deref().unwrap_or_default()]
}
