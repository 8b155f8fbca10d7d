//! The store as use cases see it.

use std::sync::Arc;

use poolhouse_crypto::entropy::Entropy;
use poolhouse_crypto::seal::Sealer;

use crate::conn::Tx;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::repositories::{
    AuthorizationCodes, BrowserSessions, Clients, Codes, Counters, Devices, Domains, Families, Groups, Lockouts,
    Outbox, Passkeys, Pools, ResourceServers, SealedSettings, Sessions, SigningKeys, Styles, TermsDocuments,
    UiCustomizations, Users,
};
use crate::value::Bind;
use crate::vault::Vault;

/// The setting that tells master keys apart.
const MASTER_KEY: &str = "master_key";

/// Everything that Poolhouse remembers; clones share its connections.
///
/// What is written through the store itself is written at once, whole or not at all. A repository serves one call.
#[derive(Clone)]
pub struct Store {
    db: Db,
    vault: Arc<Vault>,
}

/// Writes that happen together: nothing is written when it is dropped before [`Self::commit`], which is what to do
/// after any error.
pub struct Transaction {
    tx: Tx,
    vault: Arc<Vault>,
}

impl Store {
    /// Keeps things in `db`, which must have the newest schema, with their secrets under `sealer`.
    pub fn new(db: Db, sealer: Arc<Sealer>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            db,
            vault: Arc::new(Vault::new(sealer, entropy)),
        }
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Makes sure that the database belongs to this store's master key: the first key that comes is noted, as a hash
    /// that tells nothing of it; another is [`Error::OtherMasterKey`].
    pub async fn check_master_key(&self) -> Result<()> {
        let fingerprint = self.vault.fingerprint();
        let noted = "INSERT INTO settings (name, doc) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.db
            .conn()
            .write(noted, &[MASTER_KEY.into(), Bind::document(&fingerprint)?])
            .await?;
        let read = "SELECT doc FROM settings WHERE name = $1";
        let known: String = self.db.conn().read_one(read, &[MASTER_KEY.into()]).await?.json(0)?;
        if known == fingerprint {
            Ok(())
        } else {
            Err(Error::OtherMasterKey)
        }
    }

    /// Begins a transaction. While it is open, go to the store through it alone: it may hold the only connection.
    pub async fn begin(&self) -> Result<Transaction> {
        Ok(Transaction {
            tx: self.db.begin().await?,
            vault: Arc::clone(&self.vault),
        })
    }
}

impl Transaction {
    /// Makes everything written durable and visible to others.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await
    }
}

/// Gives the store and its transactions their repositories.
macro_rules! repositories {
    ($($(#[$doc:meta])* $method:ident: $repository:ident { conn $(, $vault:ident)? })+) => {
        impl Store {
            $($(#[$doc])*
            pub fn $method(&self) -> $repository<'_> {
                $repository { conn: self.db.conn(), $($vault: &self.$vault)? }
            })+
        }

        impl Transaction {
            $($(#[$doc])*
            pub fn $method(&mut self) -> $repository<'_> {
                $repository { conn: self.tx.conn(), $($vault: &self.$vault)? }
            })+
        }
    };
}

repositories! {
    /// Secrets of the installation as a whole.
    sealed_settings: SealedSettings { conn, vault }
    /// User pools.
    pools: Pools { conn }
    /// The domains of pools.
    domains: Domains { conn }
    /// Resource servers and their scopes.
    resource_servers: ResourceServers { conn }
    /// The keys that sign the tokens of a pool.
    signing_keys: SigningKeys { conn, vault }
    /// App clients.
    clients: Clients { conn, vault }
    /// Styles of managed login, with their images.
    styles: Styles { conn }
    /// The looks of the classic hosted UI.
    ui_customizations: UiCustomizations { conn }
    /// Terms documents of app clients.
    terms: TermsDocuments { conn }
    /// Users and the names that they are found by.
    users: Users { conn }
    /// Groups and their members.
    groups: Groups { conn }
    /// Codes that were sent and not used yet.
    codes: Codes { conn }
    /// What sign-ins left behind: families of refresh tokens.
    families: Families { conn }
    /// Devices that users have confirmed.
    devices: Devices { conn }
    /// Authorization codes.
    authorization_codes: AuthorizationCodes { conn }
    /// Sign-ins of browsers to managed login.
    browser_sessions: BrowserSessions { conn }
    /// Sign-ins between two challenges.
    sessions: Sessions { conn }
    /// Passkeys and their registrations.
    passkeys: Passkeys { conn }
    /// Pauses after wrong passwords.
    lockouts: Lockouts { conn }
    /// Messages that wait for their delivery.
    outbox: Outbox { conn, vault }
    /// Attempts within a window of time.
    counters: Counters { conn }
}
