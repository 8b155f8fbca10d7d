//! The context of one request: the only way to time, chance, storage and the outside world.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use poolhouse_crypto::seal::Purpose;
use poolhouse_domain::Timestamp;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::triggers::Metadata;

use crate::triggers::Handed;
use crate::world::World;

/// What a request says of itself before its input is read.
#[derive(Debug, Clone)]
pub struct Request {
    /// Identifies the request in answers and logs.
    pub id: String,
    /// The region that an administrator's request was signed for.
    pub region: String,
    /// The account of the administrator's access key.
    pub account_id: String,
    pub source_ip: Option<IpAddr>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
}

/// The context of one request.
#[derive(Clone)]
pub struct Cx {
    world: Arc<World>,
    pub request: Request,
    by_administrator: bool,
    /// What the functions behind triggers are told.
    pub(crate) handed: Handed,
}

impl Cx {
    pub fn new(world: Arc<World>, request: Request) -> Self {
        Self {
            world,
            request,
            by_administrator: false,
            handed: Handed::default(),
        }
    }

    /// The same context, which hands this on to functions behind triggers.
    #[must_use]
    pub fn handing(&self, handed: Handed) -> Self {
        Self { handed, ..self.clone() }
    }

    /// The same context, which hands `ClientMetadata` on to functions behind triggers.
    #[must_use]
    pub fn handing_metadata(&self, client_metadata: Option<Metadata>) -> Self {
        self.handing(Handed {
            client_metadata,
            ..Handed::default()
        })
    }

    /// The context of a request that an administrator has signed, whose address is not that of a user.
    pub fn for_administrator(world: Arc<World>, request: Request) -> Self {
        Self {
            by_administrator: true,
            ..Self::new(world, request)
        }
    }

    /// Whether an administrator of `pool` has signed this request.
    pub fn is_administrator_of(&self, pool: &Pool) -> bool {
        let Request { region, account_id, .. } = &self.request;
        self.by_administrator && pool.account_id == *account_id && pool.region() == region
    }

    /// Where the user is who makes this request, as far as that is known.
    pub(crate) fn user_address(&self) -> Option<IpAddr> {
        self.request.source_ip.filter(|_| !self.by_administrator)
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// The issuer of `pool`'s tokens.
    pub fn issuer(&self, pool: &Pool) -> String {
        self.settings.issuers.of(pool)
    }

    /// A keyed hash that binds a short secret to its purpose and place.
    pub(crate) fn keyed_hash(&self, purpose: Purpose, parts: &[&[u8]]) -> String {
        self.sealer.keyed_hash(purpose, parts).to_base64url()
    }
}

impl Deref for Cx {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}
