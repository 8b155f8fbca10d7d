//! What one server is made of, shared by all its requests.

use std::sync::Arc;
use std::time::Duration;

use poolhouse_crypto::entropy::Entropy;
use poolhouse_crypto::key_reserve::KeyReserve;
use poolhouse_crypto::keys::SigningKey;
use poolhouse_crypto::opaque::OpaqueCodec;
use poolhouse_crypto::password::PasswordHasher;
use poolhouse_crypto::refresh_token::RefreshTokenCodec;
use poolhouse_crypto::seal::{Purpose, Sealer};
use poolhouse_crypto::workers::Workers;
use poolhouse_domain::Clock;
use poolhouse_domain::clients::Client;
use poolhouse_domain::issuers::Issuers;
use poolhouse_domain::pools::Pool;
use poolhouse_outbound::{CodeEncryptor, FormerPools, Invoker, Messenger};
use poolhouse_storage::Store;
use tokio::sync::Notify;

use crate::branding::Wishes;
use crate::known::Known;
use crate::outbox::Budgets;

/// How long a node may act on configuration that another node has changed.
const CONFIGURATION_AGE: Duration = Duration::from_secs(1);
const CACHED_POOLS: u64 = 10_000;
const CACHED_CLIENTS: u64 = 100_000;
const CACHED_DOMAINS: u64 = 10_000;
const CACHED_SCOPES: u64 = 1_000;
const CACHED_BRANDS: u64 = 1_000;
/// Keys never change under their pool; the bound keeps memory flat.
const CACHED_KEYS: u64 = 1_000;

/// The tag, or the beginning of a client's name, by which tests fix ids in development mode.
pub const CUSTOM_ID: &str = "_custom_id_";

/// Whether the server trusts its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Any AWS credentials pass, messages are kept in an inbox, hashing is light.
    Development,
    /// Signatures are verified, nothing is kept for developers to look at.
    Production,
}

/// The settings that use cases look at.
#[derive(Debug, Clone)]
pub struct Settings {
    pub mode: Mode,
    /// The region of requests that name none.
    pub region: String,
    /// The account of requests that name none.
    pub account_id: String,
    /// The address under which clients reach the server, without a slash at the end.
    pub public_url: String,
    /// How the issuers of pools are written.
    pub issuers: Issuers,
    /// How many wrong passwords and codes one address may show a pool before it has to wait; 0 is no limit.
    pub sign_in_failures_per_address: u32,
    /// How many messages are sent to one destination.
    pub budgets: Budgets,
}

/// What a server is put together from.
pub struct Parts {
    pub settings: Settings,
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// The threads for arithmetic that takes milliseconds: `hasher` and proofs by SRP.
    pub workers: Arc<Workers>,
    pub hasher: PasswordHasher,
    pub key_reserve: KeyReserve,
    pub messenger: Arc<dyn Messenger>,
    /// Calls the functions behind triggers.
    pub invoker: Arc<dyn Invoker>,
    /// Where users of pools come from.
    pub former_pools: Arc<FormerPools>,
    /// Encrypts codes for the functions that send them, where a key is configured.
    pub code_encryptor: Option<Arc<CodeEncryptor>>,
    pub sealer: Arc<Sealer>,
}

/// A server's world: what requests share.
pub struct World {
    pub settings: Settings,
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// The threads for arithmetic that takes milliseconds: `hasher` and proofs by SRP.
    pub workers: Arc<Workers>,
    pub hasher: PasswordHasher,
    pub key_reserve: KeyReserve,
    pub(crate) messenger: Arc<dyn Messenger>,
    pub(crate) invoker: Arc<dyn Invoker>,
    pub(crate) former_pools: Arc<FormerPools>,
    /// Encrypts codes for the functions that send them, where a key is configured.
    pub code_encryptor: Option<Arc<CodeEncryptor>>,
    /// Rings when there is something to deliver.
    pub(crate) outbox_bell: Notify,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) refresh_tokens: RefreshTokenCodec,
    pub(crate) session_strings: OpaqueCodec,
    pub(crate) srp_blocks: OpaqueCodec,
    pub(crate) page_tokens: OpaqueCodec,
    pub(crate) pools: Known<Arc<Pool>>,
    pub(crate) clients: Known<Arc<Client>>,
    /// The ids of the pools that domains belong to; none for a name that nobody has.
    pub(crate) domains: Known<Option<Arc<str>>>,
    /// The scopes of the resource servers of pools.
    pub(crate) custom_scopes: Known<Arc<Vec<String>>>,
    /// What administrators wish for the pages of app clients.
    pub(crate) brands: Known<Arc<Wishes>>,
    pub(crate) keys: Known<Arc<PoolKeys>>,
}

/// The two signing keys of a pool.
#[derive(Debug)]
pub struct PoolKeys {
    pub id: SigningKey,
    pub access: SigningKey,
}

impl World {
    /// Puts a server's world together.
    pub fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            refresh_tokens: RefreshTokenCodec::new(Arc::clone(&parts.sealer)),
            session_strings: OpaqueCodec::new(Arc::clone(&parts.sealer), Purpose::new("auth session")),
            srp_blocks: OpaqueCodec::new(Arc::clone(&parts.sealer), Purpose::new("SRP block")),
            page_tokens: OpaqueCodec::new(Arc::clone(&parts.sealer), Purpose::new("page token")),
            settings: parts.settings,
            store: parts.store,
            clock: parts.clock,
            entropy: parts.entropy,
            workers: parts.workers,
            hasher: parts.hasher,
            key_reserve: parts.key_reserve,
            messenger: parts.messenger,
            invoker: parts.invoker,
            former_pools: parts.former_pools,
            code_encryptor: parts.code_encryptor,
            outbox_bell: Notify::new(),
            sealer: parts.sealer,
            pools: Known::aging(CACHED_POOLS, CONFIGURATION_AGE),
            clients: Known::aging(CACHED_CLIENTS, CONFIGURATION_AGE),
            domains: Known::aging(CACHED_DOMAINS, CONFIGURATION_AGE),
            custom_scopes: Known::aging(CACHED_SCOPES, CONFIGURATION_AGE),
            brands: Known::aging(CACHED_BRANDS, CONFIGURATION_AGE),
            keys: Known::lasting(CACHED_KEYS),
        })
    }
}
